# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 1200
# limit-full: 7200
# vm: --mem 2G
#
# Variants of the protocol that are broken on purpose. Each must be caught,
# as a mixed call or a transition that does not end, under the load that
# brings it out; the correct code passes under the same load with the same
# delay at the same point.
. /lp/lib.sh
. /lp/klp.sh

BREAK=/sys/module/livepoke/parameters/lp_break
TP=/sys/module/tp_klp/parameters
PAIR=/lp/test/lp_test_klp_pair.ko
DWELL=0			# ms between the ways there and back

# Numbers of src/test_points.h
KLP_SCAN_CLEAN=103
KLP_HANDLER_RECORD=109
KLP_IDLE_OFFLINE=112

# delay POINT MICROSECONDS [EVERY] - one of EVERY passages of a point. Delays
# where nothing can sleep must outlast the time slice that an emulated CPU
# gets, or nothing happens meanwhile.
delay()
{
	echo 0 > $TP/delay_us
	echo "${3:-1}" > $TP/delay_every
	echo "$1" > $TP/delay_point
	echo "$2" > $TP/delay_us
}

# run_cycles N - that many ways there or back; fails if a call was mixed
run_cycles()
{
	lptarget reset
	lpcycle "$LP_SYS" lp_test_klp_pair $PAIR "$1" "$1" "$DWELL" || return 1
	[ "$(counter mixed)$(counter backward)" = 00 ] || { lptarget stats; return 1; }
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
}

# variant NAME - with the load and the delay that are on
variant()
{
	check "$1: correct code passes" run_cycles "$(count 6 80)"
	caught "$1"
	lptarget kstop
	stop_load
	delay 0 0
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

# A task is about to be recorded when the last one is switched.
delay $KLP_HANDLER_RECORD 120000 3
start_load callers=4
variant NO_SYNC_CLOSING

# Children are born, and inside f, between the last look and closing.
delay $KLP_SCAN_CLEAN 60000
start_load dawdlers=4
variant NO_RESCAN

# Interrupts call f on top of idle tasks, which nobody looks after.
lptarget kthreads timer 1 spin 4000
variant SKIP_OFFLINE_IDLE

# A CPU comes up between the look at it and the switch of its idle task.
delay $KLP_IDLE_OFFLINE 200000
lptarget kthreads timer 1 spin 4000
start_load slowplug=3
variant OFFLINE_UNLOCKED

for cpu in 1 2 3; do
	echo 1 > /sys/devices/system/cpu/cpu$cpu/online 2>/dev/null
done
unload tp_klp
unload lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
