// SPDX-License-Identifier: GPL-2.0
/*
 * Ways to run a function in a given context on this CPU.
 */
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/interrupt.h>
#include <linux/smp.h>
#include <asm/apic.h>
#include <asm/nmi.h>

#include "compat/tests.h"
#include "tp_poke.h"

struct tp_ctx_cpu {
	void (*nmi_fn)(void);
	void (*irq_fn)(void);
	struct irq_work irq_work;
};
static DEFINE_PER_CPU(struct tp_ctx_cpu, tp_ctx_cpus);

static int tp_nmi(unsigned int cmd, struct pt_regs *regs)
{
	struct tp_ctx_cpu *c = this_cpu_ptr(&tp_ctx_cpus);
	void (*fn)(void) = c->nmi_fn;

	if (!fn)
		return NMI_DONE;
	fn();
	WRITE_ONCE(c->nmi_fn, NULL);
	return NMI_HANDLED;
}

/* Preemption off. */
void tp_in_nmi(void (*fn)(void))
{
	struct tp_ctx_cpu *c = this_cpu_ptr(&tp_ctx_cpus);

	WRITE_ONCE(c->nmi_fn, fn);
	apic->send_IPI(raw_smp_processor_id(), NMI_VECTOR);
	while (READ_ONCE(c->nmi_fn))
		cpu_relax();
}

/* The same on another CPU, without waiting. */
void tp_kick_nmi(int cpu, void (*fn)(void))
{
	struct tp_ctx_cpu *c = per_cpu_ptr(&tp_ctx_cpus, cpu);

	if (cmpxchg(&c->nmi_fn, NULL, fn))
		return;
	apic->send_IPI(cpu, NMI_VECTOR);
}

/* No NMI that was sent is still to come. */
void tp_nmis_done(void)
{
	int cpu;

	for_each_online_cpu(cpu) {
		while (READ_ONCE(per_cpu(tp_ctx_cpus, cpu).nmi_fn))
			cpu_relax();
	}
}

static void tp_irq(struct irq_work *work)
{
	struct tp_ctx_cpu *c = container_of(work, struct tp_ctx_cpu, irq_work);

	c->irq_fn();
	WRITE_ONCE(c->irq_fn, NULL);
}

/* Preemption off, interrupts on. */
void tp_in_irq(void (*fn)(void))
{
	struct tp_ctx_cpu *c = this_cpu_ptr(&tp_ctx_cpus);

	WRITE_ONCE(c->irq_fn, fn);
	irq_work_queue(&c->irq_work);
	while (READ_ONCE(c->irq_fn))
		cpu_relax();
}

int tp_ctx_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(tp_ctx_cpus, cpu).irq_work = IRQ_WORK_INIT_HARD(tp_irq);
	return register_nmi_handler(NMI_LOCAL, tp_nmi, 0, "lp_test_poke");
}

void tp_ctx_exit(void)
{
	int cpu;

	unregister_nmi_handler(NMI_LOCAL, "lp_test_poke");
	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu(tp_ctx_cpus, cpu).irq_work);
}
