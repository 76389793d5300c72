# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# The part of "make demo" that runs in the guest. Exits 0 only if /proc/cmdline
# was seen to change and to change back, and if a program was seen to get the
# error of a blocked function and to work again.
patch=/sys/kernel/livepoke/patch_cmdline
control=/sys/kernel/livepoke/control
block=af_alg:af_alg_sendmsg
blocked=/sys/kernel/livepoke/block-$block
denied='sendmsg: Operation not permitted'
wrong=0

step() { echo; echo "--- $*"; }
run() { echo "  # $*"; }
show() { printf '%s\n' "$*" | sed 's/^/    /'; }
complain() { wrong=1; show "WRONG: $*"; }
figure() { sed -n "s/^$1 //p" $patch/timing; }
ms() { awk -v us="$1" 'BEGIN { printf "%.1f ms", us / 1000 }'; }
threads() { cat /proc/[0-9]*/stat 2>/dev/null | awk '{ sub(/.*\) /, ""); n += $18 } END { print n }'; }

# wait_for COMMAND... - for at most a minute, a second if all is lost anyway
wait_for()
{
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt $((wrong ? 20 : 1200)) ] || return 1
		sleep 0.05
	done
}

# shellcheck disable=SC2317 # these are called through wait_for
settled() { [ "$(cat "$patch/transition")" = 0 ]; }
# shellcheck disable=SC2317
settled_block() { [ "$(cat "$blocked/transition")" = 0 ]; }
# shellcheck disable=SC2317
gone_block() { [ ! -e "$blocked" ]; }
# shellcheck disable=SC2317
said() { [ "$(tail -n 1 /tmp/alg 2>/dev/null | cut -d' ' -f2-)" = "$1" ]; }
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

# expect_alg RESULT - what the program that uses the socket is to see
expect_alg()
{
	result=$(demoalg)
	show "$result"
	[ "$result" = "$1" ] || complain "it should say: $1"
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
wait_for grep -qs ready /tmp/load || complain "the load did not start"
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

step "A hole in a function of a module, and no patch yet: block the function"
show "af_alg_sendmsg() takes the data that programs have the kernel encrypt. Its module is not loaded."
value=EPERM
if ! grep -qw btf_get_module_btf /proc/kallsyms; then
	value="EPERM override=type"
	show "This kernel has no types of modules' functions, so livepoke has to be told that it need not look."
fi
run insmod livepoke.ko
insmod /lp/product/livepoke.ko || complain "livepoke.ko was refused"
run "echo 'engage $block $value' > /sys/kernel/livepoke/control"
echo "engage $block $value" > $control || complain "blocking was refused"
wait_for settled_block || complain "the transition did not end: $(cat $blocked/blockers)"
run insmod af_alg.ko algif_skcipher.ko
for module in af_alg algif_skcipher; do
	insmod /lp/stock/$module.ko || complain "the kernel's own $module.ko was refused"
done
run "demoalg              (has the kernel encrypt 16 bytes, through an AF_ALG socket)"
expect_alg "$denied"
run "echo 'disengage $block' > /sys/kernel/livepoke/control"
echo "disengage $block" > $control || complain "unblocking was refused"
wait_for gone_block || complain "the transition back did not end: $(cat $blocked/blockers)"
run demoalg
expect_alg encrypted

step "The same while a program is using it"
run "demoalg /tmp/alg &   (goes on and on, with one socket)"
demoalg /tmp/alg &
alg=$!
wait_for said encrypted || complain "the program does not work: $(cat /tmp/alg)"
show "$(tail -n 1 /tmp/alg)    (number of the call, and what it got)"
run "echo 'engage $block $value' > /sys/kernel/livepoke/control"
echo "engage $block $value" > $control || complain "blocking was refused"
wait_for settled_block || complain "the transition did not end: $(cat $blocked/blockers)"
wait_for said "$denied" || complain "the program was not stopped: $(cat /tmp/alg)"
show "$(tail -n 1 /tmp/alg)"
show "Every task was over within $(ms "$(sed -n 's/^duration_us //p' $blocked/timing)")."
run "cat /sys/kernel/livepoke/block-$block/hits"
show "$(cat $blocked/hits)"
[ "$(cat $blocked/hits)" -gt 0 ] || complain "no call was counted"
run "echo 'disengage $block' > /sys/kernel/livepoke/control"
echo "disengage $block" > $control || complain "unblocking was refused"
wait_for gone_block || complain "the transition back did not end: $(cat $blocked/blockers)"
wait_for said encrypted || complain "the program does not work again: $(cat /tmp/alg)"
show "$(tail -n 1 /tmp/alg)"
[ "$(cut -d' ' -f2- /tmp/alg | tr '\n' ',')" = "encrypted,$denied,encrypted," ] ||
	complain "this is not what the program should have seen: $(cat /tmp/alg)"
kill $alg
run rmmod algif_skcipher af_alg livepoke
for module in algif_skcipher af_alg livepoke; do
	wait_for unloaded $module || complain "$module cannot be removed"
done

step "What the kernel's log says of it"
dmesg | sed -n '/livepoke/{s/^\[ *[0-9.]*\] //;s/^/    /;p}'
kill $load
rm -f /tmp/alg /tmp/load
exit $wrong
