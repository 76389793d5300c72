# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 900
# limit-full: 7200
#
# Random writes to every file of livepoke that can be written, from all CPUs at
# once: whatever is refused or accepted, the machine lives, the state agrees
# with what functions do, memory is back, the log holds no forged line, and the
# demo works afterwards. LP_FUZZ_SEED repeats a run.
. /lp/lib.sh
. /lp/klp.sh

SEED=${LP_FUZZ_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
WRITES=$(count 2000 100000 800)
diag "seed $SEED, $WRITES writes"
version=$(cat /proc/version)
cmdline=$(cat /proc/cmdline)
loadavg_words=$(wc -w < /proc/loadavg)

fuzz() { LP_KO=$LP_KO lpfuzz "$1" "$2" > /tmp/fuzz; }

figure() { awk -v k="$1" '$1 == k { print $2, $4 }' /tmp/fuzz; }

# accepted KIND - at least 5 % of the writes
accepted() { awk -v k="$1" '$1 == k { good = $4 * 20 >= $2 && $4 } END { exit !good }' /tmp/fuzz; }

blocks() { (cd "$LP_SYS" && for d in block-*; do [ ! -d "$d" ] || echo "$d"; done); }
no_transition() { ! cat "$LP_SYS"/*/transition 2>/dev/null | grep -q 1; }

# A function does what its directory says.
agrees()
{
	for pair in "version_proc_show /proc/version" "cmdline_proc_show /proc/cmdline" \
		"loadavg_proc_show /proc/loadavg"; do
		f=${pair% *}
		text=$(cat "${pair#* }")
		if [ "$(attr "block-$f" enabled)" = 1 ]; then
			[ -z "$text" ] || { echo "$f is blocked and works"; return 1; }
		else
			[ -n "$text" ] || { echo "$f is not blocked and does not work"; return 1; }
		fi
	done
}

all_back()
{
	for b in $(blocks); do
		err=$(kcall write "$LP_SYS/control" "disengage ${b#block-}")
		# An error is right if it is out already, but for its directory.
		wait_for 60 gone "$b" || { echo "$b: $err"; attr "$b" blockers; return 1; }
	done
	kcall write "$LP_SYS/patch_cmdline/enabled" 0 > /dev/null
	wait_for 60 gone patch_cmdline || { attr patch_cmdline blockers; return 1; }
	if loaded patch_cmdline; then
		unload_soon patch_cmdline || return 1
	fi
	if loaded lp_test_target; then
		unload_soon lp_test_target || return 1
	fi
	[ "$(cat /proc/version)" = "$version" ] && [ "$(cat /proc/cmdline)" = "$cmdline" ] &&
		[ "$(wc -w < /proc/loadavg)" = "$loadavg_words" ]
}

forged() { dmesg | grep -E '^(<[0-9]+>)?(\[ *[0-9.]+\] ?)?livepoke: ?forged|^forged'; }

check "load livepoke" load livepoke
check "warm up" fuzz 1 400
check "transitions end" wait_for 120 no_transition
check "all is given back" all_back
before=$(kernel_kb)
log_mark
check "$WRITES writes" fuzz "$SEED" "$WRITES"
diag "$(cat /tmp/fuzz)"
check "at least 5 % of all were accepted: $(figure all)" accepted all
check "and of those to control: $(figure control)" accepted control
check_fails "no forged line in the log" forged
check "transitions end" wait_for 120 no_transition
check "functions do what the files say" agrees
check "all is given back" all_back
is "nothing is left" "$(cd "$LP_SYS" && ls)" control
expect 0 "there are stubs left" write "$LP_SYS/control" "engage no_such:function 0 override=type"
check "its transition ends" wait_for 60 settled block-no_such:function
check "all is given back" all_back
after=$(kernel_kb)
# The kernel keeps some of what it allocates; what livepoke does is counted below.
diag "kernel memory: $before kB before, $after kB after"
check "memory is back (within 1 MB)" [ "$after" -le $((before + 1024)) ]
check "unload livepoke" unload_soon livepoke

diag "the same where each allocation is counted, and with mistakes: each is noticed"
use test
log_mark
check "load" load livepoke
check "without one" fuzz 2 800
check "transitions end" wait_for 120 no_transition
check "all is given back" all_back
check "unload" unload_soon livepoke
check "no memory is lost" log_has "test fault: 0 allocations left"
log_mark
check "load" load livepoke lp_break=FORGET_MEMORY
is "a refused request" "$(kcall write "$LP_SYS/control" "engage no_such_function 0")" ENOENT
check "unload" unload_soon livepoke
check_fails "a leak of memory is noticed" log_has "test fault: 0 allocations left"
# Where the kernel looks for leaks itself, it would find this one.
leaks=/sys/kernel/debug/kmemleak
[ ! -e $leaks ] || { sleep 6; echo scan > $leaks; echo clear > $leaks; }
check "load" load livepoke lp_break=BLOCK_SLOT_LEAK
fuzz 2 1600
wait_for 120 no_transition
is "a leak of stubs: none is left" "$(kcall write "$LP_SYS/control" "engage no_such:function 0 override=type")" ENOSPC
check "all is given back" all_back
check "unload" unload_soon livepoke
check "load" load livepoke lp_break=CONTROL_RAW
fuzz 3 800
check "unchecked requests: the log has forged lines" forged
dmesg -c > /dev/null
wait_for 120 no_transition
for d in "$LP_SYS"/*/enabled; do
	[ ! -e "$d" ] || echo 0 > "$d"
	wait_for 60 no_transition
done
check "all is given back" all_back
check "unload" unload_soon livepoke

if [ ! -e /lp/stock/af_alg.ko ]; then
	skip "the demo works" "its modules are not here"
elif ! grep -qE ' [tT] aes_(encrypt|preparekey|expandkey)' /proc/kallsyms; then
	skip "the demo works" "this kernel has AES in modules"
else
	check "the demo works" sh /lp/demo.sh
fi
done_testing
