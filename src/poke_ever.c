// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses that were ever poked.
 *
 * A CPU that has fetched the INT3 may take the trap after the byte has gone
 * back. Nobody else would claim such a trap, and from 6.3 on the kernel dies
 * of it, so addresses are remembered for as long as their text exists.
 *
 * Written under the poke mutex; read by #BP handlers without a lock.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <asm/barrier.h>

#include "poke_ever.h"

/*
 * @next:	next entry of the bucket; still valid for readers when unlinked
 * @dead:	next of the entries that are unlinked and wait to be freed
 */
struct poke_ever {
	struct poke_ever *next;
	struct poke_ever *dead;
	unsigned long addr;
};

#define POKE_EVER_BITS	10

static struct poke_ever *poke_evers[1 << POKE_EVER_BITS];

static __kprobes struct poke_ever **poke_ever_bucket(unsigned long addr)
{
	unsigned long hash = addr ^ (addr >> POKE_EVER_BITS);

	return &poke_evers[hash & ((1 << POKE_EVER_BITS) - 1)];
}

/* Context: any. */
bool __kprobes poke_ever_poked(unsigned long addr)
{
	/* Acquire: pairs with the release in poke_ever_remember(). */
	struct poke_ever *e = smp_load_acquire(poke_ever_bucket(addr));

	while (e && e->addr != addr)
		e = READ_ONCE(e->next);
	return e;
}

int poke_ever_remember(unsigned long addr)
{
	struct poke_ever **bucket = poke_ever_bucket(addr);
	struct poke_ever *e;

	if (poke_ever_poked(addr))
		return 0;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	e->addr = addr;
	e->next = *bucket;
	/* Release: the entry is complete; pairs with poke_ever_poked(). */
	smp_store_release(bucket, e);
	return 0;
}

/**
 * poke_ever_unlink() - forget the addresses of a module
 * @mod:	the module; NULL for all addresses
 *
 * Return: the entries, to be freed after poke_quiesce(), when no handler can
 *	be looking at them any more.
 */
struct poke_ever *poke_ever_unlink(const struct module *mod)
{
	struct poke_ever **link, *e, *dead = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(poke_evers); i++) {
		link = &poke_evers[i];
		while ((e = *link)) {
			if (mod && !within_module(e->addr, mod)) {
				link = &e->next;
				continue;
			}
			WRITE_ONCE(*link, e->next);
			e->dead = dead;
			dead = e;
		}
	}
	return dead;
}

void poke_ever_free(struct poke_ever *list)
{
	struct poke_ever *e;

	while ((e = list)) {
		list = e->dead;
		kfree(e);
	}
}
