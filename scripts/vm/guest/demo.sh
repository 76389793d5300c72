# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# The part of "make demo" that runs in the guest. Exits 0 only if
# /proc/cmdline was seen to change, and to change back.
patch=/sys/kernel/livepoke/patch_cmdline
wrong=0

step() { echo; echo "--- $*"; }
run() { echo "  # $*"; }
show() { printf '%s\n' "$*" | sed 's/^/    /'; }
complain() { wrong=1; show "WRONG: $*"; }
figure() { sed -n "s/^$1 //p" $patch/timing; }
ms() { awk -v us="$1" 'BEGIN { printf "%.1f ms", us / 1000 }'; }
threads() { cat /proc/[0-9]*/stat 2>/dev/null | awk '{ sub(/.*\) /, ""); n += $18 } END { print n }'; }

# wait_for COMMAND... - for at most a minute
wait_for()
{
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 1200 ] || return 1
		sleep 0.05
	done
}

# shellcheck disable=SC2317 # these three are called through wait_for
settled() { [ "$(cat "$patch/transition")" = 0 ]; }
# shellcheck disable=SC2317
gone() { [ ! -e "$patch" ]; }
# shellcheck disable=SC2317
unloaded() { rmmod "$1" 2>/dev/null; }

# What /proc/cmdline says, read 20 times by processes of their own.
read_often()
{
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		cat /proc/cmdline
	done | sort -u
}

step "The running kernel"
run cat /proc/version
show "$(cat /proc/version)"
show "($(nproc) CPUs, running for $(cut -d. -f1 /proc/uptime) s)"
run "cat /proc/cmdline      (the parameters this kernel was booted with)"
before=$(read_often)
show "$before"

step "Work for the machine: 200 sleeping threads and a process that never stops computing"
demoload 200 > /tmp/load &
load=$!
wait_for grep -q ready /tmp/load || complain "the load did not start"
show "$(threads) tasks exist now"

step "Load livepoke, then a module that replaces the kernel function cmdline_proc_show()"
run insmod livepoke.ko
insmod /lp/product/livepoke.ko || complain "livepoke.ko was refused"
run insmod patch_cmdline.ko
insmod /lp/product/patch_cmdline.ko || complain "patch_cmdline.ko was refused"
wait_for settled || complain "the transition did not end: $(cat $patch/blockers)"
show "Each task goes over to the new function at a moment when it uses neither version."
show "All $(figure tasks) tasks did so within $(ms "$(figure duration_us)"), without stopping the machine."

step "The same file, while the patch is enabled"
run cat /sys/kernel/livepoke/patch_cmdline/enabled
show "$(cat $patch/enabled)"
run cat /proc/cmdline
during=$(read_often)
show "$during"
[ "$during" != "$before" ] || complain "the patch changed nothing"
[ "$during" = 'livepoke: this line comes from a live patch' ] || complain "this is not what the patch prints"
kill -0 $load || complain "the load died"

step "Disable the patch, remove both modules"
run "echo 0 > /sys/kernel/livepoke/patch_cmdline/enabled"
echo 0 > $patch/enabled || complain "disabling was refused"
wait_for gone || complain "the transition back did not end: $(cat $patch/blockers)"
run rmmod patch_cmdline livepoke
wait_for unloaded patch_cmdline || complain "patch_cmdline cannot be removed"
wait_for unloaded livepoke || complain "livepoke cannot be removed"
run cat /proc/cmdline
after=$(read_often)
show "$after"
[ "$after" = "$before" ] || complain "this is not what it said before"

step "What the kernel's log says of it"
dmesg | sed -n '/livepoke/{s/^\[ *[0-9.]*\] //;s/^/    /;p}'
kill $load
exit $wrong
