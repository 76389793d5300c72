/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of task universes of the running transition.
 */
#ifndef _LIVEPOKE_KLP_TASKS_H
#define _LIVEPOKE_KLP_TASKS_H

#include <linux/atomic.h>
#include <linux/sched.h>
#include <linux/task_work.h>

/*
 * In storage, so that a fresh entry is UNKNOWN: nobody knows yet which code
 * the task runs, and it entered no patched function since the transition
 * began.
 */
enum lp_universe {
	LP_UNKNOWN = 0,
	LP_UNPATCHED = 1,
	LP_PATCHED = 2,
};

/* Bits of lp_task_entry.flags */
#define LP_WORK_QUEUED		0	/* the callback is queued or running */
#define LP_LISTED		1	/* lived when the tasks were listed */
#define LP_SIGNALLED		2	/* its sleep was interrupted, or tried to */
#define LP_VISITED		3	/* its CPU was visited */

/**
 * struct lp_task_entry - one task of the running transition
 * @task:	key, referenced while it is here; or a marker, see klp_tasks.c
 * @universe:	enum lp_universe. Written by the task itself with preemption
 *		off, by the worker while the task is held off its CPU, by an
 *		IPI on its CPU, or for an idle task of an offline CPU under
 *		cpus_read_lock(); by nobody else
 * @flags:	the bits above
 * @verdict:	enum lp_stack_verdict of the last attempt to switch it
 * @where:	blocking address found then
 * @work:	the callback at return to user space, at most one per task
 * @segment:	where the entry lives, for the callback
 */
struct lp_task_entry {
	struct task_struct *task;
	int universe;
	int verdict;
	unsigned long flags;
	unsigned long where;
	struct callback_head work;
	struct lp_task_segment *segment;
};

int lp_tasks_start(unsigned int tasks);
void lp_tasks_end(void);
int lp_tasks_grow(void);
void lp_tasks_reclaim(void);
unsigned int lp_tasks_bytes(void);

struct lp_task_entry *lp_task_find(struct task_struct *task);
struct lp_task_entry *lp_task_insert(struct task_struct *task);

typedef void (*lp_task_visit_t)(struct lp_task_entry *entry, void *arg);
void lp_tasks_for_each(lp_task_visit_t visit, void *arg);

bool lp_task_work_queue(struct lp_task_entry *entry, task_work_func_t fn,
			enum task_work_notify_mode mode);
bool lp_task_work_cancel(struct lp_task_entry *entry);
void lp_task_work_done(struct lp_task_entry *entry);
bool lp_tasks_idle(void);

/* Whether @task has died and left its CPU for ever. */
bool lp_task_is_dead(struct task_struct *task);

#endif /* _LIVEPOKE_KLP_TASKS_H */
