/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Binding of the symbols that a patch asks for.
 */
#ifndef _LIVEPOKE_KLP_SYMBOLS_H
#define _LIVEPOKE_KLP_SYMBOLS_H

#include "klp_core.h"

int lp_symbols_bind(struct lp_live_patch *live, const struct module *coming);
void lp_symbols_release(struct lp_patch *patch, const struct module *going);

#endif /* _LIVEPOKE_KLP_SYMBOLS_H */
