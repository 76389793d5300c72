// SPDX-License-Identifier: GPL-2.0
/*
 * A brief visit to the CPU of a busy kernel thread.
 *
 * A kernel thread that never sleeps and spends nearly all its time in a
 * patched function is never found outside it by an IPI. A real-time thread
 * bound to its CPU makes it step aside where it allows that, at a point that
 * is often outside the function, and checks it there.
 *
 * One visit at a time; everything here runs under lp_mutex, except for the
 * visitor itself.
 */
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <uapi/linux/sched/types.h>
#include "klp_visit.h"
#include "test_break.h"

static struct task_struct *lp_visitor;
static struct task_struct *lp_host;
static bool lp_visiting;
static struct cpumask lp_elsewhere;	/* too large for the stack */
static int (*lp_visit_fn)(struct task_struct *task);

static int lp_visitor_fn(void *unused)
{
	lp_visit_fn(lp_host);
	/* Pairs with smp_load_acquire() in lp_visit(). */
	smp_store_release(&lp_visiting, false);
	return 0;
}

/*
 * A host that never gives up its CPU would keep the visitor waiting for ever,
 * and whoever waits for the visitor.
 */
static void lp_visit_elsewhere(void)
{
	cpumask_copy(&lp_elsewhere, cpu_online_mask);
	cpumask_clear_cpu(task_cpu(lp_visitor), &lp_elsewhere);
	if (!cpumask_empty(&lp_elsewhere))
		set_cpus_allowed_ptr(lp_visitor, &lp_elsewhere);
}

/**
 * lp_visit_end() - wait for the last visit to be over
 *
 * Context: process context, sleeps; under lp_mutex.
 */
void lp_visit_end(void)
{
	if (!lp_visitor)
		return;
	if (READ_ONCE(lp_visiting) && !LP_BREAK(VISIT_WAITS))
		lp_visit_elsewhere();
	kthread_stop(lp_visitor);
	/* It may have been stopped before it began. */
	lp_visiting = false;
	put_task_struct(lp_visitor);
	put_task_struct(lp_host);
	lp_visitor = NULL;
}

/**
 * lp_visit() - run a function on the CPU of a busy task, with the task aside
 * @busy:	the task
 * @fn:		called with it in a real-time thread on its CPU
 *
 * Does nothing while the last visit has not happened yet.
 *
 * Context: process context, sleeps; under lp_mutex.
 */
void lp_visit(struct task_struct *busy, int (*fn)(struct task_struct *task))
{
	struct task_struct *visitor;

	/* Pairs with smp_store_release() in lp_visitor_fn(). */
	if (smp_load_acquire(&lp_visiting))
		return;
	lp_visit_end();
	visitor = kthread_create(lp_visitor_fn, NULL, "livepoke_visit");
	if (IS_ERR(visitor))
		return;
	lp_visitor = visitor;
	lp_host = busy;
	lp_visit_fn = fn;
	lp_visiting = true;
	get_task_struct(visitor);
	get_task_struct(busy);
	kthread_bind(visitor, task_cpu(busy));
	sched_set_fifo(visitor);
	wake_up_process(visitor);
}
