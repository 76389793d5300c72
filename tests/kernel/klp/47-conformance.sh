# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# shellcheck disable=SC2154 # lp_out: check() sets it
# limit: 900
# limit-full: 3600
# vm: --mem 2G
#
# The recorded steps of transitions keep J1..J5. The checker finds a mistake
# made in the record against each of them, and those of the broken variants.
. /lp/lib.sh
. /lp/klp.sh
. /lp/conform.sh

BREAK=/sys/module/livepoke/parameters/lp_break
# shellcheck disable=SC2034 # for klp.sh
TP=/sys/module/tp_klp/parameters
PAIR=/lp/test/lp_test_klp_pair.ko

# A number of src/test_points.h
KLP_IDLE_OFFLINE=112

# cycles N SEED DWELL - that many ways there or back
cycles() { lpcycle "$LP_SYS" lp_test_klp_pair $PAIR "$@"; }

# broken NAME RULE [DWELL] - within so many rounds a record of the variant is
# rejected by the rule, under the load and the delay that are on
broken()
{
	for round in $(seq 40); do
		cf_start
		echo "$1" > $BREAK
		cycles 2 "$round" "${3:-0}" > /dev/null 2>&1
		echo NONE > $BREAK
		cf_stop
		lpconform -n "$CF_TRACE" > "$CF_OUT"
		! grep -q "^broken.* $2:" "$CF_OUT" || break
	done
	cf_reject "$1 (round $round)" "$2"
	lptarget kstop
	stop_load
	delay 0 0
}

use test
check "load livepoke" load livepoke lp_record_max=2000000
check "load the target" load lp_test_target
check "load the observer" load tp_klp

# Calls at a pace, so that a slow machine has room for the whole record.
cf_start
lptarget kthreads call 1 yield 10000
background lptarget hammer 4 1 yield 40000
start_load hotplug=3
check "ways there or back" cycles "$(count 10 40)" 7
diag "$lp_out"
stop_load
lptarget kstop
cf_stop
cf_accept "tasks, kernel threads, hotplug" transitions=4 reversals=1 sets=200 records=4 choices=10 frames=100
cf_reject_mistakes J1 J1b J2 J3 J4 J4b J5 J5b

cf_start
lptarget kthreads timer 1 spin 500
start_load dawdlers=2
check "ways there or back, interrupts on idle tasks, forks" cycles "$(count 6 40)" 3
stop_load
lptarget kstop
cf_stop
cf_accept "interrupts on idle tasks, forks" transitions=3 sets=100 records=4

background lptarget hammer 2 20 spin 10
broken SKIP_STACK_CHECK J3

# Tasks that sleep in f from before the transition until after its end.
background lptarget hammer 6 1 yield 200000
broken UNKNOWN_DONE J5 250

background lptarget hammer 2 5 spin 500
broken UNKNOWN_TARGET J4

background lptarget hammer 2 5 spin 500
broken NO_SYNC_CLOSING J5

background lptarget hammer 2 5 spin 500
broken NO_RESCAN J5

# What a flip without waiting leaves open is in the order of the steps.
background lptarget hammer 2 1 yield 3000
broken NO_SYNC_REVERSE J2 50

# Interrupts call f on top of idle tasks, which nobody looks after.
lptarget kthreads timer 1 spin 4000
broken SKIP_OFFLINE_IDLE J5

# The idle task of a CPU that is down is switched without the lock.
delay $KLP_IDLE_OFFLINE 20000
start_load slowplug=3
broken OFFLINE_UNLOCKED J1

cpus_up
unload tp_klp
unload lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
