# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# shellcheck disable=SC2154 # lp_out: check() sets it
# limit: 900
# limit-full: 14400
#
# f calls g, both are patched: no call may ever see the old one and the new
# one, whatever the machine does. Everything at once: system calls, kernel
# threads, interrupts, forks and exits, signals, ptrace stops, CPU hotplug,
# reversals at random moments.
. /lp/lib.sh
. /lp/klp.sh
. /lp/conform.sh

CYCLES=$(count 20 4000)		# two of them are a way there and one back
ENOUGH=10000

enough()
{
	for which in enable_old enable_new disable_old disable_new; do
		[ "$(counter $which)" -ge $ENOUGH ] || return 1
	done
}

# figure NAME TEXT - N of "NAME=N"
figure() { echo "$2" | tr ' ' '\n' | sed -n "s/^$1=//p"; }
reversed() { [ "$(figure reversals "$1")" -ge $(($(figure cycles "$1") / 5)) ]; }

use test
check "load livepoke" load livepoke
check "load the target" load lp_test_target
check "load the observer" load tp_klp

lptarget kthreads call 2 spin 20
background lptarget hammer 4 20 spin 10
hammer=$!
start_load callers=2 signals=$hammer ptrace=$hammer hotplug=3
loads=$lp_ready
lptarget reset
check "$CYCLES ways there or back" lpcycle "$LP_SYS" lp_test_klp_pair \
	"$LP_KO/lp_test_klp_pair.ko" "$CYCLES" "$(cut -d. -f2 /proc/uptime)"
diag "$lp_out"
check "one reversal in five ways, at least" reversed "$lp_out"
# Fast transitions see fewer calls: go on until there were enough.
for round in 1 2 3 4 5 6 7 8 9 10; do
	! enough || break
	check "$CYCLES ways more, $round" lpcycle "$LP_SYS" lp_test_klp_pair \
		"$LP_KO/lp_test_klp_pair.ko" "$CYCLES" $((round + 2))
done
diag "$(lptarget stats)"
is "no call was mixed" "$(counter mixed)" 0
is "no task went back within a transition" "$(counter backward)" 0
for which in enable_old enable_new disable_old disable_new; do
	check "calls begun while active, $which: at least $ENOUGH" \
		[ "$(counter $which)" -ge $ENOUGH ]
done
stop_load
lptarget kstop
for what in forks signals stops plugs; do
	n=$(figure $what "$(cat "$loads")")
	check "the load was there, $what: $n" [ "$n" -gt 0 ]
done

check "interrupts that call f, on idle tasks too" lptarget kthreads timer 1 spin 500
start_load callers=1 hotplug=3
check "$((CYCLES / 4)) more ways" lpcycle "$LP_SYS" lp_test_klp_pair \
	"$LP_KO/lp_test_klp_pair.ko" $((CYCLES / 4)) 2
diag "$lp_out"
is "no call was mixed" "$(counter mixed)" 0
stop_load
lptarget kstop

# A few ways at a pace at which all that happens can be recorded.
cpus_up
cf_start
background lptarget hammer 2 1 yield 40000
hammer=$!
start_load signals=$hammer ptrace=$hammer
check "ways there or back, recorded" lpcycle "$LP_SYS" lp_test_klp_pair \
	"$LP_KO/lp_test_klp_pair.ko" 4 11
stop_load
cf_stop
cf_accept "signals and stops" transitions=2 sets=50 choices=4 frames=20

unload tp_klp
unload lp_test_target
check "unload livepoke" unload_soon livepoke

# The livepoke.ko that users get, without the protocol points and an observer
use product
check "the product: load livepoke" load livepoke
check_fails "no step of it can be broken" [ -e /sys/module/livepoke/parameters/lp_break ]
check "load the target" load lp_test_target
lptarget kthreads call 2 spin 20
background lptarget hammer 4 20 spin 10
start_load callers=2 hotplug=3
lptarget reset
check "$((CYCLES / 2)) ways of the product" lpcycle "$LP_SYS" lp_test_klp_pair \
	"$LP_KO/lp_test_klp_pair.ko" $((CYCLES / 2)) 3
diag "$lp_out"
diag "$(lptarget stats)"
is "no call was mixed" "$(counter mixed)" 0
check "calls: at least $ENOUGH" [ "$(counter calls)" -ge $ENOUGH ]
stop_load
lptarget kstop
cpus_up
unload lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
