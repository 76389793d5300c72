# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 400
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
	before=$(cat /sys/kernel/tracing/enabled_functions)
	log_mark
	is "$desc: $errno" "$(load "$@")" "$errno"
	check "$desc: the log says so" log_has "livepoke: .*$regex"
	check "$desc: nothing in sysfs" gone "$1"
	check_fails "$desc: not loaded" loaded "$1"
	is "$desc: no redirection has come or gone" \
		"$(cat /sys/kernel/tracing/enabled_functions)" "$before"
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

refused ENOENT "unknown function" "symbol 'no_such_function' not found in symbol table of 'vmlinux'" \
	$P name=no_such_function
refused ENOENT "unknown function in a module" \
	"symbol 'no_such_function' not found in symbol table of 'lp_test_target'" \
	$P object=lp_test_target name=no_such_function
refused ENOENT "function of another object" "cmdline_proc_show" \
	$P object=lp_test_target name=cmdline_proc_show
refused EINVAL "NULL new function" "declares no new_func for function 'cmdline_proc_show'" \
	$P name=cmdline_proc_show wrong=null
refused EINVAL "no name" "declares a function without a name for function" $P wrong=empty
refused EINVAL "no objects" "a patch without module or objects was refused" $P wrong=noobjs
refused EINVAL "no module" "a patch without module or objects was refused" $P name=cmdline_proc_show wrong=nomod

twice=$(ambiguous)
refused EINVAL "ambiguous name in the kernel ($twice)" \
	"unresolvable ambiguity for symbol '$twice' in object 'vmlinux'; give old_sympos" $P name="$twice"
refused EINVAL "ambiguous name in a module" \
	"unresolvable ambiguity for symbol 'lp_target_twin' in object 'lp_test_target'; give old_sympos" \
	$P object=lp_test_target name=lp_target_twin
refused EINVAL "position too high" "symbol position 3 for symbol 'lp_target_twin' in object 'lp_test_target' not found, there are 2" \
	$P object=lp_test_target name=lp_target_twin sympos=3

refused EINVAL "an object without functions" "declares no functions for object 'lp_test_target'" \
	$P object=lp_test_target wrong=nofuncs
refused EINVAL "an object that cannot be" "names an object that cannot be a module" \
	$P name=cmdline_proc_show wrong=badobj
refused EINVAL "a function twice" "declares two replacements for function 'cmdline_proc_show'" \
	$P name=cmdline_proc_show wrong=double
refused EINVAL "another ABI" "a patch built for ABI 2 \([0-9]+ bytes\) was refused, this livepoke has ABI 1 \([0-9]+ bytes\); rebuild the patch" \
	$P name=cmdline_proc_show wrong=abi
refused EINVAL "another size" "a patch built for ABI 1 \([0-9]+ bytes\) was refused, this livepoke has ABI 1" \
	$P name=cmdline_proc_show wrong=size
refused EOPNOTSUPP "made by kpatch-build" \
	"patch 'lp_test_klp_rela' has section '.klp.rela.lp_test_ground..text': kpatch-build or klp-build made it" \
	lp_test_klp_rela
refused EINVAL "no ftrace entry" "function 'memcmp' cannot be redirected: it has no ftrace entry" \
	$P name=memcmp

refused ENOENT "a replacement that is no function" "kallsyms size lookup failed for 'cmdline_proc_show' replacement" \
	$P name=cmdline_proc_show wrong=middle
refused EOPNOTSUPP "immediate replace" "needs atomic replace without the per-task phase, which this version of livepoke does not support" \
	$P name=cmdline_proc_show \
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

log_mark
check "enable the same patch twice" load $P name=cmdline_proc_show wrong=twice
is "the second time: EBUSY" "$(cat /sys/module/$P/parameters/second)" -16
check "the log says why" log_has "livepoke: patch '$P' is enabled already$"
check "the first is unharmed" wait_for 30 settled $P
check "remove" remove $P

check "the target is pinned while patched" enable lp_test_klp_pair
expect EAGAIN "the target cannot be unloaded" rmmod lp_test_target
check "remove" remove lp_test_klp_pair

log_mark
check "another ftrace user owns the function" load lp_test_klp_ipmod
refused EBUSY "owned by an ftrace user" \
	"function 'cmdline_proc_show' is already redirected by ftrace user lp_ipmod_callback.*lp_test_klp_ipmod.*; remove that first$" \
	$P name=cmdline_proc_show
check "and the object" log_has "livepoke: failed to patch object 'vmlinux'"
check "and the patch" log_has "livepoke: failed to enable patch '$P'"
check "unload it" unload lp_test_klp_ipmod
if [ -d /sys/kernel/livepatch ]; then
	LP_SYS=/sys/kernel/livepatch
	check "livepatch owns the function" enable lp_test_klp_kernel
	LP_SYS=/sys/kernel/livepoke
	refused EBUSY "owned by livepatch" \
		"function 'cmdline_proc_show' is already redirected by kernel livepatch 'lp_test_klp_kernel' \(klp_ftrace_handler\); remove that first$" \
		$P name=cmdline_proc_show
	LP_SYS=/sys/kernel/livepatch
	check "remove it" remove lp_test_klp_kernel
	LP_SYS=/sys/kernel/livepoke
fi
check "free again" enable $P name=cmdline_proc_show
is "and the other user is kept out" "$(load lp_test_klp_ipmod)" EBUSY
check "remove" remove $P

diag "modules that are refused because of a patch"
check "a patch of a function that is not there" enable $P object=lp_test_ground2 name=lp_no_such
log_mark
is "refuses its module" "$(load lp_test_ground2)" ENOENT
check "the log says why" log_has "livepoke: symbol 'lp_no_such' not found in symbol table of 'lp_test_ground2'"
check "and who" log_has "livepoke: failed to initialize patch '$P' for module 'lp_test_ground2' \(-2\)"
check_fails "it is not loaded" loaded lp_test_ground2
check "remove" remove $P
check "a patch of a function that cannot be patched" \
	enable $P object=lp_test_ground2 name=lp_ground_untraceable
log_mark
is "refuses its module" "$(load lp_test_ground2)" EINVAL
check "the log says why" log_has "livepoke: failed to apply patch '$P' to module 'lp_test_ground2' \(-22\)"
check_fails "it is not loaded" loaded lp_test_ground2
check "remove" remove $P
check "without the patch it loads" load lp_test_ground2
check "unload it" unload lp_test_ground2

diag "an immediate patch on its way out"
check "enable" enable lp_test_klp_pair immediate=1
lptarget hold dsleep > /tmp/held &
check "a task sleeps in it" wait_for 10 inside 1
check "disable" kcall write "$LP_SYS/lp_test_klp_pair/enabled" 0
log_mark
is "it cannot be taken back" "$(kcall write "$LP_SYS/lp_test_klp_pair/enabled" 1)" EBUSY
check "the log says why" log_has \
	"livepoke: patch 'lp_test_klp_pair' is immediate: it is disabled already, only its text is still in use"
check "it waits" in_transition lp_test_klp_pair
log_mark
is "another patch meanwhile" "$(load $P name=cmdline_proc_show)" EBUSY
check "must wait, says the log" log_has \
	"livepoke: patch '$P' must wait: the transition of 'lp_test_klp_pair' is running"
lptarget release
wait
check "it goes" wait_for 30 gone lp_test_klp_pair
check "unload it" unload_soon lp_test_klp_pair

check "unload the target" unload lp_test_target
check "unload livepoke" unload_soon livepoke

use test
# misses SYMBOL NEED OPTION - livepoke refuses to load where there is none
misses()
{
	refused ENOENT "kernel without $1" \
		"kernel symbol '$1' not found; needed for $2; usually provided by $3=y$" \
		livepoke hide_symbol="$1"
	is "kernel without $1: nothing else is said" "$(log_since | grep -c 'livepoke: ')" 1
}
misses kallsyms_lookup_name "symbol binding" CONFIG_KALLSYMS
misses kallsyms_lookup_size_offset "klp stack check" CONFIG_KALLSYMS
misses module_kallsyms_on_each_symbol "klp symbol position" CONFIG_LIVEPATCH
misses find_module "module lookup" CONFIG_MODULES

diag "an owner that cannot be found"
check "load livepoke" load livepoke hide_symbol=ftrace_ops_list
check "another ftrace user owns the function" load lp_test_klp_ipmod
refused EBUSY "owned by somebody" \
	"function 'cmdline_proc_show' is already redirected by unknown ftrace user; remove that first$" \
	$P name=cmdline_proc_show
check "unload it" unload lp_test_klp_ipmod
check "unload livepoke" unload_soon livepoke
done_testing
