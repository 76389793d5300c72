# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 180
#
# What others than the administrator can do with livepoke: an ordinary user, such
# a user as root of a user namespace, and root of one that has lost its
# capabilities outside. Each file of livepoke is written and read by each.
. /lp/lib.sh
. /lp/klp.sh
. /lp/cli.sh

P=patch_cmdline

# All files, with mode and owner; directories of single patches made equal
files()
{
	find /sys/kernel/livepoke /sys/module/livepoke/parameters /sys/kernel/debug/livepoke \
		-type f -exec stat -c '%n %a %u:%g' {} + | sort
}

changed() { ! diff /tmp/state.before /tmp/state.after; }
state()
{
	grep -r . /sys/kernel/livepoke/ /sys/module/livepoke/parameters 2>/dev/null |
		grep -v '/timing:\|/hits:' | sort
	cat /proc/version /proc/cmdline
	grep -cE '^(livepoke|patch_cmdline) ' /proc/modules
}

# attempts FILE - all that a writer may think of; prints what was accepted
attempts()
{
	for text in 0 1 y "engage version_proc_show 0" "disengage version_proc_show" 1000 off; do
		err=$(kcall write "$1" "$text")
		[ -n "$err" ] || echo "$1 took '$text'"
	done
}

# A kernel address, as text or as eight bytes
leaks()
{
	cat > /tmp/read.$$
	grep -aEq '(0x|[^0-9a-f]|^)ffff[89a-f][0-9a-f]{11}' /tmp/read.$$ ||
		od -An -v -tx1 /tmp/read.$$ | tr -d ' \n' | grep -q ffffffff
	lp_rc=$?
	rm -f /tmp/read.$$
	return $lp_rc
}

sees_leak() { printf '%s\n' "$1" | leaks; }

try_all()
{
	while read -r f _; do
		attempts "$f"
		cat "$f" > /tmp/contents.$$ 2>/dev/null
		! leaks < /tmp/contents.$$ || echo "$f shows an address"
	done < /tmp/files
	kcall insmod /lp/product/patch_cmdline.ko | grep -q EPERM || echo "a module was loaded"
	kcall rmmod patch_cmdline | grep -q EPERM || echo "a module was removed"
	for f in /proc/modules /proc/kallsyms /sys/module/livepoke/sections/.text; do
		! grep -a livepoke "$f" 2>/dev/null | grep -v ' 0000000000000000' | leaks ||
			echo "$f shows an address"
	done
}

# as WHO DESC
as()
{
	state > /tmp/state.before
	asuser "$1" sh /tmp/try > /tmp/done 2>&1
	lp_rc=$?
	state > /tmp/state.after
	is "$2: it ran" "$lp_rc" 0
	is "$2: nothing was accepted, nothing shown" "$(cat /tmp/done)" ""
	check_fails "$2: nothing changed" changed
}

mkdir -p /etc
echo 'nobody:x:65534:65534::/:/bin/sh' > /etc/passwd
chmod 755 /
chmod 1777 /tmp
check "load livepoke" load livepoke
check "a patch" enable $P
is "a block" "$(kcall write "$LP_SYS/control" "engage version_proc_show 0")" ""
check "is in force" wait_for 60 settled block-version_proc_show
files > /tmp/files
cat > /tmp/wanted <<'EOL'
/sys/kernel/debug/livepoke/poke 600 0:0
/sys/kernel/livepoke/block-version_proc_show/blockers 400 0:0
/sys/kernel/livepoke/block-version_proc_show/enabled 644 0:0
/sys/kernel/livepoke/block-version_proc_show/force 200 0:0
/sys/kernel/livepoke/block-version_proc_show/hits 444 0:0
/sys/kernel/livepoke/block-version_proc_show/override 444 0:0
/sys/kernel/livepoke/block-version_proc_show/replace 444 0:0
/sys/kernel/livepoke/block-version_proc_show/stack_order 444 0:0
/sys/kernel/livepoke/block-version_proc_show/timing 444 0:0
/sys/kernel/livepoke/block-version_proc_show/transition 444 0:0
/sys/kernel/livepoke/block-version_proc_show/value 444 0:0
/sys/kernel/livepoke/block-version_proc_show/vmlinux/patched 444 0:0
/sys/kernel/livepoke/control 200 0:0
/sys/kernel/livepoke/patch_cmdline/blockers 400 0:0
/sys/kernel/livepoke/patch_cmdline/enabled 644 0:0
/sys/kernel/livepoke/patch_cmdline/force 200 0:0
/sys/kernel/livepoke/patch_cmdline/replace 444 0:0
/sys/kernel/livepoke/patch_cmdline/stack_order 444 0:0
/sys/kernel/livepoke/patch_cmdline/timing 444 0:0
/sys/kernel/livepoke/patch_cmdline/transition 444 0:0
/sys/kernel/livepoke/patch_cmdline/vmlinux/patched 444 0:0
/sys/module/livepoke/parameters/allow_lkrg 600 0:0
/sys/module/livepoke/parameters/enable 444 0:0
/sys/module/livepoke/parameters/poke_hand_over_ms 600 0:0
/sys/module/livepoke/parameters/poke_hook 444 0:0
/sys/module/livepoke/parameters/poke_middle_sync 600 0:0
/sys/module/livepoke/parameters/poke_policy 600 0:0
/sys/module/livepoke/parameters/poke_report_ms 600 0:0
/sys/module/livepoke/parameters/poke_sync_timeout_ms 600 0:0
/sys/module/livepoke/parameters/signal_ms 644 0:0
/sys/module/livepoke/parameters/stop_machine_ms 644 0:0
EOL
check "these are all files, and nobody but root writes" diff /tmp/wanted /tmp/files
check_fails "no device" sh -c 'ls /dev | grep -i livepoke'
check_fails "no other file in /proc" sh -c 'find /proc -maxdepth 2 -not -path "/proc/[0-9]*" | grep -i livepoke'

# The functions above, in a shell of their own
{
	echo ". /lp/lib.sh"
	echo ". /lp/klp.sh"
	sed -n '/^# attempts/,/^# as WHO/p' "$0"
	echo try_all
} > /tmp/try
as nobody "an ordinary user"
as nsroot "root of a user namespace"
as nsuid0 "user 0 of a user namespace"

# Would these checks see anything?
asuser nsuid0 true && : > /tmp/owned && chmod 600 /tmp/owned
is "a file that root owns and anyone may write is noticed" \
	"$(asuser nsuid0 kcall write /tmp/owned 1)" ""
check "an address is noticed" sees_leak "at ffffffff81000000"
check "eight bytes of one too" sees_leak "$(printf '\001\201\377\377\377\377x')"
check_fails "other text is not" sees_leak "deadbeef 1ffff8 12:00"

is "root itself is understood" "$(kcall write "$LP_SYS/control" "disengage version_proc_show")" ""
check "the block is gone" wait_for 60 gone block-version_proc_show
check "remove the patch" remove $P
check "unload livepoke" unload_soon livepoke
done_testing
