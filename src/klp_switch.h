/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The means of switching a task to the target universe.
 */
#ifndef _LIVEPOKE_KLP_SWITCH_H
#define _LIVEPOKE_KLP_SWITCH_H

#include "klp_core.h"
#include "klp_tasks.h"

struct lp_switch_counts {
	atomic_t by_stack;
	atomic_t by_exit;
	atomic_t by_ipi;
	atomic_t by_stop;
	atomic_t idle_offline;
	unsigned int signals;
};

extern struct lp_switch_counts lp_counts;

int lp_switch_start(void);
void lp_switch_end(void);
void lp_switch_init(void);
void lp_switch_relist(void);
unsigned int lp_switch_pass(void);
int lp_switch_off_cpu(struct task_struct *task);
int lp_switch_stopped(struct task_struct *task);
void lp_switch_idle_offline(unsigned int cpu);
bool lp_switch_all_done(void);
void lp_switch_force(void);
void lp_switch_stats(struct lp_transition_stats *stats);
bool lp_task_pending(struct lp_task_entry *entry);
bool lp_idle_pending(int cpu);
bool lp_cpu_silent(int cpu);
bool lp_switch_listed(void);
bool lp_task_done(struct task_struct *task, enum lp_universe target);
void lp_set_universe(struct task_struct *task, enum lp_universe universe);

#endif /* _LIVEPOKE_KLP_SWITCH_H */
