# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 60
# vm: --smp 2
#
# A kernel that is locked down does not let its root user aim at functions.
# There is no way back, so this has a guest of its own.
. /lp/lib.sh
. /lp/klp.sh

P=lp_test_klp_pair
LOCKDOWN=/sys/kernel/security/lockdown

ctl() { kcall write "$LP_SYS/control" "$1"; }

mount -t securityfs none /sys/kernel/security 2>/dev/null
check "load livepoke" load livepoke
check "load the target" load lp_test_target
is "block a function" "$(ctl "engage version_proc_show 0")" ""
check "it is blocked" wait_for 30 settled block-version_proc_show
lptarget hold dsleep > /tmp/held &
check "a task sleeps in a function" wait_for 10 inside 1
check "load a patch of it" load $P
check "it is in transition" in_transition $P
check "lock the kernel down" kcall write $LOCKDOWN integrity
log_mark
is "engage is refused" "$(ctl "engage cmdline_proc_show 0")" EPERM
check "the log says why" log_has \
	"livepoke: engage refused: the kernel is locked down; boot with livepoke.lockdown=allow to allow it"
check "nothing is blocked" gone block-cmdline_proc_show
log_mark
is "force is refused" "$(kcall write "$LP_SYS/$P/force" 1)" EPERM
check "the log says why" log_has "livepoke: force refused: the kernel is locked down"
check "the patch is still in transition" in_transition $P
lptarget release
wait
check "it completes" wait_for 30 settled $P
check "it can be disabled" disable $P
is "a function can be given back" "$(ctl "disengage version_proc_show")" ""
check "it is" wait_for 30 gone block-version_proc_show
done_testing
