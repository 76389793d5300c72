// SPDX-License-Identifier: GPL-2.0
/*
 * How other CPUs are asked to serialise: IPIs that nobody waits for.
 *
 * Each CPU has call-single data of its own. The call for many CPUs at once
 * shares its data between callers and spins until it is free again: behind
 * one stuck CPU it would spin for ever.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include <asm/nmi.h>

#include <livepoke/poke.h>

#include "poke_stats.h"
#include "poke_sync.h"

/* Returns 0, or -EBUSY while an earlier IPI to @cpu is not delivered yet. */
int poke_send(int cpu)
{
	return smp_call_function_single_async(cpu, &poke_cpu(cpu)->csd);
}

static bool __kprobes poke_owes_any(void)
{
	return READ_ONCE(poke_cpu_self()->ack) < poke_generation();
}

void __kprobes poke_sync_poll(void)
{
	if (poke_owes_any())
		poke_acknowledge(POKE_FROM_POLL);
}

/* Some NMI for somebody else. */
static int __kprobes poke_nmi(unsigned int cmd, struct pt_regs *regs)
{
	if (poke_owes_any())
		poke_acknowledge(POKE_FROM_NMI);
	return NMI_DONE;
}

int poke_ipi_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		poke_cpu(cpu)->csd.func = poke_ipi;
	if (boot_cpu_has(X86_FEATURE_XENPV))
		poke_serialise_by = POKE_BY_IRET;
	else if (boot_cpu_has(X86_FEATURE_SERIALIZE))
		poke_serialise_by = POKE_BY_SERIALIZE;
	return register_nmi_handler(NMI_LOCAL, poke_nmi, 0, "livepoke");
}

/*
 * Our function may have been left queued for a CPU that acknowledged in
 * another way. When a call that waits has returned, each CPU has taken it out
 * of its queue, but what is waited for runs first of what was taken out
 * together: ours may still follow. That happens with interrupts off, so RCU
 * waits for it.
 */
void poke_ipi_exit(void)
{
	unregister_nmi_handler(NMI_LOCAL, "livepoke");
	on_each_cpu(poke_ipi, NULL, 1);
	synchronize_rcu();
}
