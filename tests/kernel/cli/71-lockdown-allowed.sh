# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
# vm: --smp 2 --append "quiet livepoke.lockdown=allow"
#
# A locked-down kernel whose command line allows to block and to force; a
# parameter of the module does not.
. /lp/lib.sh
. /lp/klp.sh
. /lp/cli.sh

P=lp_test_klp_pair

check "securityfs" mount -t securityfs securityfs /sys/kernel/security
check "load livepoke, as modprobe does" load livepoke lockdown=allow
check_fails "the kernel knows the parameter" sh -c "dmesg | grep -i \"unknown parameter 'lockdown'\""
check_fails "which is no file" [ -e /sys/module/livepoke/parameters/lockdown ]
check "load the target" load lp_test_target
hold_f dsleep
check "a patch that waits" load $P
echo integrity > /sys/kernel/security/lockdown
is "locked down" "$(cat /sys/kernel/security/lockdown)" "none [integrity] confidentiality"
is "force is allowed" "$(kcall write "$LP_SYS/$P/force" 1)" ""
check "the transition ends" wait_for 30 settled $P
release_f
exits 0 "block is allowed" livepoke block version_proc_show 0
is "the function is blocked" "$(cat /proc/version)" ""
exits 0 "unblock" livepoke unblock version_proc_show
check "the function is back" grep -q Linux /proc/version
done_testing
