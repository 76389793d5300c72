// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/task_work.h>

int lp_add(struct callback_head *work);
int lp_add(struct callback_head *work)
{
	return task_work_add(current, work, TWA_RESUME);
}

MODULE_LICENSE("GPL");
