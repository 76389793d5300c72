// SPDX-License-Identifier: GPL-2.0
/*
 * The means of switching a task to the target universe.
 *
 *  - off its CPU: the stack is checked while the task is held there;
 *  - running: an IPI on its CPU checks the stack of the interrupted task;
 *  - on its way to user space: a task_work callback (task_work can also run
 *    in the middle of the kernel, so it checks the stack as well);
 *  - idle tasks: by the IPI if their CPU is online, else directly.
 *
 * Everything here runs under lp_mutex, except for the IPI function, the callback
 * and the visitor (klp_visit.c), which run inside a section, and the cpuhp
 * callbacks.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include "compat/compat.h"
#include "kernel_syms.h"
#include "klp_nudge.h"
#include "klp_stack.h"
#include "klp_switch.h"
#include "klp_sync.h"
#include "klp_transition.h"
#include "klp_word.h"
#include "test_break.h"
#include "test_points.h"

/* How long a pass waits for its IPIs; a CPU that is later is asked again. */
#define LP_IPI_WAIT_US		5000

static DEFINE_PER_CPU(call_single_data_t, lp_switch_csd);
static DEFINE_PER_CPU(atomic_t, lp_switch_busy);
static struct cpumask lp_ask;		/* CPUs to send the IPI to */
static bool lp_listed;			/* every task alive at the start is in */

struct lp_switch_counts lp_counts;
static unsigned int lp_tasks_listed;

static enum lp_universe lp_target(void)
{
	return lp_word_target(atomic_read(&lp_word));
}

/* Idle tasks share pid 0; is_idle_task() also holds for idle injection. */
static bool lp_is_idle_task(const struct task_struct *task)
{
	return task->pid == 0;
}

/*
 * Moves a task into a universe. The caller makes sure that the task cannot
 * run, or is the task or an interrupt on top of it.
 */
void lp_set_universe(struct task_struct *task, enum lp_universe universe)
{
	struct lp_task_entry *entry = lp_task_find(task) ?: lp_task_insert(task);

	if (entry) {
		WRITE_ONCE(entry->universe, universe);
		LP_RECORD(KLP_SET, task, universe);
	} else {
		LP_RECORD(KLP_OVERFLOW, atomic_read(&lp_word), 0);
		lp_word_note_overflow();
	}
}

bool lp_task_done(struct task_struct *task, enum lp_universe target)
{
	struct lp_task_entry *entry = lp_task_find(task);

	return entry && READ_ONCE(entry->universe) == target;
}

/* For `blockers`: what kept a task from being switched. */
static void lp_note_verdict(struct task_struct *task, int verdict,
			    unsigned long where)
{
	struct lp_task_entry *entry = lp_task_find(task);

	if (!entry)
		return;
	WRITE_ONCE(entry->where, where);
	WRITE_ONCE(entry->verdict, verdict);
}

/* Checks a task that cannot run and switches it; interrupts are off. */
static int lp_check_and_switch(struct task_struct *task, enum lp_universe target)
{
	unsigned long where = 0;
	int verdict = lp_stack_check_held(task, &where);

	if (verdict == LP_STACK_CLEAN || LP_BREAK(SKIP_STACK_CHECK))
		lp_set_universe(task, target);
	else
		lp_note_verdict(task, verdict, where);
	return verdict;
}

/* Called with the task held in the state it is in. */
static int lp_switch_held(struct task_struct *task, void *arg)
{
	int verdict;

	if (task->on_cpu)
		return LP_STACK_RUNNING;
	LP_RECORD(KLP_HELD, task, READ_ONCE(task->on_cpu));
	verdict = lp_check_and_switch(task, lp_target());
	LP_RECORD(KLP_RELEASED, task, 0);
	return verdict;
}

/**
 * lp_switch_off_cpu() - switch a task if it is off its CPU and its stack allows
 * @task:	a task that is referenced
 *
 * Context: any but NMI and hard interrupts; under lp_mutex, or inside a
 * section in phase ACTIVE.
 * Return: enum lp_stack_verdict.
 */
int lp_switch_off_cpu(struct task_struct *task)
{
	int verdict = lp_call_held(task, lp_switch_held, NULL);

	if (verdict == LP_STACK_CLEAN)
		atomic_inc(&lp_counts.by_stack);
	return verdict;
}

/* The same for a task that something else keeps from running, interrupts off. */
int lp_switch_stopped(struct task_struct *task)
{
	int verdict = lp_switch_held(task, NULL);

	if (verdict == LP_STACK_CLEAN)
		atomic_inc(&lp_counts.by_stop);
	return verdict;
}

static int lp_switch_current(void)
{
	unsigned long flags;
	int verdict;

	local_irq_save(flags);
	verdict = lp_check_and_switch(current, lp_target());
	local_irq_restore(flags);
	if (verdict == LP_STACK_CLEAN)
		atomic_inc(&lp_counts.by_stack);
	return verdict;
}

/*
 * An old and unknown task runs nothing but the initial universe, so that a
 * reversal finds it where it has to be. (The initial universe changes only
 * when no such task is left, or to what it is already.)
 */
static bool lp_unknown_pending(const struct lp_task_entry *entry, int w)
{
	return test_bit(LP_LISTED, &entry->flags) &&
	       lp_word_ini(w) != lp_word_target(w) &&
	       !LP_BREAK(UNKNOWN_DONE);
}

/* A task is pending if it is known to be elsewhere, or old and unknown. */
bool lp_task_pending(struct lp_task_entry *entry)
{
	int universe = READ_ONCE(entry->universe);
	int w = atomic_read(&lp_word);

	if (lp_is_idle_task(entry->task) || lp_task_is_dead(entry->task))
		return false;
	if (universe == LP_UNKNOWN)
		return lp_unknown_pending(entry, w);
	/* A second entry of one task does not count, see klp_tasks.c. */
	return universe != lp_word_target(w) &&
	       lp_task_find(entry->task) == entry;
}

/* In the words of kernel livepatch, with the name of its function. */
static void lp_debug_verdict(const struct lp_task_entry *entry, int verdict)
{
	const struct task_struct *task = entry->task;

	switch (verdict) {
	case LP_STACK_RUNNING:
		pr_debug("klp_try_switch_task: %s:%d is running\n", task->comm,
			 task->pid);
		break;
	case LP_STACK_UNRELIABLE:
		pr_debug("klp_try_switch_task: %s:%d has an unreliable stack\n",
			 task->comm, task->pid);
		break;
	case LP_STACK_BLOCKED:
		pr_debug("klp_try_switch_task: %s:%d is sleeping on function %ps\n",
			 task->comm, task->pid, (void *)entry->where);
		break;
	}
}

/* To see the last resort at work, nothing else may be. */
static bool lp_left_to_stop(const struct task_struct *task)
{
	return LP_BREAK(ONLY_STOP) && !(task->flags & PF_KTHREAD);
}

static void lp_switch_task(struct lp_task_entry *entry, void *arg)
{
	struct task_struct *task = entry->task;
	int verdict;

	if (!lp_task_pending(entry) || lp_left_to_stop(task))
		return;
	LP_POINT_ARG(KLP_SCAN_TASK, task);
	verdict = task == current ? lp_switch_current() : lp_switch_off_cpu(task);
	cond_resched();
	lp_debug_verdict(entry, verdict);
	if (verdict != LP_STACK_RUNNING)
		return;
	entry->verdict = verdict;
	cpumask_set_cpu(task_cpu(task), &lp_ask);
}

static void lp_ipi_check(struct task_struct *task, enum lp_universe target)
{
	if (lp_task_done(task, target) || lp_left_to_stop(task))
		return;
	if (lp_check_and_switch(task, target) == LP_STACK_CLEAN)
		atomic_inc(&lp_counts.by_ipi);
}

/*
 * IPI: switches the task that runs here and, if it is switched out, the idle
 * task of this CPU, which cannot run elsewhere.
 */
static void lp_ipi_switch(void *unused)
{
	int section = lp_section_enter();
	int w = atomic_read(&lp_word);
	struct task_struct *idle;

	LP_POINT(KLP_IPI);
	if (lp_word_phase(w) == LP_ACTIVE) {
		idle = lp_k(idle_task)(smp_processor_id());
		lp_ipi_check(current, lp_word_target(w));
		if (idle != current) {
			/* It can run nowhere else. */
			LP_RECORD(KLP_HELD, idle, idle->on_cpu);
			lp_ipi_check(idle, lp_word_target(w));
			LP_RECORD(KLP_RELEASED, idle, 0);
		}
	}
	lp_section_leave(section);
	/* Pairs with atomic_read_acquire() in lp_ipis_done(). */
	atomic_set_release(this_cpu_ptr(&lp_switch_busy), 0);
}

/* Whether every CPU that was asked has answered; a hint. */
static bool lp_ipis_done(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		/* Pairs with atomic_set_release() in lp_ipi_switch(). */
		if (atomic_read_acquire(per_cpu_ptr(&lp_switch_busy, cpu)))
			return false;
	}
	return true;
}

/*
 * An earlier request that is still queued answers this one as well. A CPU that
 * has not answered for whatever reason is asked again in the next pass.
 */
static void lp_send_ipi(int cpu)
{
	atomic_set(per_cpu_ptr(&lp_switch_busy, cpu), 1);
	smp_call_function_single_async(cpu, per_cpu_ptr(&lp_switch_csd, cpu));
}

static void lp_wait_ipis(unsigned int max_us)
{
	ktime_t end = ktime_add_us(ktime_get(), max_us);

	while (!lp_ipis_done() && ktime_before(ktime_get(), end))
		usleep_range(20, 50);
}

/*
 * The idle task of an offline CPU runs nothing. Under cpus_read_lock(), so
 * that the CPU cannot come up between the test and the store.
 */
static void lp_switch_idle(int cpu)
{
	struct task_struct *idle = lp_k(idle_task)(cpu);

	if (!idle || lp_task_done(idle, lp_target()))
		return;
	if (cpu_online(cpu)) {
		cpumask_set_cpu(cpu, &lp_ask);
		return;
	}
	LP_POINT_ARG(KLP_IDLE_OFFLINE, cpu);
	LP_RECORD(KLP_OFFLINE, idle, cpu_online(cpu));
	lp_set_universe(idle, lp_target());
	atomic_inc(&lp_counts.idle_offline);
}

/**
 * lp_switch_idle_offline() - settle the idle task of a CPU that is down
 * @cpu:	the CPU
 *
 * Context: cpuhp callback on another CPU, under the hotplug write lock; takes
 * no lock.
 */
void lp_switch_idle_offline(unsigned int cpu)
{
	struct task_struct *idle = lp_k(idle_task)(cpu);
	int section, w;

	preempt_disable();
	section = lp_section_enter();
	w = atomic_read(&lp_word);
	if (idle && lp_word_phase(w) == LP_ACTIVE &&
	    !lp_task_done(idle, lp_word_target(w)) &&
	    !LP_BREAK(SKIP_OFFLINE_IDLE) && !LP_BREAK(OFFLINE_UNLOCKED)) {
		LP_RECORD(KLP_CPUS, 0, 0);
		LP_RECORD(KLP_OFFLINE, idle, cpu_online(cpu));
		lp_set_universe(idle, lp_word_target(w));
		LP_RECORD(KLP_CPUS_END, 0, 0);
		atomic_inc(&lp_counts.idle_offline);
	}
	lp_section_leave(section);
	preempt_enable();
}

static void lp_switch_idle_tasks(void)
{
	int cpu;

	if (LP_BREAK(SKIP_OFFLINE_IDLE))
		return;
	for_each_possible_cpu(cpu)
		lp_switch_idle(cpu);
}

static void lp_switch_cpus(void)
{
	int cpu;

	if (LP_BREAK(OFFLINE_UNLOCKED))
		lp_switch_idle_tasks();
	cpus_read_lock();
	LP_RECORD(KLP_CPUS, 0, 0);
	lp_switch_idle_tasks();
	preempt_disable();
	for_each_cpu_and(cpu, &lp_ask, cpu_online_mask)
		lp_send_ipi(cpu);
	preempt_enable();
	lp_wait_ipis(LP_IPI_WAIT_US);
	LP_RECORD(KLP_CPUS_END, 0, 0);
	cpus_read_unlock();
}

/*
 * Puts every task into the table. Those that are born meanwhile need not be:
 * they run their first patched function after the transition began, and the
 * handler records them there and then. Nor need those that have left the task
 * list; they have an exit state.
 */
static void lp_list_tasks(void)
{
	struct task_struct *group, *task;
	struct lp_task_entry *entry;

	lp_listed = true;
	lp_tasks_listed = 0;
	rcu_read_lock();
	for_each_process_thread(group, task) {
		entry = lp_task_find(task) ?: lp_task_insert(task);
		lp_tasks_listed++;
		if (entry) {
			set_bit(LP_LISTED, &entry->flags);
			LP_RECORD(KLP_LISTED, task, 0);
		} else {
			lp_listed = false;
		}
	}
	rcu_read_unlock();
	LP_POINT(KLP_LISTED);
	if (lp_listed)
		lp_word_note_listed();
	else
		lp_word_note_overflow();
}

static unsigned int lp_count_tasks(void)
{
	struct task_struct *group, *task;
	unsigned int tasks = num_possible_cpus();

	rcu_read_lock();
	for_each_process_thread(group, task)
		tasks++;
	rcu_read_unlock();
	return tasks;
}

/**
 * lp_switch_start() - make the table and enter the idle tasks
 *
 * Context: process context, sleeps; under lp_mutex, before phase PREP.
 * Return: 0 or -ENOMEM.
 */
int lp_switch_start(void)
{
	struct task_struct *idle;
	int cpu, ret;

	memset(&lp_counts, 0, sizeof(lp_counts));
	ret = lp_tasks_start(lp_count_tasks());
	if (ret)
		return ret;
	for_each_possible_cpu(cpu) {
		idle = lp_k(idle_task)(cpu);
		if (idle)
			lp_task_insert(idle);
		atomic_set(per_cpu_ptr(&lp_switch_busy, cpu), 0);
	}
	lp_listed = false;
	return 0;
}

/*
 * Gives the table up; under lp_mutex. An IPI that comes so late that the
 * transition is over looks at the word and does nothing; the last ones are
 * drained at the end of the module, by the call that waits in poke_ipi_exit().
 */
void lp_switch_end(void)
{
	lp_nudge_end();
	lp_tasks_end();
}

void lp_switch_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		INIT_CSD(per_cpu_ptr(&lp_switch_csd, cpu), lp_ipi_switch, NULL);
}

/* The table could not take a task: look at all of them again. */
void lp_switch_relist(void)
{
	lp_listed = false;
}

static void lp_count_pending(struct lp_task_entry *entry, void *arg)
{
	unsigned int *pending = arg;

	if (lp_task_pending(entry))
		(*pending)++;
}

/* Whether the idle task of a CPU is pending; under lp_mutex. */
bool lp_idle_pending(int cpu)
{
	struct task_struct *idle = lp_k(idle_task)(cpu);

	return idle && !lp_task_done(idle, lp_target());
}

/* Whether a CPU was asked and has not answered. */
bool lp_cpu_silent(int cpu)
{
	return atomic_read(per_cpu_ptr(&lp_switch_busy, cpu));
}

/* Whether everybody who was there at the start is in the table. */
bool lp_switch_listed(void)
{
	return lp_listed;
}

static unsigned int lp_pending_idle(void)
{
	unsigned int pending = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		pending += lp_idle_pending(cpu);
	return LP_BREAK(SKIP_OFFLINE_IDLE) ? 0 : pending;
}

/**
 * lp_switch_pass() - try once to switch every task that is pending
 *
 * Context: process context, sleeps; under lp_mutex, in phase ACTIVE.
 * Return: how many are pending still.
 */
unsigned int lp_switch_pass(void)
{
	unsigned int pending = 0;

	if (!lp_listed)
		lp_list_tasks();
	cpumask_clear(&lp_ask);
	lp_tasks_for_each(lp_switch_task, NULL);
	lp_switch_cpus();
	lp_tasks_for_each(lp_count_pending, &pending);
	lp_tasks_reclaim();
	return pending + lp_pending_idle() + !lp_listed;
}

static void lp_find_known_elsewhere(struct lp_task_entry *entry, void *arg)
{
	bool *done = arg;

	if (READ_ONCE(entry->universe) != LP_UNKNOWN && lp_task_pending(entry))
		*done = false;
}

/* Whether no live task is known to be in the other universe. */
bool lp_switch_all_done(void)
{
	bool done = true;

	lp_tasks_for_each(lp_find_known_elsewhere, &done);
	done = done && !lp_pending_idle();
	LP_RECORD(KLP_RESCAN, done, 0);
	return done;
}

static void lp_force_entry(struct lp_task_entry *entry, void *arg)
{
	WRITE_ONCE(entry->universe, lp_target());
	LP_RECORD(KLP_FORCED, entry->task, lp_target());
}

/* Declares every task switched, whatever it runs; under lp_mutex. */
void lp_switch_force(void)
{
	lp_tasks_for_each(lp_force_entry, NULL);
}

void lp_switch_stats(struct lp_transition_stats *stats)
{
	stats->by_stack = atomic_read(&lp_counts.by_stack);
	stats->by_exit = atomic_read(&lp_counts.by_exit);
	stats->by_stop = atomic_read(&lp_counts.by_stop);
	stats->by_ipi = atomic_read(&lp_counts.by_ipi);
	stats->idle_offline = atomic_read(&lp_counts.idle_offline);
	stats->signals = lp_counts.signals;
	stats->tasks = lp_tasks_listed;
	stats->table_bytes = lp_tasks_bytes();
}
