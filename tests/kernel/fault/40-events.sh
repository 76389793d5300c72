# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2086,SC2329 # for the library; names; called by name
# limit: 900
# limit-full: 3600
#
# At every point of both protocols something happens: an NMI that runs a
# patched function, a CPU that is to go offline, a task that exits, a module
# that is to be removed. The operation goes on as if nothing had happened, and
# the event has its effect or is refused.
. /lp/lib.sh
. /lp/klp.sh
. /lp/fault.sh

# name:number:sync, from src/test_points.h
POKE_POINTS='LOCKED:1:0 PUBLISHED:2:0 DEPLOY:3:0 INT3:4:0 SYNC_SELF:5:1
SYNC_GEN:6:1 SYNC_SENT:7:1 SYNC_DONE:8:1 COMMIT:9:0 TAIL:10:0 SYNC_SELF:5:2
SYNC_GEN:6:2 SYNC_SENT:7:2 SYNC_DONE:8:2 COMMIT_SYNCED:11:0 FIRST:12:0
SYNC_SELF:5:3 SYNC_GEN:6:3 SYNC_SENT:7:3 SYNC_DONE:8:3 RETIRE:13:0 DRAINED:14:0
IPI:50:0 ACK_SERIALISED:51:0'
KLP_POINTS='PREP:100:0 ACTIVE:101:0 SCAN_TASK:102:0 SCAN_CLEAN:103:0
CLOSING:104:0 RESCAN:105:0 DONE:106:0 FROZEN:107:0 HANDLER_ENTER:108:0
HANDLER_RECORD:109:0 TASK_WORK:110:0 IPI:111:0 IDLE_OFFLINE:112:0'
EVENTS='nmi offline kill unload-livepoke unload-owner'

tp() { printf %s "$2" > "$TP/$1"; }
tp_is() { [ "$(cat "$TP/$1")" = "$2" ]; }

# Puts the sites on and back; the writer may be killed, the poke goes on.
poke_round()
{
	sh -c "echo prepare > $TP/sites" || return 1
	# Whoever an IPI interrupts is not to be killed.
	if [ "$1" = kill ] && [ "$(cat $TP/point)" -ge 50 ]; then
		background sleep 600
		tp pid $!
	fi
	tp event "$1"
	sh -c "echo new > $TP/sites" 2>/dev/null
	wait_for 10 tp_is sites nnn || { echo "not poked: $(cat $TP/sites)"; return 1; }
	wait_for 20 tp_is passed 1 || { echo "the point was not passed"; return 1; }
	wait_for 20 tp_is finished 1 || { echo "the event does not end"; return 1; }
	sh -c "echo release > $TP/sites" || return 1
	tp_is sites ooo || { echo "not restored: $(cat $TP/sites)"; return 1; }
}

# One who sleeps in f; its pid is to be killed
sleep_in_f()
{
	background lptarget hold sleep
	tp pid $!
	wait_for 20 grep -qs lp_target /proc/$!/stack
}

# A way there with a task in the way, back with a reversal, and all of it
klp_round()
{
	sleep_in_f || return 1
	tp event "$1"
	load $P || return 1
	sleep 0.1
	lptarget release
	wait_for 60 settled $P || { attr $P blockers; return 1; }
	sleep_in_f || return 1
	kcall write "$LP_SYS/$P/enabled" 0
	kcall write "$LP_SYS/$P/enabled" 1
	lptarget release
	wait_for 60 settled $P || { attr $P blockers; return 1; }
	kcall write "$LP_SYS/$P/enabled" 0
	wait_for 60 gone $P || { attr $P blockers; return 1; }
	wait_for 20 tp_is passed 1 || { echo "the point was not passed"; return 1; }
	wait_for 20 tp_is finished 1 || { echo "the event does not end"; return 1; }
	unload_soon $P
}

# What came of the event: a module that is in use stays. That of other sites
# goes when the poke is over.
result_is_right()
{
	case $FLT_NAME-$1 in
	poke-unload-owner) tp_is result 0 && wait_for 20 is_gone $OWNER ;;
	*-unload*) [ "$(cat $TP/result)" = 256 ] ;;
	*-kill) return 0 ;;
	*-nmi) [ "$(cat $TP/result)" -le 1 ] ;;
	*) tp_is result 0 ;;
	esac
}

# event_cell SCENARIO NAME POINT SYNC EVENT OWNER
event_cell()
{
	FLT_NAME=$1 FLT_K=$2${4#0} FLT_STEP=$5
	tp point "$3"
	tp which "$4"
	event=$5
	case $5 in
	unload-livepoke) event=unload; tp unload livepoke ;;
	unload-owner)
		event=unload OWNER=$6
		tp unload "$6"
		loaded "$6" || [ "$1" != poke ] || load "$6"
		;;
	esac
	FLT_CELLS=$((FLT_CELLS + 1))
	why=$("$1"_round $event 2>&1)
	rc=$?
	stop_load
	[ $rc = 0 ] || flt_bad "$why"
	[ $rc != 0 ] || result_is_right "$5" || flt_bad "the event's result is $(cat $TP/result)"
	tp pid 0
	tp event none
	[ -z "$FLT_BAD" ] || return
	wait_for 20 flt_state_is "$FLT_BASE" || flt_bad "left behind: $(flt_state | xargs)" || return
	diag "cell | $1 | $FLT_K | $5 | goes on"
}

# event_scenario NAME DESC STRIDE OWNER POINTS - every STRIDEth cell
event_scenario()
{
	FLT_BAD='' first=$FLT_CELLS n=0 FLT_BASE=$(flt_state)
	for p in $5; do
		name=${p%%:*} which=${p##*:} number=${p#*:}
		for event in $EVENTS; do
			n=$((n + 1))
			[ $((n % $3)) = 0 ] || continue
			event_cell "$1" "$name" "${number%:*}" "$which" "$event" "$4" || break 2
		done
	done
	diag "scenario | $1 | $2 | $n | $((FLT_CELLS - first))"
	if [ -z "$FLT_BAD" ]; then ok "$2: $((FLT_CELLS - first)) of $n"; else not_ok "$2" "$FLT_BAD"; fi
}

flt_start
echo on > $FLT/poke_middle_sync
echo 10000 > $FLT/poke_hand_over_ms
echo 20000 > $FLT/poke_sync_timeout_ms
text=$(flt_sum)
event_scenario poke "events at the points of a poke" "$(count 7 1)" lp_test_poke_left "$POKE_POINTS"

# Calls f without end; and there is a CPU that is down.
echo 0 > /sys/devices/system/cpu/cpu1/online
start_load callers=1
lptarget reset
callers=$LP_LOADS LP_LOADS=
event_scenario klp "events at the points of a transition" "$(count 9 1)" $P "$KLP_POINTS"
is "no mixed call" "$(counter mixed) $(counter backward)" "0 0"
LP_LOADS=$callers
stop_load
echo 1 > /sys/devices/system/cpu/cpu1/online
is "text is what it was" "$(flt_sum)" "$text"
is "no invariant failed" "$(sed -n 's/^invariant //p' /sys/kernel/debug/livepoke/poke)" none
diag "cells: $FLT_CELLS"
check "unload" flt_stop
is "allocations that are left" "$(flt_allocations_left)" 0
done_testing
