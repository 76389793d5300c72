/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between kernels, behind the name of a capability.
 *
 * The rest of the tree reads as if written for one kernel. Nothing outside
 * src/compat/ tests a kernel version.
 */
#ifndef _LIVEPOKE_COMPAT_H
#define _LIVEPOKE_COMPAT_H

#include <linux/ftrace.h>
#include <linux/sched.h>
#include "../kernel_syms.h"

/*
 * The redirect changes the IP, must not be switched off by a write to
 * ftrace_enabled, and asks for no recursion guard.
 */
#define LP_FTRACE_OPS_FLAGS	(FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT)

static __always_inline void lp_fregs_set_ip(struct ftrace_regs *fregs,
					    unsigned long ip)
{
	ftrace_instruction_pointer_set(fregs, ip);
}

/* The first argument of the traced function; needs SAVE_REGS on old kernels. */
static __always_inline void *lp_fregs_first_arg(struct ftrace_regs *fregs)
{
	return (void *)fregs->regs.di;
}

static __always_inline unsigned int lp_task_state(struct task_struct *task)
{
	return READ_ONCE(task->__state);
}

/* Whether the task ever runs task_work on its way to user space. */
static inline bool lp_returns_to_user(const struct task_struct *task)
{
	return !(task->flags & (PF_KTHREAD | PF_IO_WORKER | PF_EXITING));
}

/*
 * Calls @fn while @task is held in the state it is in: neither woken nor
 * scheduled nor moved. Interrupts are off in @fn.
 */
static inline int lp_call_held(struct task_struct *task,
			       int (*fn)(struct task_struct *task, void *arg),
			       void *arg)
{
	return lp_k(task_call_func)(task, fn, arg);
}

/* In a TP_fast_assign(): copy a string into the event. */
#define lp_assign_str(dst, src)	__assign_str(dst, src)

struct lp_symbol_found {
	unsigned long addr;
	unsigned long count;
};

void lp_find_symbol(const char *object, const char *name, unsigned long pos,
		    struct lp_symbol_found *found);
struct module *lp_find_module(const char *name);

#endif /* _LIVEPOKE_COMPAT_H */
