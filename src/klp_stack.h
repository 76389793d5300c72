/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reliable stack check: does a task stand in code that must not be switched
 * under it?
 */
#ifndef _LIVEPOKE_KLP_STACK_H
#define _LIVEPOKE_KLP_STACK_H

#include <linux/types.h>

struct task_struct;

/* Why a task could not be switched; also what `blockers` prints. */
enum lp_stack_verdict {
	LP_STACK_CLEAN = 0,
	LP_STACK_BLOCKED,	/* a function of the patch is on it */
	LP_STACK_UNRELIABLE,
	LP_STACK_RUNNING,	/* on a CPU, nothing can be said */
};

struct lp_ranges;

struct lp_ranges *lp_ranges_new(unsigned int max);
void lp_ranges_add(struct lp_ranges *ranges, unsigned long start,
		   unsigned long size);
void lp_ranges_publish(struct lp_ranges *ranges);

enum lp_stack_verdict lp_stack_check_here(struct task_struct *task,
					  unsigned long *where);
enum lp_stack_verdict lp_stack_check_held(struct task_struct *task,
					  unsigned long *where);

#endif /* _LIVEPOKE_KLP_STACK_H */
