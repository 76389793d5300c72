# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 400
#
# Blocking functions through /sys/kernel/livepoke/control.
. /lp/lib.sh
. /lp/klp.sh

CONTROL=$LP_SYS/control
T=lp_test_target

ctl() { kcall write "$CONTROL" "$1"; }

# engaged NAME REQUEST... - write it and wait for the transition
engaged()
{
	name=$1
	shift
	err=$(ctl "engage $*")
	[ -z "$err" ] || { echo "$err"; return 1; }
	wait_for 30 settled "block-$name"
}

disengaged()
{
	err=$(ctl "disengage $1")
	[ -z "$err" ] || { echo "$err"; return 1; }
	wait_for 30 gone "block-$1"
}

# refused ERRNO DESC LOG-REGEX REQUEST
refused()
{
	log_mark
	is "$2: $1" "$(ctl "$4")" "$1"
	check "$2: the log says so" log_has "livepoke: .*$3"
}

check "load livepoke" load livepoke
is "mode of control" "$(stat -c %a "$CONTROL")" 200

diag "a function of the kernel image"
before=$(cat /proc/version)
check "engage" engaged version_proc_show version_proc_show 0
is "returns at once" "$(cat /proc/version)" ""
check "hits are counted" [ "$(attr block-version_proc_show hits)" -ge 1 ]
is "value" "$(attr block-version_proc_show value)" 0
is "override" "$(attr block-version_proc_show override)" none
is "mode of override" "$(stat -c %a "$LP_SYS/block-version_proc_show/override")" 444
refused EBUSY "twice" "enabled already" "engage version_proc_show 0"
expect EAGAIN "livepoke is in use" rmmod livepoke
check "disengage" disengaged version_proc_show
is "it is back" "$(cat /proc/version)" "$before"

diag "an error by name"
S=__x64_sys_sethostname
check "engage" engaged $S $S EPERM
is "value" "$(attr block-$S value)" -1
check_fails "the caller gets it" hostname other
check "disengage" disengaged $S
check "it is back" hostname lp-guest
check "engage, by its negative name" engaged $S $S -EPERM
is "value" "$(attr block-$S value)" -1
check "disengage" disengaged $S

diag "a function of a module"
check "load the target" load $T
B=$T:lp_target_second_twin
check "engage" engaged $B $B 7 override=type
is "returns at once" "$(lptarget twins)" 8
check "unload the target" unload $T
check "load it again" load $T
is "blocked before it ran" "$(lptarget twins)" 8
check "disengage" disengaged $B
is "it is back" "$(lptarget twins)" 3
if [ -e "/sys/kernel/btf/$T" ]; then
	refused EINVAL "a module's type information" "returns a value; give one" "engage $B"
else
	refused EINVAL "no type information" \
		"has no type information \(BTF\), so the value cannot be checked" "engage $B 7"
fi
if ! grep -qw btf_get_module_btf /proc/kallsyms; then
	check "unload the target" unload $T
	refused EINVAL "nor will there be any when it comes" \
		"has no type information \(BTF\), so the value cannot be checked" "engage $B 7"
	check "so it can be loaded" load $T
fi
check "engage, the module's name as modprobe takes it" \
	engaged $B lp-test-target:lp_target_second_twin 7 override=type
is "override" "$(attr block-$B override)" type
is "returns at once" "$(lptarget twins)" 8
refused EBUSY "twice" "'block-$B' is enabled already" "engage $B 7 override=type"
refused EBUSY "twice, by its position" "cannot block '$B,1': it is blocked as '$B'" "engage $B,1 7 override=type"
is "disengage" "$(ctl "disengage lp-test-target:lp_target_second_twin")" ""
check "it is gone" wait_for 30 gone block-$B
is "it is back" "$(lptarget twins)" 3

diag "a function of a module, of another type than one of that name in the image"
if [ -e /lp/stock/msr.ko ] && check "load msr" kcall insmod /lp/stock/msr.ko && [ -e /sys/kernel/btf/msr ]; then
	refused EINVAL "a value is needed" "cannot block 'msr:msr_read': it returns a value" "engage msr:msr_read"
	check "engage, with a value that only the module's returns" \
		engaged msr:msr_read msr:msr_read 0x1ffffffff
	is "value" "$(attr block-msr:msr_read value)" 8589934591
	check "disengage" disengaged msr:msr_read
	refused EINVAL "the image's" "returns a type too small for the value" "engage msr_read 0x1ffffffff"
	check "unload msr" unload msr
else
	skip "a function of another type than its namesake" "no module msr with types"
fi

diag "functions of one name"
W=$T:lp_target_twin
refused EINVAL "which" "ambiguity for symbol 'lp_target_twin' in object '$T'; give its position, FUNCTION,N" \
	"engage $W 40 override=type"
refused EINVAL "the type of which" "cannot block '$W,1': type information \(BTF\) does not tell .* \(override: type\)" \
	"engage $W,1 40"
refused EINVAL "no third" "symbol position 3 .*lp_target_twin" "engage $W,3 40 override=type"
for n in 0 01 x '' 1,2 -1; do
	refused EINVAL "'$n' is no position" "'$W,$n' cannot be a function: give FUNCTION" "engage $W,$n 40 override=type"
done
check "engage the first" engaged $W,1 $W,1 40 override=type
first=$(lptarget twins)
check "engage the second as well" engaged $W,2 $W,2 40 override=type
is "both return at once" "$(lptarget twins)" 80
check "disengage the first" disengaged $W,1
second=$(lptarget twins)
check "disengage the second" disengaged $W,2
is "each position is another function" "$(printf '%s\n' "$first" "$second" | sort | xargs)" "41 42"
is "they are back" "$(lptarget twins)" 3
check "unload the target" unload $T

diag "what must not be blocked"
log_mark
is "a refused request" "$(ctl "disengage nothing")" ENOENT
check "is in the log with its author" log_has \
	"livepoke: control: kcall\[[0-9]+\] uid 0 refused \(-2\): 'disengage nothing'"
# denied REASON FUNCTION... - the list has them, with that reason
denied()
{
	reason=$1
	shift
	for f; do
		refused EPERM "on the list" "cannot block '$f': $reason \(override: deny\)" "engage $f 0"
	done
}
denied "without it no task runs any more" schedule
denied "callers would enter what it protects at the same time" mutex_lock
denied "the kernel cannot run without its memory management" kfree
denied "every entry into the kernel depends on it" do_syscall_64
denied "reports of a crash depend on it" dump_stack
denied "changing kernel text depends on it" text_poke_bp
denied "memory in use would be freed, or none ever again" call_rcu
refused EPERM "a function that never returns" "never returns to its caller" "engage panic 0"
for f in complete_and_exit __module_put_and_exit rewind_stack_do_exit arch_cpu_idle_dead play_dead \
	bch2_trans_in_restart_error bch2_trans_unlocked_error rust_begin_unwind rust_helper_BUG \
	__x64_sys_exit_group __ia32_sys_exit do_exit.constprop.0; do
	refused EPERM "a function that never returns" "cannot block '$f': it never returns" "engage $f 0"
done
for f in rw_verify_area security_file_permission security_file_open inode_permission link_path_walk \
	link_path_walk.part.0.constprop.0 getname_flags alloc_fd __alloc_fd path_init __fdget_pos \
	kobject_put wait_for_completion complete; do
	refused EPERM "on the way to control" "cannot block '$f': the block could not be taken back" "engage $f 0"
done
denied "livepoke's own work, and much of the kernel's, would not be done any more" \
	queue_work_on __queue_work insert_work flush_workqueue
denied "the kernel's clocks and timers would stop" call_timer_fn
refused ENOENT "a name that only begins so" "'do_exit_not' not found" "engage do_exit_not 0 override=type"
refused ENOENT "unknown" "'no_such_function' not found" "engage no_such_function 0"
refused EINVAL "no ftrace entry" "no ftrace entry" "engage memcmp 0 override=type"
refused EINVAL "pointer" "returns a pointer; give 0 or an error" "engage d_path 5"
refused EINVAL "value missing" "returns a value; give one" "engage d_path"
refused EINVAL "value for void" "returns nothing; give no value" "engage ksys_sync 5"
refused EINVAL "bool" "returns a bool; give 0 or 1" "engage is_subdir 2"
refused EINVAL "too large" "too small for the value" "engage version_proc_show 0x1ffffffff"
refused EINVAL "structure" "returns a structure or floating point" "engage timestamp_truncate 0"
refused EPERM "the same by its module" "cannot block 'schedule': .* no task runs" "engage vmlinux:schedule 0"
refused EPERM "livepoke itself" "could not be taken back" "engage livepoke:lp_block_engage 0"
refused EPERM "a function of any module that never returns" "never returns" "engage some_module:__kunit_abort 0"
refused EINVAL "words" "control: unknown request; use engage or disengage" "frobnicate schedule"
refused EINVAL "two requests" "control: the request has more than one line; write one at a time" "$(printf 'engage a 0\nengage b 0')"
refused EINVAL "characters" "characters that no name has" "$(printf 'engage a\033[31mb 0')"
refused EINVAL "characters" "characters that no name has" "$(printf 'engage \303\244 0')"
refused EINVAL "nothing" "unknown request" "  "
refused EINVAL "no function" \
	"control: usage: engage \[MODULE:\]FUNCTION\[,N\] \[VALUE\] \[override=deny,type\]; VALUE is a number or an error's name" \
	"engage"
for name in :schedule schedule: vmlinux: vmlinux:a:b ,1 a:,1 "$(printf '%0200d' 0)" "$(printf '%0100d' 0):f"; do
	refused EINVAL "not a name" "'$name' cannot be a function: give FUNCTION or MODULE:FUNCTION" "engage $name 0"
done
refused EINVAL "not a name" "'vmlinux:' cannot be a function" "disengage vmlinux:"
refused EINVAL "nothing to give back" "control: usage: disengage" "disengage"
refused EINVAL "bad value" "usage: engage" "engage version_proc_show EWRONG"
refused EINVAL "bad override" "usage: engage" "engage version_proc_show 0 override=all"
refused ENOENT "not blocked" "is not blocked" "disengage version_proc_show"
refused EINVAL "too long" "control: the request is too long" "engage $(printf '%600s' x)"
refused E2BIG "too many words" "control: a request has at most 4 words" "engage a b c d e f"
log_mark
is "a forged log line" "$(ctl "$(printf 'frob\nlivepoke:fine')")" EINVAL
check_fails "is not printed as one" log_has "^[^']*livepoke:fine"

diag "overrides"
refused EPERM "a value of a wrong type, of a function on the list" "override: deny" \
	"engage show_regs 0 override=type"
check "the list is overridden" engaged show_regs show_regs override=deny
is "a function that returns nothing" "$(attr block-show_regs value)" void
is "override" "$(attr block-show_regs override)" deny
check "disengage" disengaged show_regs
check "the type is overridden" engaged version_proc_show version_proc_show 0x1ffffffff override=type
check "disengage" disengaged version_proc_show
check "both" engaged version_proc_show version_proc_show 0 override=type,deny
is "override" "$(attr block-version_proc_show override)" deny,type
check "disengage" disengaged version_proc_show
check "by its module" engaged version_proc_show vmlinux:version_proc_show 0
is "returns at once" "$(cat /proc/version)" ""
refused EBUSY "again without it" "enabled already" "engage version_proc_show 0"
is "disengage by its module" "$(ctl "disengage vmlinux:version_proc_show")" ""
check "it is gone" wait_for 30 gone block-version_proc_show

diag "what the log holds of it"
log_mark
ctl "engage version_proc_show 0" > /dev/null
wait_for 30 settled block-version_proc_show
check "who blocked what" log_has "control: kcall\[[0-9]+\] uid 0: 'engage version_proc_show 0'$"
ctl "disengage version_proc_show" > /dev/null
wait_for 30 gone block-version_proc_show
check "who gave it back" log_has "control: kcall\[[0-9]+\] uid 0: 'disengage version_proc_show'$"
log_mark
ctl "frobnicate" > /dev/null
check "what was refused" log_has "control: kcall\[[0-9]+\] uid 0 refused \(-22\): 'frobnicate'$"
log_mark
is "a request that is long when it is printed" "$(ctl "$(printf 'x\001%.0s' $(seq 250))")" EINVAL
check "has its author in the log all the same" log_has "control: kcall\[[0-9]+\] uid 0 refused \(-22\): '(x.001){120}'\.\.\.$"
is "control without CAP_SYS_ADMIN" "$(nocap kcall write "$CONTROL" "engage version_proc_show 0")" EPERM
check "the log says so" log_has "livepoke: control: writing needs CAP_SYS_ADMIN"
check "and who" log_has "control: kcall\[[0-9]+\] uid 0 refused \(-1\): 'engage version_proc_show 0'"
sleep 5
log_mark
for _ in $(seq 100); do
	for _ in 1 2 3 4 5 6 7 8 9 10; do echo frobnicate > "$CONTROL"; done
done 2>/dev/null
lines=$(log_since | grep -c "refused (-22): 'frobnicate'")
check "1000 refusals in a row: the log has some, not all ($lines)" [ "$lines" -ge 100 -a "$lines" -lt 750 ]
sleep 5
ctl "frobnicate" > /dev/null
check "and how many it has not" log_has "[0-9]+ lines about refused requests were not logged"
is "nothing is left" "$(cd "$LP_SYS" && ls)" control

check "unload livepoke" unload_soon livepoke
done_testing
