/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel threads of the live patching tests.
 */
#ifndef _LP_TEST_LOOPS_H
#define _LP_TEST_LOOPS_H

#include "target.h"

int lp_loops_start(const struct lp_target_kthreads *kt);
void lp_loops_stop(void);

/* Timer interrupts; called by the two above. */
int lp_timers_start(const struct lp_target_kthreads *kt);
void lp_timers_stop(void);

/* A worker of vhost's kind in the current process, at most one. */
struct vhost_task;
int lp_vhost_start(struct vhost_task **task);
void lp_vhost_stop(struct vhost_task *task);

/* Calls f .repeat times, or for as long as more() says. */
void lp_target_calls(struct lp_target_call *call, bool (*more)(struct lp_target_call *call));

#endif /* _LP_TEST_LOOPS_H */
