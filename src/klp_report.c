// SPDX-License-Identifier: GPL-2.0
/*
 * Why a transition waits, and how long it took.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/sysfs.h>
#include <linux/ktime.h>
#include "compat/compat.h"
#include "klp_report.h"
#include "klp_stack.h"
#include "klp_switch.h"
#include "klp_trace.h"
#include "klp_transition.h"

#define LP_REPORTED_TASKS	32
#define LP_REPORT_LINE		256	/* at most, and room for the last line */

struct lp_report {
	char *buf;
	int len;
	unsigned int shown;
	unsigned int more;
	u64 age_ms;
};

static int lp_describe_verdict(const struct lp_task_entry *entry, char *buf,
			       size_t size)
{
	void *where = (void *)READ_ONCE(entry->where);

	switch (READ_ONCE(entry->verdict)) {
	case LP_STACK_BLOCKED:
		return scnprintf(buf, size, "in %ps", where);
	case LP_STACK_UNRELIABLE:
		return scnprintf(buf, size, "unreliable stack");
	case LP_STACK_RUNNING:
		return scnprintf(buf, size, "running");
	default:
		return scnprintf(buf, size, "not looked at yet");
	}
}

static u64 lp_age_ns(const struct lp_live_patch *live)
{
	return ktime_get_ns() - live->stats.start_ns;
}

/* Tells tracers why a task is not switched; under lp_mutex. */
void lp_trace_blocker(struct lp_task_entry *entry)
{
	char why[KSYM_SYMBOL_LEN];

	lp_describe_verdict(entry, why, sizeof(why));
	trace_livepoke_blocker(entry->task,
			       div_u64(lp_age_ns(lp_transition_patch), NSEC_PER_MSEC),
			       why, entry->where);
}

/* Tells tracers about a step of a transition; under lp_mutex. */
void lp_trace_transition(struct lp_live_patch *live, bool to_patched,
			 const char *what)
{
	trace_livepoke_transition(lp_patch_name(live), to_patched, what,
				  div_u64(lp_age_ns(live), NSEC_PER_USEC));
}

static const char *lp_task_kind(const struct task_struct *task)
{
	if (task->flags & PF_EXITING)
		return "exiting";
	if (task->flags & PF_KTHREAD)
		return "kthread";
	return lp_returns_to_user(task) ? "user" : "worker";
}

/* What was done to get the task, and what its administrator could do. */
static const char *lp_task_advice(const struct lp_task_entry *entry)
{
	struct task_struct *task = entry->task;

	if (READ_ONCE(entry->verdict) != LP_STACK_BLOCKED)
		return "is tried again";
	if (task->flags & PF_EXITING)
		return "ends with the task";
	if (!lp_returns_to_user(task))
		return "ends when the thread leaves that function";
	if (lp_task_state(task) & TASK_UNINTERRUPTIBLE)
		return "ends when what it waits for comes";
	return "ends at its return to user space; wake, continue or kill it";
}

static int lp_describe_attempts(const struct lp_task_entry *entry, char *buf,
				int len)
{
	return sysfs_emit_at(buf, len, "; tried stack%s%s%s; %s\n",
			     test_bit(LP_WORK_QUEUED, &entry->flags) ? " exit" : "",
			     test_bit(LP_SIGNALLED, &entry->flags) ? " signal" : "",
			     test_bit(LP_VISITED, &entry->flags) ? " visit" : "",
			     lp_task_advice(entry));
}

static void lp_report_task(struct lp_task_entry *entry, void *arg)
{
	struct lp_report *report = arg;
	struct task_struct *task = entry->task;
	char why[KSYM_SYMBOL_LEN], comm[TASK_COMM_LEN];

	if (!lp_task_pending(entry))
		return;
	if (report->shown == LP_REPORTED_TASKS ||
	    report->len > PAGE_SIZE - 2 * LP_REPORT_LINE) {
		report->more++;
		return;
	}
	report->shown++;
	get_task_comm(comm, task);
	lp_describe_verdict(entry, why, sizeof(why));
	report->len += sysfs_emit_at(report->buf, report->len,
				     "%d %d %*pE cpu %u %llu ms %s: %s",
				     task->tgid, task->pid,
				     (int)strlen(comm), comm, task_cpu(task),
				     report->age_ms, lp_task_kind(task), why);
	report->len += lp_describe_attempts(entry, report->buf, report->len);
}

/**
 * lp_report_blockers() - the tasks that the running transition waits for
 * @live:	the patch
 * @buf:	one page
 *
 * Context: process context; takes lp_mutex.
 * Return: length of the text; 0 if the patch is not in transition.
 */
ssize_t lp_report_blockers(struct lp_live_patch *live, char *buf)
{
	struct lp_report report = { .buf = buf };

	mutex_lock(&lp_mutex);
	if (live == lp_transition_patch) {
		report.age_ms = div_u64(lp_age_ns(live), NSEC_PER_MSEC);
		lp_tasks_for_each(lp_report_task, &report);
		if (report.more)
			report.len += sysfs_emit_at(buf, report.len,
						    "and %u more\n", report.more);
	}
	mutex_unlock(&lp_mutex);
	return report.len;
}

/**
 * lp_report_timing() - figures of the last transition
 * @live:	the patch
 * @buf:	one page
 *
 * Context: process context; takes lp_mutex.
 * Return: length of the text.
 */
ssize_t lp_report_timing(struct lp_live_patch *live, char *buf)
{
	struct lp_transition_stats stats;

	mutex_lock(&lp_mutex);
	stats = live->stats;
	if (live == lp_transition_patch) {
		lp_switch_stats(&stats);
		stats.duration_ns = lp_age_ns(live);
	}
	mutex_unlock(&lp_mutex);
	return sysfs_emit(buf,
			  "start_ns %llu\nduration_us %llu\ntasks %u\nby_stack %u\nby_exit %u\nby_ipi %u\nby_stop %u\nidle_offline %u\npasses %u\nsignals %u\ntable_bytes %u\n",
			  stats.start_ns,
			  div_u64(stats.duration_ns, NSEC_PER_USEC),
			  stats.tasks, stats.by_stack, stats.by_exit,
			  stats.by_ipi, stats.by_stop, stats.idle_offline, stats.passes,
			  stats.signals, stats.table_bytes);
}
