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

#include "annotate.h"

/* Kernels without return thunks have no such macro. */
#ifndef RET
#define RET	ret
#endif

#else /* __ASSEMBLY__ */

#if defined(LP_HAVE_VHOST_TASK_KILL) && defined(CONFIG_VHOST_TASK)
#define LP_HAVE_VHOST_TASK
#include <linux/sched/vhost_task.h>
#endif
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

#include <linux/errno.h>
#if defined(CONFIG_FPROBE) && defined(LP_HAVE_FPROBE_RET_IP)
#include <linux/fprobe.h>

#ifdef LP_HAVE_FPROBE_FREGS
#define lp_fprobe_regs	ftrace_regs
#else
#define lp_fprobe_regs	pt_regs
#endif

static int *lp_fprobe_hits;

static int lp_fprobe_entry(struct fprobe *fp, unsigned long entry_ip,
			   unsigned long ret_ip, struct lp_fprobe_regs *regs,
			   void *entry_data)
{
	(*lp_fprobe_hits)++;
	return 0;
}

static struct fprobe lp_fprobe = { .entry_handler = lp_fprobe_entry };

static inline int lp_fprobe_add(const char *name, int *hits)
{
	lp_fprobe_hits = hits;
	return register_fprobe(&lp_fprobe, name, NULL);
}

static inline void lp_fprobe_remove(void)
{
	unregister_fprobe(&lp_fprobe);
}
#else
static inline int lp_fprobe_add(const char *name, int *hits)
{
	return -EOPNOTSUPP;
}

static inline void lp_fprobe_remove(void)
{
}
#endif

#endif /* __ASSEMBLY__ */

#endif /* _LIVEPOKE_COMPAT_TESTS_H */
