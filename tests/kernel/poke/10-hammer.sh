# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Nobody executes a mixture of the old and the new instruction, in whatever
# context and wherever the instruction lies.
# limit: 900
. /lp/lib.sh
. /lp/poke.sh

check "livepoke and the test module load" pk_load
n=$(count 250 2000)

pk_hammer "task" ctx=task flips="$(count 1500 20000)"
for ctx in irq softirq nmi kprobe mixed; do
	pk_hammer_ctx $ctx "$n"
done
pk_hammer "interrupts off 500 us" ctx=irqs-off irqoff_us=500 flips="$n"
pk_hammer "interrupts off 20 ms" ctx=irqs-off irqoff_us=20000 flips="$(count 25 300)"
for site in cross16 cross64 crosspage; do
	pk_hammer "$site" site=$site flips="$n"
done
pk_hammer "kernel image" site=kernel flips="$n"
# mktime64() has an "imul $imm32" across such boundaries, or has not
for site in kernel16 kernel64 kernelpage; do
	if pk hammer site=$site flips=2 hammers=0; then
		pk_hammer "kernel image, across ${site#kernel}" site=$site flips="$n"
	else
		is "kernel image, across ${site#kernel}: looked for" "$(pk_get ret)" -2
		skip "kernel image, across ${site#kernel}" "no such instruction in mktime64()"
	fi
done

policy=$(cat "$PK_PARAMS/poke_policy")
pk_set poke_policy emulate
pk_hammer "task, policy emulate" flips="$n"
pk_set poke_policy "$policy"
pk_set poke_middle_sync off
pk_hammer "task, middle sync off" flips="$n" linger=20
pk_hammer "nmi, middle sync off" ctx=nmi flips="$n" linger=20
pk_set poke_middle_sync on
pk_hammer "task, middle sync on" flips="$n"
pk_set poke_middle_sync auto

pk_invariants "all of it"
check "both unload" pk_unload
done_testing
