/* SPDX-License-Identifier: GPL-2.0 */
#define LP_KSYM_FUNCTIONS(F)						\
	F(task_curr, 0, "x", "y", int, (const void *task))		\
	F(task_work_add, 0, "x", "y", int,				\
	  (struct task_struct *task, struct callback_head *work, int mode))
