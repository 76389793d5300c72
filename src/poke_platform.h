/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the poke protocol needs from its surroundings.
 *
 * poke_core.c, poke_sync.c and poke_trap.c use only what is declared here,
 * so that the same protocol code can be built in user space on top of
 * poke_platform_user.h: threads for CPUs, signals for IPIs.
 */
#ifndef _LIVEPOKE_POKE_PLATFORM_H
#define _LIVEPOKE_POKE_PLATFORM_H

#ifndef __KERNEL__
#include "poke_platform_user.h"
#else

#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/hardirq.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/ktime.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <asm/ptrace.h>
#include <asm/sync_core.h>

#include "test_break.h"
#include "test_points.h"
#include "test_record.h"

/* Plain locked instruction: the instrumented forms call out. */
#define poke_cmpxchg(ptr, old, new)	arch_cmpxchg(ptr, old, new)

#define poke_this_cpu()			raw_smp_processor_id()
#define poke_for_each_cpu(cpu)		for_each_online_cpu(cpu)
#define poke_now_ns()			ktime_get_mono_fast_ns()
#define poke_sleep()			usleep_range(500, 1000)
#define poke_pin()			preempt_disable()
#define poke_unpin()			preempt_enable()

/* Per-CPU protocol data of one CPU; see struct poke_cpu in poke_sync.h. */
#define poke_cpu(cpu)			per_cpu_ptr(&poke_cpus, cpu)
#define poke_cpu_self()			this_cpu_ptr(&poke_cpus)

#ifdef LP_TEST_BUILD
DECLARE_PER_CPU(u64, poke_serials);
extern bool poke_double_store;

/* Handlers that this CPU is in: whoever waits there is recorded. */
DECLARE_PER_CPU(unsigned int, poke_traps);
#define poke_trap_enter()		this_cpu_inc(poke_traps)
#define poke_trap_leave()		this_cpu_dec(poke_traps)
#define poke_relax()							\
	do {								\
		if (this_cpu_read(poke_traps))				\
			LP_RECORD(POKE_WAIT, 5, 0);			\
		cpu_relax();						\
	} while (0)
#else
#define poke_trap_enter()		do { } while (0)
#define poke_trap_leave()		do { } while (0)
#define poke_relax()			cpu_relax()
#endif

/* Chosen before the first poke. A plain word: alternatives would do as well. */
enum { POKE_BY_CR2, POKE_BY_SERIALIZE, POKE_BY_IRET };
extern u8 poke_serialise_by;

/**
 * poke_serialise() - make this CPU forget every instruction it has fetched
 *
 * SERIALIZE where it exists. Elsewhere CR2 is written with the value it has:
 * a move to a control register serialises on every x86-64 processor, does
 * not unmask NMIs as an IRET would, does not exit to a hypervisor as CPUID
 * does, and changes nothing, however contexts nest. A Xen PV kernel cannot
 * write CR2; there only IRET is left, which must not run in an NMI.
 *
 * Context: any.
 * Return: false if this CPU cannot serialise in this context.
 */
static __always_inline bool poke_serialise(void)
{
	unsigned long tmp;

	if (poke_serialise_by == POKE_BY_SERIALIZE) {
		asm volatile(".byte 0x0f, 0x01, 0xe8" ::: "memory");
	} else if (poke_serialise_by == POKE_BY_CR2) {
		asm volatile("mov %%cr2, %0\n\t"
			     "mov %0, %%cr2\n\t"
			     "jmp 1f\n"
			     "1:" : "=r" (tmp) : : "memory");
	} else {
		if (in_nmi())
			return false;
		iret_to_self();
	}
#ifdef LP_TEST_BUILD
	this_cpu_inc(poke_serials);
#endif
	return true;
}

/*
 * Stores to text, through the alias. Emulators that translate code and run
 * virtual CPUs in parallel may need the store twice (docs/poke.md).
 */
static __always_inline void poke_store8(u8 *p, u8 val)
{
	WRITE_ONCE(*p, val);
#ifdef LP_TEST_BUILD
	if (poke_double_store) {
		smp_mb(); /* between two equal stores; pairs with nothing */
		WRITE_ONCE(*p, val);
	}
#endif
}

static __always_inline void poke_store64(u64 *p, u64 val)
{
	WRITE_ONCE(*p, val);
#ifdef LP_TEST_BUILD
	if (poke_double_store) {
		smp_mb(); /* between two equal stores; pairs with nothing */
		WRITE_ONCE(*p, val);
	}
#endif
}

#endif /* __KERNEL__ */

/* A platform in user space need not record. */
#ifndef LP_RECORD
#define LP_RECORD(what, a, b)	do { } while (0)
#define poke_trap_enter()	do { } while (0)
#define poke_trap_leave()	do { } while (0)
#endif
#endif /* _LIVEPOKE_POKE_PLATFORM_H */
