// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel threads of the live patching tests: they call f for ever, burn CPU
 * time or sleep, each in the ways that a transition has to cope with.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "loops.h"

#define LP_LOOPS_MAX	64

/* Protects the two below. */
static DEFINE_MUTEX(lp_loops_mutex);
static struct task_struct *lp_loops[LP_LOOPS_MAX];
static unsigned int lp_loops_count;

/* Released once, it does not get stuck again. */
static void lp_loop_released(struct lp_target_call *call)
{
	if (call->how == LP_PAUSE_BUSY && call->f >= 0)
		call->how = LP_PAUSE_NONE;
}

/* As long outside f as inside, so that a stack without f can be met. */
static bool lp_loop_more(struct lp_target_call *call)
{
	lp_loop_released(call);
	if (call->how == LP_PAUSE_NAP)
		usleep_range(call->usecs, 2 * call->usecs);
	else
		udelay(call->usecs);
	/* cond_resched() alone would hold up RCU-tasks, and so every unload. */
	cond_resched_tasks_rcu_qs();
	return !kthread_should_stop();
}

static bool lp_loop_more_busy(struct lp_target_call *call)
{
	lp_loop_released(call);
	udelay(call->usecs);
	return !kthread_should_stop();
}

static void lp_loop_burn(bool resched)
{
	while (!kthread_should_stop()) {
		cpu_relax();
		if (resched)
			cond_resched_tasks_rcu_qs();
	}
}

static void lp_loop_sleep(void)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
}

static int lp_loop_thread(void *arg)
{
	struct lp_target_kthreads kt = *(struct lp_target_kthreads *)arg;
	struct lp_target_call call = { .how = kt.how, .usecs = kt.usecs, .f = -1 };

	kfree(arg);
	switch (kt.loop) {
	case LP_LOOP_CALL:
		lp_target_calls(&call, lp_loop_more);
		break;
	case LP_LOOP_CALL_BUSY:
		lp_target_calls(&call, lp_loop_more_busy);
		break;
	case LP_LOOP_IDLE:
		lp_loop_burn(true);
		break;
	case LP_LOOP_IDLE_BUSY:
		lp_loop_burn(false);
		break;
	default:
		lp_loop_sleep();
		break;
	}
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

static int lp_loop_thread_start(const struct lp_target_kthreads *kt)
{
	struct lp_target_kthreads *arg;
	struct task_struct *task;

	if (lp_loops_count == LP_LOOPS_MAX)
		return -ENOSPC;
	arg = kmemdup(kt, sizeof(*kt), GFP_KERNEL);
	if (!arg)
		return -ENOMEM;
	task = kthread_create(lp_loop_thread, arg, "lp_loop/%u", lp_loops_count);
	if (IS_ERR(task)) {
		kfree(arg);
		return PTR_ERR(task);
	}
	if (kt->cpu >= 0)
		kthread_bind(task, kt->cpu);
	lp_loops[lp_loops_count++] = task;
	wake_up_process(task);
	return 0;
}

int lp_loops_start(const struct lp_target_kthreads *kt)
{
	int ret = 0;
	u32 i;

	mutex_lock(&lp_loops_mutex);
	for (i = 0; i < kt->count && !ret; i++)
		ret = kt->loop == LP_LOOP_TIMER ? lp_timers_start(kt) :
						  lp_loop_thread_start(kt);
	mutex_unlock(&lp_loops_mutex);
	return ret;
}

void lp_loops_stop(void)
{
	mutex_lock(&lp_loops_mutex);
	while (lp_loops_count)
		kthread_stop(lp_loops[--lp_loops_count]);
	lp_timers_stop();
	mutex_unlock(&lp_loops_mutex);
}
