# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
# vm: --smp 2 --mem 768M
#
# A kernel that is locked down for integrity while it runs, which stays so: what
# was loaded goes on, is reversed and goes; nothing new can be aimed.
. /lp/lib.sh
. /lp/klp.sh
. /lp/cli.sh

P=lp_test_klp_pair
LOCKDOWN=/sys/kernel/security/lockdown

ctl() { kcall write "$LP_SYS/control" "$1"; }

check "securityfs" mount -t securityfs securityfs /sys/kernel/security
is "not locked down at first" "$(cat $LOCKDOWN)" "[none] integrity confidentiality"
check "load livepoke" load livepoke
check "load the target" load lp_test_target
exits 0 "block" livepoke block version_proc_show 0
hold_f dsleep
check "a patch that waits" load $P
check "is in transition" in_transition $P

echo integrity > $LOCKDOWN
is "locked down now" "$(cat $LOCKDOWN)" "none [integrity] confidentiality"

log_mark
is "engage is refused" "$(ctl "engage cmdline_proc_show 0")" EPERM
check "the log says why, and how to allow it" \
	log_has "engage refused: the kernel is locked down; boot with livepoke.lockdown=allow"
is "engage with overrides is refused" "$(ctl "engage cmdline_proc_show 0 override=deny,type")" EPERM
log_mark
is "force is refused" "$(kcall write "$LP_SYS/$P/force" 1)" EPERM
check "the log says why" log_has "force refused: the kernel is locked down"
check "the transition still waits" in_transition $P
exits 3 "the command: block" livepoke block cmdline_proc_show 0
check "says why, and how to allow it" said "locked down; boot with livepoke.lockdown=allow.*\(EPERM\)"
exits 3 "the command: force" livepoke force --yes $P
check "says why" said "locked down.*\(EPERM\)"
is "the function works" "$(grep -c console /proc/cmdline)" 1

lptarget hold dsleep > /dev/null &
check "a task is in the new function as well" wait_for 20 inside 2
is "a patch is reversed" "$(kcall write "$LP_SYS/$P/enabled" 0)" ""
is "and back" "$(kcall write "$LP_SYS/$P/enabled" 1)" ""
release_f
check "it completes" wait_for 60 settled $P
is "it is enabled" "$(attr $P enabled)" 1
exits 0 "the command disables it" livepoke unload $P
reports 0 "doctor" livepoke doctor
check "names lockdown" printed "lockdown is integrity"
is "taking back an unblocking is refused too" \
	"$(kcall write "$LP_SYS/block-version_proc_show/enabled" 1)" EPERM
is "disengage is allowed" "$(ctl "disengage version_proc_show")" ""
check "it completes" wait_for 60 gone block-version_proc_show
check "the function is back" grep -q Linux /proc/version

# Whether a module may be loaded is the kernel's business.
log_mark
is "a patch that is not signed" "$(load $P)" EPERM
check "is refused by the kernel" log_has "Lockdown: .*unsigned module loading is restricted"
if [ -e /lp/stock/af_alg.ko ]; then
	is "a signed module" "$(kcall insmod /lp/stock/af_alg.ko)" ""
	is "and away" "$(kcall rmmod af_alg)" ""
else
	skip "a signed module" "this kernel has no signed modules"
fi
check "unload the target" unload_soon lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
