# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The second hook: breakpoints are taken at kprobe_int3_handler().
# limit: 300
. /lp/lib.sh
. /lp/poke.sh

check "livepoke and the test module load" pk_load poke_hook=ftrace
for ctx in task irq softirq nmi kprobe; do
	pk_hammer_ctx $ctx "$(count 60 1000)"
done
check "the ftrace hook took the breakpoints ($(pk_stat hook_ftrace))" [ "$(pk_stat hook_ftrace)" -gt 1000 ]
diag "left for the die notifier: $(pk_stat hook_die)"
pk_clear
check "events on the patching CPU" pk inject how=nmi point=4 n=20
rolling is "each of them rolls back" "$(pk_stat roll_backs)" 20
rolling check "a late hit" pk hold what=late
rolling check "republished" pk hold what=republish
for f in poke_ftrace_hook poke_trap poke_die_notify poke_store_first poke_store_tails \
	poke_ref_get poke_acknowledge poke_insn_emulate poke_slot_end poke_ever_poked; do
	expect EINVAL "no kprobe on $f()" insmod "$LP_KO/lp_test_probe.ko" kind=kprobe name=$f
done
expect 0 "but on what only the poker calls" insmod "$LP_KO/lp_test_probe.ko" kind=kprobe name=poke_run
check "it unloads" unload lp_test_probe
pk_invariants "all of it"
check "both unload" pk_unload
done_testing
