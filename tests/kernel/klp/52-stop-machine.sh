# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
#
# The last resort: one pass with the whole machine stopped. Here nothing else
# switches user tasks.
. /lp/lib.sh
. /lp/klp.sh

P=lp_test_klp_pair
PARAMS=/sys/module/livepoke/parameters

timing() { attr $P timing | sed -n "s/^$1 //p"; }

use test
check "load livepoke" load livepoke
check "load the target" load lp_test_target
echo ONLY_STOP > $PARAMS/lp_break
start_load sleepers=20 spinners=2
check "load the patch" load $P
sleep 2
check "without the last resort it waits" in_transition $P
is "nobody was switched by it" "$(timing by_stop)" 0
echo 100 > $PARAMS/stop_machine_ms
check "with it, it completes" wait_for 30 settled $P
n=$(timing by_stop)
check "tasks switched by it: $n" [ "$n" -ge 20 ]
is "patched" "$(lptarget call)" "f=1 g=1,1"
check "disable likewise" disable $P
is "unpatched" "$(lptarget call)" "f=0 g=0,0"
echo NONE > $PARAMS/lp_break
stop_load
check "unload the patch" unload_soon $P
check "unload the target" unload_soon lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
