/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The surroundings of the poke protocol in user space: what poke_platform.h
 * takes from the kernel comes from a harness here.
 */
#ifndef _LIVEPOKE_POKE_PLATFORM_USER_H
#define _LIVEPOKE_POKE_PLATFORM_USER_H

#include <poke_user.h>	/* another harness may have its own */
#include "test_break.h"

#define __kprobes

struct poke_cpu;

/* Provided by the harness */
extern int poke_cpu_count;
extern int harness_break;
int poke_this_cpu(void);
void poke_relax(void);
u64 poke_now_ns(void);
void poke_pin(void);
void poke_unpin(void);
struct poke_cpu *poke_cpu(int cpu);
bool poke_serialise(void);
void poke_store8(u8 *p, u8 val);
void poke_store64(u64 *p, u64 val);
/* Called where the protocol may be interrupted or overtaken. */
void harness_point(void);

#define poke_sleep()			poke_relax()
#define poke_cpu_self()			poke_cpu(poke_this_cpu())
#define poke_for_each_cpu(cpu)		for ((cpu) = 0; (cpu) < poke_cpu_count; (cpu)++)
#define poke_cmpxchg(ptr, old, new)	__sync_val_compare_and_swap(ptr, old, new)

#define LP_POINT(id)			harness_point()
#define LP_POINT_ARG(id, arg)		((void)(arg), harness_point())
#undef LP_BREAK
#define LP_BREAK(name)			(harness_break == LP_BRK_##name)

#define smp_mb()			__sync_synchronize()
#define smp_rmb()			__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()			__atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)		__atomic_store_n(p, v, __ATOMIC_RELEASE)

#define user_mode(regs)			((void)(regs), false)
static inline __printf(1, 2)
void pr_warn(const char *fmt, ...)
{
	(void)fmt;
}

/* The kernel's own compilation does not ask for it. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#endif /* _LIVEPOKE_POKE_PLATFORM_USER_H */
