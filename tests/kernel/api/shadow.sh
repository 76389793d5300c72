# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
#
# Shadow variables that all four CPUs attach, look up and free at once.
. /lp/lib.sh
. /lp/klp.sh

S=/sys/module/lp_test_shadow/parameters
rounds=$(count 20000 1000000)

counts() { cat $S/counts; }
counted() { counts | tr ' ' '\n' | sed -n "s/^$1=//p"; }

# consistent ROUNDS - nothing was made twice, looked wrong or is left over
consistent()
{
	echo "$1" > $S/run || return 1
	case $(counts) in
	"constructed=$(counted constructed) destructed=$(counted constructed) twice=0 wrong=0 "*) ;;
	*) counts; return 1 ;;
	esac
}

check "load livepoke" load livepoke
check "load the users" load lp_test_shadow
is "what is wrong when one task uses them" "$(cat $S/basics)" none
is "CPUs" "$(grep -c ^processor /proc/cpuinfo)" 4
check "they agree on every variable" consistent "$rounds"
diag "$(counts)"
check "variables were made" [ "$(counted constructed)" -gt 100 ]
check "constructors have failed" [ "$(counted refused)" -gt 8 ]
check "each is in the log" log_has "livepoke: Failed to construct shadow variable <.*, 4c90> \(-22\)"
check "unload the users" unload lp_test_shadow
check "unload livepoke" unload_soon livepoke

# The window between looking and adding, wider than a CPU's turn
use test
check "load livepoke to be broken" load livepoke
check "load the users" load lp_test_shadow slow=3000
check "they agree with a wide window" consistent 200
echo SHADOW_NO_RECHECK > /sys/module/livepoke/parameters/lp_break
check_fails "SHADOW_NO_RECHECK is noticed" consistent 200
echo NONE > /sys/module/livepoke/parameters/lp_break
diag "$(counts)"
check "unload the users" unload lp_test_shadow
check "load users that forget one" load lp_test_shadow leave=1
check "unload them" unload lp_test_shadow
log_mark
check "unload livepoke" unload_soon livepoke
check "which frees it" log_has "test fault: 0 allocations left"
done_testing
