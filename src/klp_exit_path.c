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
#include <linux/string.h>
#include "klp_exit_path.h"

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

/* Whether a patch of @name must wait for tasks that left the task list. */
bool lp_on_exit_path(const char *name)
{
	return match_string(lp_exit_path, ARRAY_SIZE(lp_exit_path), name) >= 0;
}

/* Whether no transition can ever tell that nobody runs @name any more. */
bool lp_is_last_function(const char *name)
{
	return match_string(lp_last_functions, ARRAY_SIZE(lp_last_functions),
			    name) >= 0;
}
