# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
#
# The sample patch, switched on and off while the machine works. What
# /proc/cmdline says is checked every time.
. /lp/lib.sh
. /lp/klp.sh

before=$(cat /proc/cmdline)

patched() { [ "$(cat /proc/cmdline)" = "$LP_PATCHED_LINE" ]; }
unpatched() { [ "$(cat /proc/cmdline)" = "$before" ]; }

cycle()
{
	enable patch_cmdline || return 1
	patched || { echo "enabled, but: $(cat /proc/cmdline)"; return 1; }
	[ "$(attr patch_cmdline enabled)" = 1 ] || { echo "enabled is not 1"; return 1; }
	disable patch_cmdline || return 1
	unpatched || { echo "disabled, but: $(cat /proc/cmdline)"; return 1; }
	unload_soon patch_cmdline
}

cycles()
{
	i=0
	while [ $i -lt "$1" ]; do
		cycle || { echo "in round $i"; return 1; }
		i=$((i + 1))
	done
}

check "load livepoke" load livepoke
check "the sample once, on an idle machine" cycle
start_load sleepers=200 spinners=4 forkers=2
n=$(count 20 200)
check "the sample $n times under load" cycles "$n"
stop_load

announced() { grep -q "^change@/kernel/livepoke/patch_cmdline .* TRANSITION=$1 " /tmp/uevents; }
tainted() { [ $(($(cat /proc/sys/kernel/tainted) >> 15 & 1)) = 1 ]; }

lpuevent > /tmp/uevents &
listener=$!
wait_for 10 grep -q ready /tmp/uevents
log_mark
check "enable" enable patch_cmdline
check "the kernel is marked as live patched" tainted
check "an event tells of the end" wait_for 10 announced patched
check "the log tells of the start" \
	log_has "livepoke: 'patch_cmdline': starting patching transition"
check "and of the end" log_has "livepoke: 'patch_cmdline': patching complete"
expect EAGAIN "the patch cannot be unloaded while enabled" rmmod patch_cmdline
expect EAGAIN "livepoke.ko cannot be unloaded while a patch is enabled" rmmod livepoke
check "the patch still works" patched
check "disable and unload" remove patch_cmdline
check "the log tells of the end" log_has "livepoke: 'patch_cmdline': unpatching complete"
check "an event tells of that too" wait_for 10 announced unpatched
kill $listener
check "/proc/cmdline is as before" unpatched
check "unload livepoke" unload_soon livepoke
done_testing
