/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What users can ask of a registered patch.
 */
#ifndef _LIVEPOKE_KLP_CONTROL_H
#define _LIVEPOKE_KLP_CONTROL_H

#include "klp_core.h"

int lp_set_enabled(struct lp_live_patch *live, bool enable);
int lp_set_enabled_by_name(const char *name, bool enable);
int lp_force(struct lp_live_patch *live);
bool lp_in_transition(struct lp_live_patch *live);
unsigned int lp_stack_order(struct lp_live_patch *live);

#endif /* _LIVEPOKE_KLP_CONTROL_H */
