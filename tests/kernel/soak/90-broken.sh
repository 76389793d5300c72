# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 600
#
# The soak notices mistakes of both engines: the same mix, until it is caught.
. /lp/lib.sh
. /lp/klp.sh
. /lp/soak.sh

# caught NAME
caught()
{
	echo "$1" > /sys/module/livepoke/parameters/lp_break
	for round in $(seq 12); do
		soak_run 10 "$round"
		soak_wrong > /tmp/wrong
		[ ! -s /tmp/wrong ] || break
	done
	echo NONE > /sys/module/livepoke/parameters/lp_break
	if [ -s /tmp/wrong ]; then
		ok "$1: caught in round $round ($(head -n 1 /tmp/wrong))"
	else
		not_ok "$1: caught" "$(tail -n 1 "$SOAK_OUT")"
	fi
	lptarget reset
	echo > /sys/kernel/debug/livepoke/poke
}

check "load" soak_load
caught FIRST_BEFORE_TAIL
caught SKIP_STACK_CHECK
check "unload" soak_unload
done_testing
