/* SPDX-License-Identifier: GPL-2.0 */
#define LP_KSYM_FUNCTIONS(F)						\
	F(task_curr, NULL, 0, "x", "y", int, (const void *task))	\
	F(task_work_add, "task_work_add_old", 0, "x", "y", int,		\
	  (struct task_struct *task, struct callback_head *work, int mode))
