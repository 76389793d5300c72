// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that a task runs after it has left the task list.
 *
 * An exiting task that reaps itself goes on running for a while after nobody
 * can find it in the task list. A patch of a function on that stretch waits
 * for an RCU-tasks grace period before it closes (tens of milliseconds), which
 * covers such tasks where RCU-tasks holds them until they are off their CPU
 * for ever. Other kernels let a grace period end while such a task sleeps
 * (without RCU-tasks, or with its list of exiting tasks), and there the patch
 * is refused. The very last functions run behind even that and are refused
 * everywhere, and so is the scheduler's core, in which every sleeping task
 * stands.
 *
 * Reading: do_exit(), exit_notify(), release_task() and what they call, in
 * kernel/exit.c; the idle task's death in kernel/cpu.c and smpboot.c.
 */
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include "compat/compat.h"
#include "klp_exit_path.h"
#include "klp_transition.h"
#include "symbol_name.h"
#include "test_break.h"

static const char * const lp_exit_path[] = {
	"do_exit",
	"exit_notify",
	"release_task",
	"put_task_struct_rcu_user",
	"proc_flush_pid",
	"release_thread",
	"exit_task_stack_account",
	"proc_exit_connector",
	"mpol_put_task_policy",
	"exit_io_context",
	"free_pipe_info",
	"exit_rcu",
	"exit_tasks_rcu_finish",
	"flush_sigqueue",
	"__ptrace_unlink",
	"cgroup_release",
	"seccomp_filter_release",
	"__cleanup_sighand",
	"sched_autogroup_exit_task",
	"exit_task_work",
	"check_stack_usage",
};

static const char * const lp_last_functions[] = {
	"do_task_dead",
	"__schedule",
	"schedule",
	"preempt_schedule",
	"finish_task_switch",
	"__switch_to",
	"arch_cpu_idle_dead",
	"play_dead",
	"play_dead_common",
	"native_play_dead",
	"cpuhp_report_idle_dead",
};

/*
 * The grace period runs without lp_mutex: a thread that never sleeps holds it
 * up for ever. It counts for the round in which it was asked for, if that is
 * still the current one when it ends. Under lp_mutex, but for the callback.
 */
static struct rcu_head lp_exits_rcu;
static unsigned long lp_exits_round, lp_exits_asked, lp_exits_over_for;

static void lp_exits_waited(struct rcu_head *unused)
{
	/* Pairs with smp_load_acquire() in lp_exits_over(). */
	smp_store_release(&lp_exits_over_for, lp_exits_asked);
	lp_transition_kick();
}

/**
 * lp_exits_begin() - from now on other tasks are to be waited for
 *
 * Context: under lp_mutex; a transition begins, turns round, or has overlooked
 * a task.
 */
void lp_exits_begin(void)
{
	lp_exits_round++;
}

/**
 * lp_exits_over() - have the tasks gone that had left the task list?
 *
 * To be called when nobody in the task list is left to be switched. If not, the
 * transition is tried again when they have.
 *
 * Context: under lp_mutex.
 */
bool lp_exits_over(void)
{
	if (LP_BREAK(EXITS_LOCKED)) {
		synchronize_rcu_tasks();
		return true;
	}
	/* Pairs with smp_store_release() in lp_exits_waited(). */
	if (smp_load_acquire(&lp_exits_over_for) != lp_exits_asked)
		return false;
	if (lp_exits_asked == lp_exits_round)
		return true;
	lp_exits_asked = lp_exits_round;
	call_rcu_tasks(&lp_exits_rcu, lp_exits_waited);
	return false;
}

/* A callback may be about to return, or that of a forced transition to come. */
void lp_exits_exit(void)
{
	if (lp_exits_asked)
		lp_rcu_barrier_tasks();
}

/* Whether a patch of @name must wait for tasks that left the task list. */
bool lp_on_exit_path(const char *name)
{
	return lp_is_part_of_one(name, lp_exit_path, ARRAY_SIZE(lp_exit_path));
}

/* Whether no transition can ever tell that nobody runs @name any more. */
bool lp_is_last_function(const char *name)
{
	return lp_is_part_of_one(name, lp_last_functions, ARRAY_SIZE(lp_last_functions));
}
