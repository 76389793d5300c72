/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The per-task transition.
 */
#ifndef _LIVEPOKE_KLP_TRANSITION_H
#define _LIVEPOKE_KLP_TRANSITION_H

#include "klp_core.h"
#include "klp_tasks.h"
#include "test_break.h"

/* The patch in transition, NULL if none; under lp_mutex. */
extern struct lp_live_patch *lp_transition_patch;

/* Whether the patch counts: it is not just waiting for its removal. */
static inline bool lp_is_active(const struct lp_live_patch *live)
{
	return live->enabled || live == lp_transition_patch ||
	       LP_BREAK(RETIRED_COUNT);
}

int lp_transition_prepare(struct lp_live_patch *live, bool enable);
int lp_transition_ranges(void);
void lp_transition_begin(void);
void lp_transition_skip(void);
void lp_transition_cancel(void);
void lp_transition_reverse(void);
void lp_transition_force(void);
void lp_transition_kick(void);
bool lp_transition_starved(void);

enum lp_universe lp_current_universe(void);

int lp_transition_init(void);
void lp_transition_exit(void);

#endif /* _LIVEPOKE_KLP_TRANSITION_H */
