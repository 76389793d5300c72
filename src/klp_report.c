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
#define LP_LAST_LINE		24	/* room for "and N more" */

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
		return scnprintf(buf, size, "in %pB", where);
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

static void lp_trace_blocker(struct lp_task_entry *entry, void *arg)
{
	char why[KSYM_SYMBOL_LEN];

	if (!lp_task_pending(entry))
		return;
	lp_describe_verdict(entry, why, sizeof(why));
	trace_livepoke_blocker(entry->task,
			       div_u64(lp_age_ns(lp_transition_patch), NSEC_PER_MSEC),
			       why, entry->where);
}

/* Tells tracers which tasks are not switched, and why; under lp_mutex. */
void lp_trace_blockers(void)
{
	if (trace_livepoke_blocker_enabled())
		lp_tasks_for_each(lp_trace_blocker, NULL);
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

/* What its administrator could do. Short: a page has to do for 32 tasks. */
static const char *lp_task_advice(const struct lp_task_entry *entry)
{
	struct task_struct *task = entry->task;

	if (READ_ONCE(entry->verdict) != LP_STACK_BLOCKED)
		return "tried again";
	if (task->flags & PF_EXITING)
		return "goes by itself";
	if (!lp_returns_to_user(task))
		return "has to leave";
	if (lp_task_state(task) & TASK_UNINTERRUPTIBLE)
		return "uninterruptible";
	return "wake or kill it";
}

/* A line that does not fit is left out and counted. */
static __printf(2, 3) void lp_report_line(struct lp_report *report,
					  const char *format, ...)
{
	int room = PAGE_SIZE - LP_LAST_LINE - report->len, len;
	va_list args;

	va_start(args, format);
	len = vsnprintf(report->buf + report->len, room, format, args);
	va_end(args);
	if (report->shown == LP_REPORTED_TASKS || len >= room) {
		report->more++;
		return;
	}
	report->shown++;
	report->len += len;
}

static void lp_report_task(struct lp_task_entry *entry, void *arg)
{
	struct lp_report *report = arg;
	struct task_struct *task = entry->task;
	char why[KSYM_SYMBOL_LEN], comm[TASK_COMM_LEN];

	if (!lp_task_pending(entry))
		return;
	get_task_comm(comm, task);
	lp_describe_verdict(entry, why, sizeof(why));
	lp_report_line(report,
		       "%d %d %*pE cpu %u %llu ms %s: %s; tried stack%s%s%s; %s\n",
		       task->tgid, task->pid, (int)strlen(comm), comm,
		       task_cpu(task), report->age_ms, lp_task_kind(task), why,
		       test_bit(LP_WORK_QUEUED, &entry->flags) ? " exit" : "",
		       test_bit(LP_SIGNALLED, &entry->flags) ? " signal" : "",
		       test_bit(LP_VISITED, &entry->flags) ? " visit" : "",
		       lp_task_advice(entry));
}

/* What else a transition can wait for. */
static void lp_report_others(struct lp_report *report)
{
	int cpu;

	if (!lp_switch_listed())
		lp_report_line(report, "table: not every task is in it, %s\n",
			       lp_transition_starved() ? "no memory for a larger one" :
							 "they are looked for again");
	for_each_possible_cpu(cpu) {
		if (lp_cpu_silent(cpu) || lp_idle_pending(cpu))
			lp_report_line(report,
				       "0 0 swapper/%d cpu %d %llu ms idle: %s; tried stack; tried again\n",
				       cpu, cpu, report->age_ms,
				       lp_cpu_silent(cpu) ? "its CPU does not answer" :
							    "running");
	}
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
		lp_report_others(&report);
		lp_tasks_for_each(lp_report_task, &report);
		if (report.more)
			report.len += sysfs_emit_at(buf, report.len,
						    "and %u more\n", report.more);
	}
	mutex_unlock(&lp_mutex);
	/* Of a line that was left out */
	buf[report.len] = '\0';
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
