/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The means of switching a task to the target universe.
 */
#ifndef _LIVEPOKE_KLP_SWITCH_H
#define _LIVEPOKE_KLP_SWITCH_H

#include "klp_core.h"
#include "klp_tasks.h"

int lp_switch_start(void);
void lp_switch_end(void);
void lp_switch_relist(void);
unsigned int lp_switch_pass(void);
void lp_switch_nudge(bool signal);
bool lp_switch_all_done(void);
void lp_switch_force(void);
void lp_switch_stats(struct lp_transition_stats *stats);
bool lp_task_pending(struct lp_task_entry *entry);

#endif /* _LIVEPOKE_KLP_SWITCH_H */
