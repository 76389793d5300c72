/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A brief visit to the CPU of a busy kernel thread.
 */
#ifndef _LIVEPOKE_KLP_VISIT_H
#define _LIVEPOKE_KLP_VISIT_H

#include <linux/sched.h>

void lp_visit(struct task_struct *busy, int (*fn)(struct task_struct *task));
void lp_visit_end(void);

#endif /* _LIVEPOKE_KLP_VISIT_H */
