# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 180
#
# Patches that must be refused: the exact error, one line in the log that
# says why, and nothing half done.
. /lp/lib.sh
. /lp/klp.sh

P=lp_test_klp_any

# refused ERRNO DESC LOG-REGEX MODULE [PARAMETER...]
refused()
{
	errno=$1 desc=$2 regex=$3
	shift 3
	log_mark
	is "$desc: $errno" "$(load "$@")" "$errno"
	check "$desc: the log says so" log_has "livepoke: .*$regex"
	check "$desc: nothing in sysfs" gone "$1"
	check_fails "$desc: not loaded" loaded "$1"
}

# A name that the kernel image has at least twice, both ftrace-able
ambiguous()
{
	awk '$4 == "" && $2 ~ /[tT]/ { n[$3]++ } END { for (s in n) if (n[s] > 1) print s }' \
		/proc/kallsyms > /tmp/twice
	grep -vF '[' /sys/kernel/tracing/available_filter_functions |
		sort | uniq -d | grep -Fxf /tmp/twice | head -n 1
}

check "load livepoke" load livepoke
check "load the target" load lp_test_target

refused ENOENT "unknown function" "no_such_function" $P name=no_such_function
refused ENOENT "unknown function in a module" "no_such_function" \
	$P object=lp_test_target name=no_such_function
refused ENOENT "function of another object" "cmdline_proc_show" \
	$P object=lp_test_target name=cmdline_proc_show
refused EINVAL "NULL new function" "cmdline_proc_show" \
	$P name=cmdline_proc_show wrong=null
refused EINVAL "no name" "$P" $P wrong=empty
refused EINVAL "no objects" "without .*objects" $P wrong=noobjs
refused EINVAL "no module" "without module" $P name=cmdline_proc_show wrong=nomod

twice=$(ambiguous)
refused EINVAL "ambiguous name in the kernel ($twice)" "$twice" $P name="$twice"
refused EINVAL "ambiguous name in a module" "lp_target_twin" \
	$P object=lp_test_target name=lp_target_twin
refused EINVAL "position too high" "symbol position 3 .*lp_target_twin" \
	$P object=lp_test_target name=lp_target_twin sympos=3

refused EOPNOTSUPP "immediate replace" "replace" $P name=cmdline_proc_show \
	replace=1 immediate=1
refused ENODEV "pre_patch fails" "pre-patch callback failed" \
	$P name=cmdline_proc_show wrong=prefails
refused EINVAL "a function that tasks end in" "tasks end or sleep in it" \
	$P name=do_task_dead

is "twins, unpatched" "$(lptarget twins)" 3
check "patch the first twin" enable $P object=lp_test_target name=lp_target_twin sympos=1
first=$(lptarget twins)
is "its directory" "$(cd "$LP_SYS/$P/lp_test_target" && ls -d ./*,*)" ./lp_target_twin,1
check "remove" remove $P
check "patch the second twin" enable $P object=lp_test_target name=lp_target_twin sympos=2
second=$(lptarget twins)
is "its directory" "$(cd "$LP_SYS/$P/lp_test_target" && ls -d ./*,*)" ./lp_target_twin,2
check "remove" remove $P
# 40 + 2 if the one was replaced, 1 + 40 if the other was
is "each position is another function" "$(printf '%s\n' "$first" "$second" | sort | xargs)" "41 42"
is "twins, unpatched again" "$(lptarget twins)" 3

check "enable the same patch twice" load $P name=cmdline_proc_show wrong=twice
is "the second time: EBUSY" "$(cat /sys/module/$P/parameters/second)" -16
check "the first is unharmed" wait_for 30 settled $P
check "remove" remove $P

check "the target is pinned while patched" enable lp_test_klp_pair
expect EAGAIN "the target cannot be unloaded" rmmod lp_test_target
check "remove" remove lp_test_klp_pair

log_mark
check "another ftrace user owns the function" load lp_test_klp_ipmod
refused EBUSY "owned by an ftrace user" \
	"cmdline_proc_show.*lp_ipmod_callback.*lp_test_klp_ipmod" $P name=cmdline_proc_show
check "unload it" unload lp_test_klp_ipmod
if [ -d /sys/kernel/livepatch ]; then
	LP_SYS=/sys/kernel/livepatch
	check "livepatch owns the function" enable lp_test_klp_kernel
	LP_SYS=/sys/kernel/livepoke
	refused EBUSY "owned by livepatch" \
		"cmdline_proc_show.*lp_test_klp_kernel" $P name=cmdline_proc_show
	LP_SYS=/sys/kernel/livepatch
	check "remove it" remove lp_test_klp_kernel
	LP_SYS=/sys/kernel/livepoke
fi
check "free again" enable $P name=cmdline_proc_show
is "and the other user is kept out" "$(load lp_test_klp_ipmod)" EBUSY
check "remove" remove $P

check "unload the target" unload lp_test_target
check "unload livepoke" unload_soon livepoke

use test
for symbol in kallsyms_lookup_name kallsyms_lookup_size_offset; do
	refused ENOENT "kernel without $symbol" \
		"'$symbol' not found; needed for .*; usually provided by CONFIG_" \
		livepoke hide_symbol=$symbol
done
done_testing
