/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses that were ever poked.
 */
#ifndef _LIVEPOKE_POKE_EVER_H
#define _LIVEPOKE_POKE_EVER_H

#ifdef __KERNEL__
#include <linux/types.h>
#endif

struct module;

bool poke_ever_poked(unsigned long addr);

int poke_ever_remember(unsigned long addr);
struct poke_ever *poke_ever_unlink(const struct module *mod);
void poke_ever_free(struct poke_ever *list);

#endif /* _LIVEPOKE_POKE_EVER_H */
