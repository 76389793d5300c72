// SPDX-License-Identifier: GPL-2.0
/*
 * Holding a task in the state it is in.
 */
#include <linux/errno.h>
#include "compat.h"

struct lp_held_call {
	int (*fn)(struct task_struct *task, void *arg);
	void *arg;
	int ret;
};

static bool lp_held_call(struct task_struct *task, void *arg)
{
	struct lp_held_call *call = arg;

	call->ret = call->fn(task, call->arg);
	return true;
}

/**
 * lp_call_held() - call a function while a task is held in the state it is in
 * @task:	the task; neither woken nor scheduled nor moved meanwhile
 * @fn:		the function, called with interrupts off
 * @arg:	passed on
 *
 * Context: any but NMI; interrupts on.
 * Return: what @fn returned; -EAGAIN if the task was just being woken and
 * the kernel cannot hold such a task, @fn was not called then.
 */
int lp_call_held(struct task_struct *task,
		 int (*fn)(struct task_struct *task, void *arg), void *arg)
{
	struct lp_held_call call = { fn, arg, -EAGAIN };

	if (lp_k_has(task_call_func))
		return lp_k(task_call_func)(task, fn, arg);
	lp_k(try_invoke_on_locked_down_task)(task, lp_held_call, &call);
	return call.ret;
}
