# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 200
# vm: --smp 2
#
# A forced transition: the patch stays for ever, so this has its own guest.
. /lp/lib.sh
. /lp/klp.sh
. /lp/cli.sh

P=lp_test_klp_pair

check "load livepoke" load livepoke
check "load the target" load lp_test_target
hold_f dsleep
exits 0 "load" livepoke load --no-wait "$LP_KO/$P.ko"
wait_for 20 sh -c "[ \$(wc -l < $LP_SYS/$P/blockers) = 1 ]"
log_mark
ptyrun -a y livepoke force $P > /tmp/tty
is "force asks; yes" $? 0
check "the log says what was done" log_has "livepoke: forcing remaining tasks to the patched state"
check "it was asked" grep -q 'Force the transition?' /tmp/tty
is "patched" "$(attr $P enabled)$(attr $P transition)" 10
release_f
exits 0 "disable" livepoke disable --timeout 60 $P
exits 1 "unload says that a forced patch stays" livepoke unload $P
check "so it does" said "forced patch stays until reboot"
done_testing
