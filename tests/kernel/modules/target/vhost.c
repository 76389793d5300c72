// SPDX-License-Identifier: GPL-2.0
/*
 * A user worker as vhost has them: a thread of the process that asked for it,
 * which never returns to user space.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include "compat/tests.h"
#include "loops.h"

#ifdef LP_HAVE_VHOST_TASK

static bool lp_vhost_worked;

/*
 * Sleeps inside f until something wakes it. It is called again after each
 * wake-up, and then there is no work: false, and the state of the task left
 * alone, let the worker sleep in its own wait.
 */
static bool lp_vhost_work(void *unused)
{
	struct lp_target_call call = { .how = LP_PAUSE_NAP, .repeat = 1 };

	if (!lp_vhost_worked)
		lp_target_calls(&call, NULL);
	lp_vhost_worked = true;
	return false;
}

/* Its process was killed, and it ends by itself. */
static void lp_vhost_killed(void *unused)
{
}

int lp_vhost_start(struct vhost_task **task)
{
	struct vhost_task *vtsk;

	if (*task)
		return -EBUSY;
	vtsk = vhost_task_create(lp_vhost_work, lp_vhost_killed, NULL, "lp_vhost");
	if (IS_ERR_OR_NULL(vtsk))
		return vtsk ? PTR_ERR(vtsk) : -ENOMEM;
	*task = vtsk;
	lp_vhost_worked = false;
	vhost_task_start(vtsk);
	return 0;
}

void lp_vhost_stop(struct vhost_task *task)
{
	if (task)
		vhost_task_stop(task);
}

#else

int lp_vhost_start(struct vhost_task **task)
{
	return -EOPNOTSUPP;
}

void lp_vhost_stop(struct vhost_task *task)
{
}

#endif /* LP_HAVE_VHOST_TASK */
