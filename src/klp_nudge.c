// SPDX-License-Identifier: GPL-2.0
/*
 * Getting tasks to where they can be switched.
 *
 *  - a task_work callback catches a task on its way to user space;
 *  - a fake signal makes a sleeper go there, a wake-up makes a kernel thread
 *    turn round its loop;
 *  - a visit to its CPU makes a busy kernel thread step aside;
 *  - as a last resort, if asked for, everything is stopped for one pass.
 *
 * Everything here runs under lp_mutex, except for the callback and the visit,
 * which run inside a section.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/stop_machine.h>
#include "compat/compat.h"
#include "kernel_syms.h"
#include "klp_nudge.h"
#include "klp_report.h"
#include "klp_stack.h"
#include "klp_switch.h"
#include "klp_sync.h"
#include "klp_transition.h"
#include "klp_visit.h"
#include "klp_word.h"
#include "test_break.h"
#include "test_points.h"

/*
 * At the return to user space, with preemption off. It looks its task up
 * again: it may run so late that another transition is on.
 */
static void lp_exit_switch(struct callback_head *work)
{
	struct lp_task_entry *queued = container_of(work, struct lp_task_entry, work);
	unsigned long where;
	int section, w;

	preempt_disable();
	section = lp_section_enter();
	w = atomic_read(&lp_word);
	LP_POINT(KLP_TASK_WORK);
	if (lp_word_phase(w) == LP_ACTIVE &&
	    !lp_task_done(current, lp_word_target(w)) &&
	    lp_stack_check_here(current, &where) == LP_STACK_CLEAN) {
		lp_set_universe(current, lp_word_target(w));
		atomic_inc(&lp_counts.by_exit);
	}
	lp_section_leave(section);
	preempt_enable();
	lp_task_work_done(queued);
	lp_transition_kick();
}

/* In the visitor: its host has stepped aside, unless it moved meanwhile. */
static int lp_visit_host(struct task_struct *host)
{
	int verdict = LP_STACK_RUNNING;
	int section, w;

	preempt_disable();
	section = lp_section_enter();
	w = atomic_read(&lp_word);
	if (lp_word_phase(w) == LP_ACTIVE &&
	    !lp_task_done(host, lp_word_target(w)))
		verdict = lp_switch_off_cpu(host);
	lp_section_leave(section);
	preempt_enable();
	lp_transition_kick();
	return verdict;
}

/*
 * What set_notify_signal() does, which needs wake_up_state(). The worker's loop
 * takes the notification for a signal that somebody else got.
 */
static void lp_signal_worker(struct task_struct *task)
{
	set_tsk_thread_flag(task, TIF_NOTIFY_SIGNAL);
	lp_k(wake_up_state)(task, TASK_INTERRUPTIBLE);
}

static void lp_nudge_kernel(struct lp_task_entry *entry, bool signal)
{
	struct task_struct *task = entry->task;

	if (signal && lp_is_user_worker(task)) {
		lp_signal_worker(task);
	} else if (task->on_cpu) {
		set_bit(LP_VISITED, &entry->flags);
		lp_visit(task, lp_visit_host);
	} else if (signal) {
		lp_k(wake_up_state)(task, TASK_INTERRUPTIBLE);
	}
}

static void lp_nudge_task(struct lp_task_entry *entry, void *arg)
{
	bool signal = *(bool *)arg;

	if (!lp_task_pending(entry) || LP_BREAK(ONLY_STOP))
		return;
	if (signal) {
		lp_counts.signals++;
		set_bit(LP_SIGNALLED, &entry->flags);
	}
	if (!lp_returns_to_user(entry->task)) {
		lp_nudge_kernel(entry, signal);
		return;
	}
	if (signal && !lp_task_work_cancel(entry))
		return;
	lp_task_work_queue(entry, lp_exit_switch,
			   signal ? TWA_SIGNAL : TWA_RESUME);
}

/**
 * lp_nudge() - make pending tasks come by
 * @signal:	also interrupt their sleep
 *
 * Context: process context, sleeps; under lp_mutex, in phase ACTIVE.
 */
void lp_nudge(bool signal)
{
	lp_tasks_for_each(lp_nudge_task, &signal);
}

static void lp_stop_task(struct lp_task_entry *entry, void *arg)
{
	if (lp_task_pending(entry))
		lp_switch_stopped(entry->task);
}

static int lp_stop_fn(void *unused)
{
	lp_tasks_for_each(lp_stop_task, NULL);
	return 0;
}

/**
 * lp_nudge_stop_machine() - one pass with every CPU stopped
 *
 * Context: process context, sleeps; under lp_mutex, in phase ACTIVE.
 */
void lp_nudge_stop_machine(void)
{
	stop_machine(lp_stop_fn, NULL, NULL);
}

/* Waits for the last visit; under lp_mutex. */
void lp_nudge_end(void)
{
	lp_visit_end();
}
