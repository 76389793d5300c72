/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writable aliases of kernel text.
 */
#ifndef _LIVEPOKE_POKE_TEXT_H
#define _LIVEPOKE_POKE_TEXT_H

#include <linux/types.h>

struct page;

/* A range of text. */
struct poke_span {
	unsigned long addr;
	unsigned int len;
};

/**
 * struct poke_map - the pages of some spans, mapped writable in one piece
 * @base:	the alias of the first page; NULL if nothing is mapped
 * @count:	number of pages
 * @max:	room in the two arrays
 * @addrs:	address of each page in text, ascending
 * @pages:	the pages
 */
struct poke_map {
	void *base;
	unsigned int count;
	unsigned int max;
	unsigned long *addrs;
	struct page **pages;
};

int poke_text_map(struct poke_map *map, const struct poke_span *spans,
		  unsigned int count);
void poke_text_unmap(struct poke_map *map);
void *poke_text_alias(const struct poke_map *map, unsigned long addr);
bool poke_text_same(const struct poke_map *map, unsigned long addr,
		    const u8 *bytes, unsigned int len);

#endif /* _LIVEPOKE_POKE_TEXT_H */
