/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Redirection of functions to their replacements.
 */
#ifndef _LIVEPOKE_KLP_PATCH_H
#define _LIVEPOKE_KLP_PATCH_H

#include "klp_core.h"

struct module;

int lp_patch_object(struct lp_live_object *object);
void lp_unpatch_object(struct lp_live_object *object);
void lp_unpatch_live(struct lp_live_patch *live);
void lp_unpatch_nops(struct lp_live_object *object);
void lp_release_targets(const struct module *mod);
bool lp_has_targets(const struct module *mod);
void lp_handler_text(unsigned long *start, unsigned long *size);

#endif /* _LIVEPOKE_KLP_PATCH_H */
