# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
#
# livepoke.ko comes and goes.
. /lp/lib.sh
. /lp/klp.sh

times=$(count 50 500)

load_unload()
{
	n=$times
	while [ "$n" -gt 0 ]; do
		load livepoke || return 1
		[ -d "$LP_SYS" ] || { echo "no $LP_SYS"; return 1; }
		unload livepoke || return 1
		[ ! -e "$LP_SYS" ] || { echo "$LP_SYS is still there"; return 1; }
		n=$((n - 1))
	done
}

check "load and unload livepoke.ko $times times" load_unload
check_fails "nothing of it is left" loaded livepoke
done_testing
