# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
#
# The machine is suspended as far as taking all other CPUs down, and woken, in
# the middle of pokes: a kernel thread pokes without end. (In the middle of a
# transition: 81-hotadd.sh)
. /lp/lib.sh
. /lp/klp.sh

ROUNDS=$(count 2 20)
PARAMS=/sys/module/tp_suspend/parameters

value() { cat $PARAMS/"$1"; }
zero() { for v in pokes down changed errors; do echo 0 > $PARAMS/$v; done; }

suspend_in_pokes()
{
	use test
	check "load livepoke" load livepoke
	check "a thread pokes" load tp_suspend
	for round in $(seq "$ROUNDS"); do
		zero
		check "round $round: suspend as far as the processors" suspend_test
		is "round $round: all CPUs are back" "$(cat /sys/devices/system/cpu/online)" 0-3
		diag "$(value pokes) pokes, $(value down) of them while CPUs were down"
		check "round $round: pokes were made while CPUs were down" [ "$(value down)" -gt 0 ]
		is "round $round: no poke failed" "$(value errors)" 0
		is "round $round: no CPU came or went in a poke" "$(value changed)" 0
	done
	zero
	sleep 1
	check "and it goes on" [ "$(value pokes)" -gt 0 ]
	check "unload the poker" unload_soon tp_suspend
	check "unload livepoke" unload_soon livepoke
}

if can_test_suspend; then
	suspend_in_pokes
else
	skip "suspend" "this kernel cannot suspend as far as the processors"
fi
done_testing
