# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 1200
# limit-full: 7200
# vm: --mem 2G
#
# Variants of the protocol that are broken on purpose. Each must be caught,
# as a mixed call or a transition that does not end, under the load that
# brings it out; the correct code passes under the same load with the same
# delay at the same point. (NEWBORN_INI: 55-newborns.sh)
. /lp/lib.sh
. /lp/klp.sh

BREAK=/sys/module/livepoke/parameters/lp_break
TP=/sys/module/tp_klp/parameters
P=lp_test_klp_pair
PAIR=/lp/test/$P.ko
DWELL=0			# ms between the ways there and back

# Numbers of src/test_points.h
KLP_CLOSING=104
KLP_DONE=106
KLP_IDLE_OFFLINE=112

# gate POINT MILLISECONDS - hold a task that was born behind the listing, and is
# about to be recorded as if it was not, until that point
gate()
{
	echo "$2" > $TP/gate_ms
	echo "$1" > $TP/gate_until
	echo 0 > $TP/gated
}

# run_cycles N - that many ways there or back; fails if a call was mixed
run_cycles()
{
	lptarget reset
	lpcycle "$LP_SYS" $P $PAIR "$1" "$1" "$DWELL" || return 1
	[ "$(counter mixed)$(counter backward)" = 00 ] || { lptarget stats; return 1; }
}

# happened PASSAGES - there were calls, and what the load and the delay are for
happened()
{
	[ "$(counter calls)" -ge 10 ] || { echo "$(counter calls) calls"; return 1; }
	[ "$(cat $TP/delay_us)" = 0 ] || [ "$(cat $TP/passages)" -gt "$1" ] ||
		{ echo "the point was not passed"; return 1; }
	[ "$(cat $TP/gate_until)" = 0 ] || [ "$(cat $TP/gated)" -gt 0 ] ||
		{ echo "no task came to the gate"; return 1; }
}

# passes N - so many cycles without the mistake, and more if what they are for
# has not happened by then
passes()
{
	before=$(cat $TP/passages)
	for round in 1 2 3 4 5 6 7 8; do
		run_cycles "$1" || return 1
		! happened "$before" > /dev/null || break
	done
	happened "$before"
}

# caught NAME - within so many rounds, with the mistake switched on
caught()
{
	echo "$1" > $BREAK
	for round in $(seq "$(count 60 100)"); do
		run_cycles 4 > /tmp/caught || break
	done
	echo NONE > $BREAK
	if [ "$(counter mixed)$(counter backward)" = 00 ]; then
		not_ok "$1: caught" "not in $round rounds" "$(cat /tmp/caught)"
		return
	fi
	ok "$1: caught in round $round, $(counter mixed) mixed calls"
	[ "$(cat $TP/gate_until)" = 0 ] || diag "tasks held at the gate: $(cat $TP/gated)"
}

# variant NAME - with the load and the delay that are on
variant()
{
	check "$1: correct code passes" passes "$(count 3 80)"
	caught "$1"
	lptarget kstop
	stop_load
	delay 0 0
	gate 0 0
}

use test
check "load livepoke" load livepoke
check "load the target" load lp_test_target
check "load the observer" load tp_klp

lptarget kthreads call 2 spin 20
background lptarget hammer 2 20 spin 10
variant SKIP_STACK_CHECK

# Tasks that sleep in f from before the transition until after its end.
background lptarget hammer 6 1 yield 200000
DWELL=250
variant UNKNOWN_DONE
DWELL=0

lptarget kthreads call 2 spin 100
background lptarget hammer 2 5 spin 500
variant UNKNOWN_TARGET

# A task is about to be recorded in the old universe when the last one that is
# known is switched. Broken: it enters the old function after the end. (A pass
# that meets a dead task waits for handlers too, so few may die.)
gate $KLP_DONE 800
start_load seldom=1
variant NO_SYNC_CLOSING

# The same; it is recorded, and inside f, between the last look and the end.
gate $KLP_CLOSING 2000
start_load seldom=1
variant NO_RESCAN

# Interrupts call f on top of idle tasks, which nobody looks after.
lptarget kthreads timer 1 spin 4000
variant SKIP_OFFLINE_IDLE

# A CPU comes up between the look at it and the switch of its idle task.
delay $KLP_IDLE_OFFLINE 200000
lptarget kthreads timer 1 spin 4000
start_load slowplug=3
variant OFFLINE_UNLOCKED

cpus_up

# Two of threads that never sleep. stuck NAME COMMAND: it fails or hangs.
stuck()
{
	check "$1: correct code passes" "$2"
	echo "$1" > $BREAK
	check_fails "$1: caught" "$2"
	echo NONE > $BREAK
}

# Its patch can be asked while ftrace waits for the thread.
asked_while_ftrace_waits()
{
	lptarget kthreads idle-busy 1
	enable $P && kcall write "$LP_SYS/$P/enabled" 0 && wait_for 20 over $P &&
		answers
	rc=$?
	lptarget kstop
	wait_for 60 gone $P && unload_soon $P && return $rc
}

visited() { attr $P blockers | grep -q 'lp_loop/0.* visit'; }

# The thread is visited while it is in f, leaves f, and keeps its CPU.
host_stays()
{
	lptarget kthreads call-busy 1 busy 20
	wait_for 10 inside 1
	load $P && wait_for 20 visited
	rc=$?
	lptarget release
	wait_for 20 settled $P || rc=1
	lptarget kstop
	wait_for 60 settled $P && remove $P && return $rc
}

echo 60 > /proc/sys/kernel/watchdog_thresh
echo 1 > /sys/module/rcupdate/parameters/rcu_cpu_stall_suppress
stuck RELEASE_LOCKED asked_while_ftrace_waits
# Where kernel threads are preempted, the visitor never has to wait.
preempts() { uname -v | grep -qE ' PREEMPT(_RT)? ' || grep -qE '\((full|lazy)\)' /sys/kernel/debug/sched/preempt; }
if preempts; then check "a thread that never sleeps is visited" host_stays; else stuck VISIT_WAITS host_stays; fi

unload tp_klp
unload lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
