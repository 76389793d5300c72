/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between kernels that only test modules meet, in C and in
 * assembler.
 */
#ifndef _LIVEPOKE_COMPAT_TESTS_H
#define _LIVEPOKE_COMPAT_TESTS_H

#ifdef __ASSEMBLY__

#if __has_include(<asm/ibt.h>)
#include <asm/ibt.h>
#else
#define ENDBR
#endif

#if __has_include(<linux/annotate.h>)
#include <linux/annotate.h>
#elif __has_include(<linux/objtool.h>)
#include <linux/objtool.h>
#endif
#ifndef LP_HAVE_ANNOTATE_NOENDBR
.macro ANNOTATE_NOENDBR
.endm
#endif

/* Kernels without return thunks have no such macro. */
#ifndef RET
#define RET	ret
#endif

#else /* __ASSEMBLY__ */

#ifdef LP_HAVE_HEX_H
#include <linux/hex.h>
#endif
#include <linux/hrtimer.h>
#include <linux/irq_work.h>

#ifndef IRQ_WORK_INIT_HARD
#define IRQ_WORK_INIT_HARD(_fn)						\
	((struct irq_work){ .flags = ATOMIC_INIT(IRQ_WORK_HARD_IRQ),	\
			    .func = (_fn) })
#endif

#ifndef LP_HAVE_WRMSRQ
#define wrmsrq	wrmsrl
#endif

#ifndef LP_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*fn)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
}
#endif

#endif /* __ASSEMBLY__ */

#endif /* _LIVEPOKE_COMPAT_TESTS_H */
