/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Patches made for somebody else, and somebody else's guard.
 */
#ifndef _LIVEPOKE_KLP_FOREIGN_H
#define _LIVEPOKE_KLP_FOREIGN_H

struct lp_live_patch;
struct module;

int lp_check_foreign(const struct module *mod);
void lp_warn_of_lkrg(const struct lp_live_patch *live);

#endif /* _LIVEPOKE_KLP_FOREIGN_H */
