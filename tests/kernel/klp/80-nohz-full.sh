# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 200
# vm: --append "nohz_full=3 rcu_nocbs=3"
#
# A user program spins on a CPU without a tick, which nothing disturbs: it is
# switched by the interrupt that asks for it.
. /lp/lib.sh
. /lp/klp.sh

P=patch_cmdline
before=$(cat /proc/cmdline)
unpatched() { [ "$(cat /proc/cmdline)" = "$before" ]; }

if [ -e /sys/devices/system/cpu/nohz_full ]; then
	is "CPU 3 has no tick" "$(cat /sys/devices/system/cpu/nohz_full)" 3
else
	skip "CPU 3 has no tick" "this kernel has a tick on every CPU"
fi
check "load livepoke" load livepoke
start_load spincpu=3
sleep 1
check "enable" enable $P
diag "$(tr '\n' ' ' < "$LP_SYS/$P/timing")"
is "patched" "$(cat /proc/cmdline)" "$LP_PATCHED_LINE"
n=$(attr $P timing | sed -n 's/^by_ipi //p')
check "switched by interrupts: $n" [ "$n" -ge 1 ]
check "disable" disable $P
check "unpatched" unpatched
stop_load
check "unload" unload_soon $P
check "unload livepoke" unload_soon livepoke
done_testing
