/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects of a registered patch: how they are made, and the author's
 * callbacks around them.
 */
#ifndef _LIVEPOKE_KLP_OBJECT_H
#define _LIVEPOKE_KLP_OBJECT_H

#include "klp_core.h"

struct lp_live_patch *lp_live_alloc(struct lp_patch *patch, const char *name,
				    const struct lp_live_kind *kind);
void lp_live_free(struct lp_live_patch *live);
void lp_discard_nops(struct lp_live_patch *live);

int lp_pre_patch(struct lp_live_object *object);
void lp_post_patch(struct lp_live_object *object);
void lp_pre_unpatch(struct lp_live_object *object);
void lp_post_unpatch(struct lp_live_object *object);

#endif /* _LIVEPOKE_KLP_OBJECT_H */
