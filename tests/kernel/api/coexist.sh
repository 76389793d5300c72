# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 300
#
# Others on a patched function, attached before the patch and after it. What
# happens is a row of docs/coexistence.md, which scripts/coexistence makes of
# the lines "coexist:" below.
. /lp/lib.sh
. /lp/klp.sh

T=/sys/kernel/tracing
PROBE=/sys/module/lp_test_probe/parameters

# ---- the two functions that are patched, and what shows that they are

cmdline_patch() { load patch_cmdline; }
cmdline_name() { echo patch_cmdline; }
cmdline_call() { cat /proc/cmdline > /dev/null; }
cmdline_patched() { [ "$(cat /proc/cmdline)" = "$LP_PATCHED_LINE" ]; }

# Programs of the kind fmod_ret can only be attached to such functions.
statfs_patch() { load lp_test_klp_any name=security_sb_statfs value=-1; }
statfs_name() { echo lp_test_klp_any; }
statfs_call() { stat -f / > /dev/null 2>&1 || :; }
statfs_patched() { ! stat -f / > /dev/null 2>&1; }

# ---- the others: KIND_on prints the error if it fails, KIND_hits how many
#      calls it has seen since it was attached

function_of() { case $1 in statfs) echo security_sb_statfs ;; *) echo cmdline_proc_show ;; esac; }

probe_on() { load lp_test_probe kind="$kind" name="$(function_of $where)"; }
probe_off() { unload lp_test_probe; }
probe_hits() { cat $PROBE/hits; }

# The instance of the tracing directory is made for this alone.
tracer_on()
{
	function_of $where > $T/set_ftrace_filter || { echo EFILTER; return 1; }
	: > $T/trace
	echo "$kind" > $T/current_tracer || { echo ETRACER; return 1; }
}

tracer_off()
{
	echo nop > $T/current_tracer
	echo > $T/set_ftrace_filter
}

# A patched function is shown under its own name or that of the replacement.
tracer_hits() { grep -cE 'cmdline_proc_show' $T/trace; }

bpf_on()
{
	rm -f /tmp/bpf
	lpbpf "${kind#bpf-}" "$(function_of $where)" > /tmp/bpf 2>&1 &
	BPF=$!
	wait_for 120 [ -s /tmp/bpf ]
	read -r bpf_said _ < /tmp/bpf
	[ "$bpf_said" = ready ] || { echo "$bpf_said"; return 1; }
}

bpf_off() { kill "$BPF"; wait "$BPF" 2>/dev/null; }

bpf_hits()
{
	lines=$(wc -l < /tmp/bpf)
	kill -USR1 "$BPF"
	wait_for 10 more_lines
	tail -n 1 /tmp/bpf
}

more_lines() { [ "$(wc -l < /tmp/bpf)" -gt "$lines" ]; }

# ---- one row

other_of()
{
	case $1 in
	kprobe|kprobe-post|kretprobe|fprobe) echo probe ;;
	function|function_graph) echo tracer ;;
	bpf-*) echo bpf ;;
	esac
}

# on - attach the other; its output and status are kept, without a subshell
# that would lose what it has started
on() { "${other}_on" > /tmp/on 2>&1; }

# sees - does the other see a call of the function?
sees()
{
	seen=$("${other}_hits")
	"${where}_call"
	[ "$("${other}_hits")" -gt "$seen" ]
}

say_sees() { if sees; then echo "sees calls"; else echo "sees no calls"; fi; }
in_force() { if "${where}_patched"; then echo "in force"; else echo "not in force"; fi; }

patch_on() { "${where}_patch" > /tmp/patch_on && wait_for 30 settled "$("${where}_name")"; }
patch_off() { remove "$("${where}_name")" > /dev/null; }

# Why the patch was refused, and who owns the function, from the log
refusal()
{
	owner=$(log_since | sed -n "s/.*is already redirected by \(.*\); remove that first.*/\1/p" | tail -n 1)
	echo "refused ($(cat /tmp/patch_on)), owner named: ${owner:-none}"
}

before()
{
	on || { row "cannot be attached ($(cat /tmp/on))" "-"; return; }
	alone=$(say_sees)
	log_mark
	if patch_on; then
		with="$(in_force)"
		beside=$(say_sees)
		patch_off
		row "$with" "$alone; with the patch: $beside; after it: $(say_sees)"
	else
		row "$(refusal)" "$alone; still $(say_sees)"
	fi
	"${other}_off"
}

after()
{
	patch_on || { row "refused ($(cat /tmp/patch_on))" "-"; return; }
	if on; then
		with="$(in_force)"
		beside=$(say_sees)
		patch_off
		row "$with" "$beside; after the patch: $(say_sees)"
		"${other}_off"
	else
		row "$(in_force)" "refused ($(cat /tmp/on))"
		patch_off
	fi
}

row()
{
	GOT="$1 | $2"
	diag "coexist: | $kind | $order | $1 | $2 |"
}

clean() { ! "${where}_patched" && ! grep -qE 'cmdline_proc_show|security_sb_statfs' $T/enabled_functions; }

# pair KIND WHERE WANTED-BEFORE WANTED-AFTER - both orders, and nothing is left
pair()
{
	kind=$1 where=$2
	other=$(other_of "$kind")
	for order in before after; do
		$order
		if [ $order = before ]; then wanted=$3; else wanted=$4; fi
		is "$kind, $order the patch" "$GOT" "$wanted"
		check "$kind, $order: nothing is left" wait_for 30 clean
	done
}

BOTH_BEFORE='in force | sees calls; with the patch: sees calls; after it: sees calls'
BOTH_AFTER='in force | sees calls; after the patch: sees calls'
works() { pair "$1" "$2" "$BOTH_BEFORE" "$BOTH_AFTER"; }

# excluded KIND WHERE OWNER [AFTER] - who comes first has the function
excluded()
{
	pair "$1" "$2" "refused (EBUSY), owner named: $3 | sees calls; still sees calls" \
		"in force | ${4:-refused (EBUSY)}"
}

OURS=$LP_SYS
theirs() { LP_SYS=/sys/kernel/livepatch; "$@"; lp_rc=$?; LP_SYS=$OURS; return $lp_rc; }

# after_theirs KIND - what comes of it after the kernel's own livepatch has
# redirected the function. That differs between kernels, and is to be the same
# after ours: older ones have function_graph go by where the call went, the
# replacement, which passes no filter with the function's name.
after_theirs()
{
	kind=$1 where=cmdline other=$(other_of "$1")
	theirs enable lp_test_klp_kernel > /dev/null || return
	on || { echo "refused ($(cat /tmp/on))"; theirs remove lp_test_klp_kernel > /dev/null; return; }
	beside=$(say_sees)
	theirs remove lp_test_klp_kernel > /dev/null
	echo "$beside; after the patch: $(say_sees)"
	"${other}_off"
}

# What this kernel does not have
has() { grep -qw "$1" /proc/kallsyms; }
absent()
{
	kind=$1
	for order in before after; do row "-" "this kernel has none"; done
	ok "$1: not in this kernel"
}

diag "coexist: release $LP_RELEASE"
check "load livepoke" load livepoke

works kprobe cmdline
POST=$(after_theirs kprobe-post)
excluded kprobe-post cmdline 'ftrace user kprobe_ftrace_handler' "$POST"
works kretprobe cmdline
if has register_fprobe; then works fprobe cmdline; else absent fprobe; fi
works function cmdline
GRAPH=$(after_theirs function_graph)
pair function_graph cmdline "in force | sees calls; with the patch: ${GRAPH%%;*}; after it: sees calls" \
	"in force | $GRAPH"
works bpf-kprobe cmdline
# Kernels before 6.0 let no BPF trampoline and no redirection share a function.
if has bpf_tramp_ftrace_ops_func; then
	works bpf-fentry cmdline
	works bpf-fexit cmdline
	works bpf-fmod_ret statfs
else
	excluded bpf-fentry cmdline 'ftrace user call_direct_funcs'
	excluded bpf-fexit cmdline 'ftrace user call_direct_funcs'
	excluded bpf-fmod_ret statfs 'ftrace user call_direct_funcs'
fi

diag "the kernel's own livepatch"
their_f() { [ "$(lptarget call)" = 'f=1 g=1,1' ]; }
check "load the target" load lp_test_target
kind='kernel livepatch of another function'
for order in before after; do
	[ $order = after ] || check "$order: livepatch" theirs enable lp_test_klp_kpair
	check "$order: livepoke" enable patch_cmdline
	[ $order = before ] || check "$order: livepatch" theirs enable lp_test_klp_kpair
	check "$order: ours is in force" cmdline_patched
	check "$order: theirs is in force" their_f
	check "$order: remove ours" remove patch_cmdline
	check "$order: theirs is still in force" their_f
	check_fails "$order: ours is not" cmdline_patched
	check "$order: remove theirs" theirs remove lp_test_klp_kpair
	row "in force" "in force; after the patch: in force"
done
check "unload the target" unload lp_test_target

kind='kernel livepatch of the same function' order=before where=cmdline
check "livepatch first" theirs enable lp_test_klp_kernel
log_mark
check_fails "livepoke is refused" patch_on
row "$(refusal)" "in force"
is "with the owner's name" "$GOT" \
	"refused (EBUSY), owner named: kernel livepatch 'lp_test_klp_kernel' (klp_ftrace_handler) | in force"
is "theirs is in force" "$(cat /proc/cmdline)" "patched by the kernel's own livepatch"
check "remove theirs" theirs remove lp_test_klp_kernel
order=after
check "livepoke first" enable patch_cmdline
said=$(load lp_test_klp_kernel)
row "$(in_force)" "refused ($said)"
is "livepatch is refused" "$GOT" "in force | refused (EBUSY)"
check "remove ours" remove patch_cmdline

diag "ftrace_enabled"
kind='ftrace_enabled=0' order=before
said=$(kcall write /proc/sys/kernel/ftrace_enabled 0)
if [ "$said" = EOPNOTSUPP ]; then
	row "-" "this kernel never switches ftrace off"
	is "it is on" "$(cat /proc/sys/kernel/ftrace_enabled)" 1
else
	is "switch ftrace off" "$said,$(cat /proc/sys/kernel/ftrace_enabled)" ,0
	log_mark
	check_fails "a patch is refused" patch_on
	check "the log says why" log_has \
		"function 'cmdline_proc_show' cannot be redirected: ftrace is switched off; set sysctl kernel.ftrace_enabled=1"
	row "refused ($(cat /tmp/patch_on))" "-"
	kcall write /proc/sys/kernel/ftrace_enabled 1
fi
order=after
check "load a patch" patch_on
said=$(kcall write /proc/sys/kernel/ftrace_enabled 0)
check "it cannot be switched off then" [ -n "$said" ]
is "it is on" "$(cat /proc/sys/kernel/ftrace_enabled)" 1
row "$(in_force)" "refused ($said)"
check "the patch is in force" cmdline_patched
check "remove it" remove patch_cmdline

diag "LKRG"
kind='a module named lkrg' order=before
check "load it" load lkrg
log_mark
check "load a patch" patch_on
check "the log warns" log_has "livepoke: LKRG is loaded and may take patch 'patch_cmdline' for an attack"
row "$(in_force), with a warning" "kernel-text pokes are refused (EBUSY) unless allow_lkrg=1"
check "remove the patch" remove patch_cmdline
check "unload it" unload lkrg

check "unload livepoke" unload_soon livepoke

# The rows are worth something: a livepoke that redirects nothing has others.
use test
check "load livepoke to be broken" load livepoke lp_break=NO_REDIRECT
kind=kprobe where=cmdline other=probe order=before
before > /dev/null
check "NO_REDIRECT is noticed" [ "$GOT" != "$BOTH_BEFORE" ]
check "unload livepoke" unload_soon livepoke
done_testing
