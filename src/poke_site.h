/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sites, their owners, and the batch as the API sees it.
 */
#ifndef _LIVEPOKE_POKE_SITE_H
#define _LIVEPOKE_POKE_SITE_H

#include <linux/list.h>
#include <linux/types.h>

#include "poke_insn.h"

struct module;

/**
 * struct poke_site - an instruction that can be replaced
 * @list:	in the registry
 * @owner:	module that prepared it
 * @addr:	where it is
 * @gone:	the text has gone with its module
 * @orig:	the instruction found when it was prepared
 * @now:	the instruction that stands there now
 *
 * addr and orig never change; the rest is protected by the poke mutex.
 */
struct poke_site {
	struct list_head list;
	struct module *owner;
	unsigned long addr;
	bool gone;
	struct poke_insn orig;
	struct poke_insn now;
};

/**
 * struct poke_want - a site to prepare, one of several
 * @addr:	where
 * @old:	bytes expected there, or NULL
 * @len:	their number
 * @optional:	a refusal is no error, and not logged; @site is NULL then
 * @site:	result
 */
struct poke_want {
	void *addr;
	const void *old;
	unsigned int len;
	bool optional;
	struct poke_site *site;
};

int poke_sites_prepare(struct module *owner, struct poke_want *wants,
		       unsigned int count);
int poke_sites_release(struct poke_site **sites, unsigned int count);

#ifdef LP_TEST_BUILD
void poke_drop_mutex(unsigned int ms);
#else
static inline void poke_drop_mutex(unsigned int ms)
{
}
#endif

int poke_init(void);
void poke_exit(void);

#endif /* _LIVEPOKE_POKE_SITE_H */
