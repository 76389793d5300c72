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
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/sysfs.h>
#ifdef LP_HAVE_PANIC_NOTIFIER_H
#include <linux/panic_notifier.h>
#endif
#include "../kernel_syms.h"

#ifdef LP_HAVE_FTRACE_REGS
#define LP_FTRACE_UNGUARDED	0
#else
/* The callback is given a struct pt_regs. */
#define ftrace_regs		pt_regs
#define LP_FTRACE_UNGUARDED	FTRACE_OPS_FL_RECURSION_SAFE
#endif

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#define LP_FTRACE_REGS		0
#else
#define LP_FTRACE_REGS		FTRACE_OPS_FL_SAVE_REGS
#endif

/*
 * The redirect changes the IP, must not be switched off by a write to
 * ftrace_enabled, and asks for no recursion guard.
 */
#define LP_FTRACE_OPS_FLAGS	(FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT | \
				 LP_FTRACE_UNGUARDED | LP_FTRACE_REGS)

/* The registers that ftrace has saved: the IP and the arguments at least. */
static __always_inline struct pt_regs *lp_fregs_regs(struct ftrace_regs *fregs)
{
#if !defined(LP_HAVE_FTRACE_REGS)
	return fregs;
#elif defined(arch_ftrace_regs)
	return &arch_ftrace_regs(fregs)->regs;
#else
	return &fregs->regs;
#endif
}

static __always_inline void lp_fregs_set_ip(struct ftrace_regs *fregs,
					    unsigned long ip)
{
	lp_fregs_regs(fregs)->ip = ip;
}

/* The first argument of the traced function. */
static __always_inline void *lp_fregs_first_arg(struct ftrace_regs *fregs)
{
	return (void *)lp_fregs_regs(fregs)->di;
}

/* The text of a module that stays when its init function has run. */
struct lp_text_range {
	u8 *start;
	unsigned long size;
};

static inline struct lp_text_range lp_module_text(const struct module *mod)
{
#ifdef LP_HAVE_MODULE_MEM
	return (struct lp_text_range){ mod->mem[MOD_TEXT].base, mod->mem[MOD_TEXT].size };
#else
	return (struct lp_text_range){ mod->core_layout.base, mod->core_layout.text_size };
#endif
}

/*
 * Name of a module's i-th section, NULL behind the last one. The list is what
 * /sys/module/<module>/sections shows; its attribute group comes first in a
 * structure that the kernel keeps to itself.
 */
static inline const char *lp_module_section(const struct module *mod, unsigned int i)
{
	const struct attribute_group *sections = (const void *)mod->sect_attrs;

	if (!sections || !sections->bin_attrs || !sections->bin_attrs[i])
		return NULL;
	return sections->bin_attrs[i]->attr.name;
}

static __always_inline unsigned int lp_task_state(struct task_struct *task)
{
#ifdef LP_HAVE_TASK___STATE
	return READ_ONCE(task->__state);
#else
	return READ_ONCE(task->state);
#endif
}

#ifndef INIT_CSD
#define INIT_CSD(_csd, _func, _info)					\
	(*(_csd) = (call_single_data_t){ .func = (_func), .info = (_info) })
#endif

/* Kernel threads that look like children of their user process. */
#ifndef PF_USER_WORKER
#define PF_USER_WORKER	PF_IO_WORKER
#endif

/* Whether the task ever runs task_work on its way to user space. */
static inline bool lp_returns_to_user(const struct task_struct *task)
{
	return !(task->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER |
				PF_EXITING));
}

/* A thread of a user process that stays in the kernel and takes signals. */
static inline bool lp_is_user_worker(const struct task_struct *task)
{
	return (task->flags & (PF_IO_WORKER | PF_USER_WORKER)) &&
	       !(task->flags & (PF_KTHREAD | PF_EXITING));
}

/*
 * Whether synchronize_rcu_tasks() waits for a task that exits until it is off
 * its CPU for ever, even if it sleeps on its way. Where it is the plain RCU, or
 * looks at such a task only until it sleeps, it does not.
 */
#if defined(CONFIG_TASKS_RCU) && !defined(LP_HAVE_RCU_TASKS_EXIT_LIST)
#define LP_EXIT_IS_WAITED_FOR	true
#else
#define LP_EXIT_IS_WAITED_FOR	false
#endif

int lp_call_held(struct task_struct *task,
		 int (*fn)(struct task_struct *task, void *arg), void *arg);

/* Without preemption RCU-tasks is RCU, and this function of it is missing. */
#ifdef CONFIG_TASKS_RCU
#define lp_rcu_barrier_tasks()	rcu_barrier_tasks()
#else
#define lp_rcu_barrier_tasks()	rcu_barrier()
#endif

/* In a TP_fast_assign(): copy a string into the event. */
#ifdef LP_HAVE_ASSIGN_STR_1
#define lp_assign_str(dst, src)	__assign_str(dst)
#else
#define lp_assign_str(dst, src)	__assign_str(dst, src)
#endif

struct lp_symbol_found {
	unsigned long addr;
	unsigned long count;
};

void lp_find_symbol(const char *object, const char *name, unsigned long pos,
		    struct lp_symbol_found *found);
struct module *lp_find_module(const char *name);

#endif /* _LIVEPOKE_COMPAT_H */
