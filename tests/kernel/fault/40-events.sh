# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2086,SC2329 # for the library; names; called by name
# limit: 900
# limit-full: 3600
#
# At every point of both protocols something happens: an NMI that runs a
# patched function and poked instructions, a CPU that is to go offline, a task
# that exits, a module that is to be removed. It has happened, or waits for
# the operation, before the point is left. The operation goes on as if nothing
# had happened, and the event has its effect or is refused.
. /lp/lib.sh
. /lp/klp.sh
. /lp/fault.sh
. /lp/conform.sh

TP_FILE=/sys/kernel/debug/tp_fault
OWNER=lp_test_poke_left
HOST=lp_test_poke_host

tp() { printf %s "$2" > "$TP/$1"; }
tp_is() { [ "$(cat "$TP/$1")" = "$2" ]; }

# On CPU 3, where events are made; all else is kept off it. For background.
apart() { exec taskset 8 "$@"; }

# cells_of SCENARIO - a line for each point: its name, its number, where the
# argument says more which one, and on what way. The points are those of
# src/test_points.h, so a new one that no round passes fails here.
cells_of()
{
	awk -v scenario="$1" '
		$2 == 0 { next }
		scenario == "poke" && $2 < 100 && /^POKE_SYNC/ {
			print $1, $2, 1; print $1, $2, 2; print $1, $2, 3; next
		}
		scenario == "poke" && $2 < 100 { print $1, $2, 0 }
		# Only a transition that is reversed freezes.
		scenario == "klp" && $2 >= 100 {
			print $1, $2, 0, ($1 == "KLP_FROZEN") ? "reverse" : "there"
			if ($1 != "KLP_FROZEN" && $1 != "KLP_SHADOW_ADD")
				print $1, $2, 0, "back"
		}
		# Nobody can be in the function of a module that goes.
		scenario == "target" && $2 >= 100 &&
		!/FROZEN|HANDLER|TASK_WORK|SHADOW/ {
			print $1, $2, 0, "there"; print $1, $2, 0, "back"
		}' $TP/points
}

# What the round found out at its end
over()
{
	wait_for 20 tp_is passed 1 || { echo "the point was not passed"; return 1; }
	wait_for 20 tp_is finished 1 || { echo "the event does not end"; return 1; }
	tp_is in_time 1 || { echo "the event was not in time"; return 1; }
}

# poke_prepare POINT EVENT - what has to go on so that the point is passed
poke_prepare()
{
	case $1 in
	POKE_IPI|POKE_ACK*|POKE_TRAP*)
		# The one that is interrupted is the one to kill.
		background kcall write $TP_FILE hammer
		[ "$2" != kill ] || tp pid $!
		wait_for 10 tp_is hammers 1
		;;
	esac
}

# poke_lose NTH - the IPI of that number
poke_lose()
{
	echo lost > $FLT/fault_ipi
	echo $1 > $FLT/fault_nth
}

poke_lose_none()
{
	echo 0 > $FLT/fault_nth
	echo fine > $FLT/fault_ipi
	echo 10000 > $FLT/poke_hand_over_ms
	echo 20000 > $FLT/poke_sync_timeout_ms
}

# The first sync is given up, a later one takes long, or neither. Whoever
# writes may be killed, the poke goes on.
poke_write()
{
	case $1 in
	POKE_ABORT*)
		echo 300 > $FLT/poke_sync_timeout_ms
		poke_lose 1
		sh -c "echo new > $TP/sites" 2>/dev/null
		poke_lose_none
		tp_is sites ooo || { echo "given up, and not the old ones: $(cat $TP/sites)"; return 1; }
		# If the module of one of the sites goes: without it.
		tp host 0
		sh -c "echo release > $TP/sites; echo prepare > $TP/sites" || return 1
		;;
	POKE_STUCK)
		echo 50 > $FLT/poke_hand_over_ms
		poke_lose 4
		;;
	esac
	sh -c "echo new > $TP/sites" 2>/dev/null
	wait_for 10 tp_is sites nnn || { echo "not poked: $(cat $TP/sites)"; return 1; }
	poke_lose_none
}

# poke_round EVENT POINT - the sites are put on and back
poke_round()
{
	sh -c "echo prepare > $TP/sites" || return 1
	poke_prepare "$2" "$1" && tp event "$1" && poke_write "$2" || return 1
	over || return 1
	sh -c "echo release > $TP/sites" || return 1
	tp_is sites ooo || { echo "not restored: $(cat $TP/sites)"; return 1; }
}

# One who sleeps in f. It is the one to kill, unless the point is passed only
# when nobody is in f any more: then one who calls f again and again.
sleep_in_f()
{
	background apart lptarget hold sleep
	sleeper=$!
	tp pid $sleeper
	wait_for 20 grep -qs lp_target /proc/$sleeper/stack || return 1
	case $1 in
	*TASK_WORK) background lptarget hold sleep ;;	# where points are looked at
	esac
	case $1 in
	*CLEAN|*CLOSING|*RESCAN|*DONE|*ANNOUNCE|*SHADOW*|*TASK_WORK|*IPI|*OFFLINE)
		background apart lptarget hammer 1 1 yield 20000
		tp pid $!
		;;
	esac
}

# klp_way STAGE EVENT WANTED POINT COMMAND... - one way with a task in the way;
# in the wanted stage the event is armed
klp_way()
{
	klp_stage=$1 klp_event=$2 klp_wanted=$3
	sleep_in_f "$4" || { echo "nobody sleeps in f"; return 1; }
	shift 4
	[ $klp_stage != $klp_wanted ] || tp event $klp_event || return 1
	"$@" || return 1
	sleep 0.1
	lptarget release
}

klp_settled() { wait_for 60 settled $P || { attr $P blockers; return 1; }; }
klp_gone() { wait_for 60 gone $P || { attr $P blockers; return 1; }; }
klp_write() { kcall write "$LP_SYS/$P/enabled" $1; }
klp_reverse() { klp_write 0; klp_write 1; }

# klp_round EVENT POINT STAGE - there, perhaps half of the way back and there
# again, and back
klp_round()
{
	klp_way there $1 $3 $2 load $P && klp_settled || return 1
	[ $2 != KLP_SHADOW_ADD ] || { kcall write $TP/shadow 1 && kcall write $TP/shadow 0; } || return 1
	if [ $3 = reverse ]; then
		klp_way reverse $1 $3 $2 klp_reverse && klp_settled || return 1
	fi
	klp_way back $1 $3 $2 klp_write 0 && klp_gone || return 1
	over && unload_soon $P
}

twins_are() { [ "$(lptarget twins)" = "$1" ] || { echo "twins: $(lptarget twins), not $1"; return 1; }; }

# shellcheck disable=SC2153 # FIRST is of fault.sh
# target_round EVENT POINT STAGE - the same with a patch that does not use the
# module which it patches, and nobody else does: it goes, and comes again
target_round()
{
	[ $3 != there ] || tp event $1 || return 1
	load $P $FIRST && klp_settled || return 1
	[ $3 != back ] || tp event $1 || return 1
	if [ $3 = there ]; then
		wait_for 20 is_gone $T || { echo "$T does not go: $(cat $TP/result)"; return 1; }
		load $T && twins_are 42 || return 1
	fi
	klp_write 0 && klp_gone || return 1
	over && unload_soon $P && wait_for 20 is_gone_or_back $T || return 1
	loaded $T || load $T || return 1
	twins_are 3
}
is_gone_or_back() { [ $stage = there ] || is_gone "$1"; }

# What came of the event: what is in use stays. The module of other sites, and
# one with such an instruction, goes when the poke is over, and so does that
# of a patched function.
result_is_right()
{
	case $FLT_NAME-$1 in
	poke-unload-owner) tp_is result 0 && wait_for 20 is_gone $OWNER ;;
	poke-unload-host) tp_is result 0 && wait_for 20 is_gone $HOST ;;
	klp-unload-owner) tp_is result 11 || tp_is result 16 ;;
	*-unload-livepoke) tp_is result 11 ;;
	*-nmi) tp_is result 0 || tp_is result 1 ;;
	*) tp_is result 0 ;;
	esac
}

# unload_of SCENARIO EVENT - the module of that event, ready to go
unload_of()
{
	case $1-$2 in
	*-unload-livepoke) tp unload livepoke ;;
	poke-unload-owner) tp unload $OWNER; loaded $OWNER || load $OWNER ;;
	poke-unload-host)
		tp unload $HOST
		load $HOST && tp host "$(cat /sys/module/$HOST/parameters/addr)"
		;;
	klp-unload-owner) tp unload $P ;;
	target-unload-target) tp unload $T ;;
	esac
}

# What a round that missed its point has left
poke_undo() { sh -c "echo release > $TP/sites" 2>/dev/null; }
klp_undo()
{
	[ ! -e "$LP_SYS/$P" ] || { klp_write 0; klp_gone; }
	! loaded $P || unload_soon $P
}
target_undo() { klp_undo; loaded $T || load $T; }

# round_of SCENARIO EVENT POINT STAGE - WHY says what was wrong. Some points are
# passed when others happen to be in the way: there are three tries.
round_of()
{
	for try in 1 2 3; do
		! why=$("$1"_round $2 $3 $4 2>&1) || return 0
		case $try-$why in
		[12]-*"the point was not passed"*) ;;
		*) return 1 ;;
		esac
		diag "$FLT_K, $2: not passed, once more"
		kill_load
		tp event none
		"$1"_undo > /dev/null 2>&1
	done
}

# event_cell SCENARIO NAME NUMBER WHICH STAGE EVENT
event_cell()
{
	FLT_NAME=$1 FLT_K=$2${4#0}${5:+ ($5)} FLT_STEP=$6 stage=$5
	tp point $3
	tp which $4
	event=${6%%-*}
	unload_of $1 $6 || flt_bad "cannot prepare" || return
	FLT_CELLS=$((FLT_CELLS + 1)) FLT_RESULT="goes on"
	if ! round_of $1 $event $2 $5; then
		flt_bad "$why"
	elif ! result_is_right $6; then
		flt_bad "the event's result is $(cat $TP/result)"
	fi
	kill_load
	tp pid 0
	tp host 0
	tp event none
	[ -n "$FLT_BAD" ] || wait_for 20 flt_state_is "$FLT_BASE" || flt_bad "left behind: $(flt_state | xargs)"
	diag "cell | $1 | $FLT_K | $6 | $(printf %s "$FLT_RESULT" | tr "\n" " ")"
	[ -z "$FLT_BAD" ]
}

# What a round started, in a shell of its own
kill_load()
{
	for pid in $(pidof lptarget kcall); do
		kill -9 "$pid" 2>/dev/null
	done
	return 0
}

# event_scenario NAME DESC STRIDE EVENT... - every STRIDEth cell. A stride has no
# factor in common with the number of events, or some events never come.
event_scenario()
{
	FLT_BAD='' first=$FLT_CELLS n=0 FLT_BASE=$(flt_state) scenario=$1 desc=$2 every=$3
	shift 3
	cells_of $scenario > /tmp/cells
	while read -r name number which stage; do
		for event in "$@"; do
			n=$((n + 1))
			[ $((n % every)) = 0 ] || continue
			event_cell $scenario $name $number $which "$stage" $event < /dev/null || break 2
		done
	done < /tmp/cells
	if [ $n -lt "$every" ] || [ $((FLT_CELLS - first)) -lt $((n / every)) ]; then
		flt_bad "$((FLT_CELLS - first)) cells of $n, every ${every}th"
	fi
	diag "scenario | $scenario | $desc | $n | $((FLT_CELLS - first))"
	if [ -z "$FLT_BAD" ]; then ok "$desc: $((FLT_CELLS - first)) of $n"; else not_ok "$desc" "$FLT_BAD"; fi
}

# recorded DESC CELL... - one cell, and the record of it
recorded()
{
	cf_desc=$1
	shift
	cf_start
	FLT_BAD='' FLT_BASE=$(flt_state)
	event_cell "$@"
	cf_stop
	is "$cf_desc, recorded" "$FLT_BAD" ""
}

flt_start
# Everything but the events runs on the other CPUs.
taskset -p 7 $$ > /dev/null
for comm in /proc/[0-9]*/comm; do
	[ "$(cat "$comm" 2>/dev/null)" = livepoke ] || continue
	worker=${comm%/comm}
	taskset -p 7 "${worker#/proc/}" > /dev/null
done
echo 7 > /sys/devices/virtual/workqueue/cpumask
lpunload $TP_FILE &
unloader=$!
echo on > $FLT/poke_middle_sync
poke_lose_none
text=$(flt_sum)
event_scenario poke "events at the points of a poke" "$(count 31 1 61)" \
	nmi offline kill unload-livepoke unload-owner unload-host
recorded "an NMI in a poke" poke POKE_COMMIT 9 0 "" nmi
cf_accept "an NMI in a poke" pokes=2 traps=1
recorded "the poker is killed" poke POKE_SYNC_GEN 6 2 "" kill
cf_accept "the poker is killed" pokes=2 rounds=4
is "text is what it was after the pokes" "$(flt_sum)" "$text"

# A CPU is down.
echo 0 > /sys/devices/system/cpu/cpu1/online
pair=$P P=$A
event_scenario target "the target is unloaded at the points of a transition" "$(count 11 1)" unload-target
P=$pair

# And somebody calls f without end.
start_load callers=1
lptarget reset
target_text=$(flt_sum)
event_scenario klp "events at the points of a transition" "$(count 29 1 59)" \
	nmi offline kill unload-livepoke unload-owner
recorded "a task dies in a transition" klp KLP_SCAN_CLEAN 103 0 there kill
cf_accept "a task dies in a transition" transitions=2 sets=50 frames=100
is "no mixed call" "$(counter mixed) $(counter backward)" "0 0"
stop_load
echo 1 > /sys/devices/system/cpu/cpu1/online
is "text is what it was after the transitions" "$(flt_sum)" "$target_text"
is "text of the kernel is what it was" "$(flt_sum | head -n 1)" "$(echo "$text" | head -n 1)"
is "no invariant failed" "$(sed -n 's/^invariant //p' /sys/kernel/debug/livepoke/poke)" none
diag "cells: $FLT_CELLS"
kill $unloader
wait $unloader 2>/dev/null
check "unload" flt_stop
is "allocations that are left" "$(flt_allocations_left)" 0
done_testing
