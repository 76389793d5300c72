/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From what the author wrote to addresses.
 */
#ifndef _LIVEPOKE_KLP_RESOLVE_H
#define _LIVEPOKE_KLP_RESOLVE_H

#include "klp_core.h"

int lp_check_patch(const struct lp_patch *patch);
int lp_resolve_object(struct lp_live_object *object);
void lp_forget_object(struct lp_live_object *object);
void lp_forget_colds(struct lp_version *version);

#endif /* _LIVEPOKE_KLP_RESOLVE_H */
