// SPDX-License-Identifier: GPL-2.0
/*
 * Writable aliases of kernel text.
 *
 * Text is written through a second mapping of its pages. CR0.WP stays set
 * and the text mapping read-only: neither could be changed for one CPU
 * alone, and the kernel watches both. The alias is never executable.
 *
 * vmap() sleeps, so that all pages of a batch are mapped before the first
 * store, in one piece, and stay mapped from phase to phase: handlers write
 * through the alias too. A map is kept from one batch to the next, since
 * clients tend to poke the same sites again; it is dropped when a module
 * that it shows goes away. Maps are changed under the poke mutex.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "kernel_syms.h"
#include "poke_text.h"

static bool poke_is_module_text(unsigned long addr)
{
	return addr >= MODULES_VADDR && addr < MODULES_END;
}

/*
 * Module page tables may be collapsed into larger pages while a module is
 * loaded or unloaded (7.3), under the write side of this lock. Where init_mm
 * is not known the caller's comparison of alias and text has to do.
 */
static struct page *poke_module_page(unsigned long addr)
{
	struct mm_struct *mm = lp_kdata(init_mm);
	struct page *page;

	if (mm)
		down_read(&mm->mmap_lock);
	page = vmalloc_to_page((void *)addr);
	if (mm)
		up_read(&mm->mmap_lock);
	return page;
}

static struct page *poke_text_page(unsigned long addr)
{
	if (poke_is_module_text(addr))
		return poke_module_page(addr);
	return virt_to_page((void *)addr);
}

static int poke_map_reserve(struct poke_map *map, unsigned int max)
{
	map->addrs = kvcalloc(max, sizeof(*map->addrs), GFP_KERNEL);
	map->pages = kvcalloc(max, sizeof(*map->pages), GFP_KERNEL);
	map->max = max;
	map->count = 0;
	return map->addrs && map->pages ? 0 : -ENOMEM;
}

/* The spans ascend, so a page that is there already is the last one. */
static int poke_map_add_page(struct poke_map *map, unsigned long addr)
{
	struct page *page;

	if (map->count && map->addrs[map->count - 1] == addr)
		return 0;
	page = poke_text_page(addr);
	if (!page)
		return -EFAULT;
	map->addrs[map->count] = addr;
	map->pages[map->count++] = page;
	return 0;
}

static unsigned int poke_span_pages(const struct poke_span *span)
{
	unsigned long first = span->addr >> PAGE_SHIFT;
	unsigned long last = (span->addr + span->len - 1) >> PAGE_SHIFT;

	return last - first + 1;
}

static int poke_map_add(struct poke_map *map, const struct poke_span *span)
{
	unsigned long addr = span->addr & PAGE_MASK;
	unsigned int i, n = poke_span_pages(span);
	int ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = poke_map_add_page(map, addr + i * PAGE_SIZE);
	return ret;
}

static int poke_map_fill(struct poke_map *map, const struct poke_span *spans,
			 unsigned int count)
{
	unsigned int i, max = 0;
	int ret;

	for (i = 0; i < count; i++)
		max += poke_span_pages(&spans[i]);
	ret = poke_map_reserve(map, max);
	for (i = 0; i < count && !ret; i++)
		ret = poke_map_add(map, &spans[i]);
	if (ret)
		return ret;
	map->base = vmap(map->pages, map->count, VM_MAP, PAGE_KERNEL);
	return map->base ? 0 : -ENOMEM;
}

static bool poke_map_covers(const struct poke_map *map,
			    const struct poke_span *spans, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!poke_text_alias(map, spans[i].addr) ||
		    !poke_text_alias(map, spans[i].addr + spans[i].len - 1))
			return false;
	}
	return map->base;
}

/**
 * poke_text_map() - make spans of text writable
 * @map:	the map; if it shows them already, nothing is done
 * @spans:	what to map, ascending and not overlapping
 * @count:	number of spans
 *
 * A span that crosses a page is contiguous in the alias too.
 *
 * Context: process context, sleeps; the poke mutex keeps module text in place.
 * Return: 0, -ENOMEM, or -EFAULT if there is no page behind an address.
 */
int poke_text_map(struct poke_map *map, const struct poke_span *spans,
		  unsigned int count)
{
	int ret;

	if (poke_map_covers(map, spans, count))
		return 0;
	poke_text_unmap(map);
	ret = poke_map_fill(map, spans, count);
	if (ret)
		poke_text_unmap(map);
	return ret;
}

void poke_text_unmap(struct poke_map *map)
{
	if (map->base)
		vunmap(map->base);
	kvfree(map->addrs);
	kvfree(map->pages);
	memset(map, 0, sizeof(*map));
}

/**
 * poke_text_alias() - the writable address of a byte of text
 * @map:	a map
 * @addr:	the address in text
 *
 * Return: the alias, or NULL if the map does not show @addr.
 */
void *poke_text_alias(const struct poke_map *map, unsigned long addr)
{
	unsigned int lo = 0, hi = map->count;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (map->addrs[mid] == (addr & PAGE_MASK))
			return map->base + mid * PAGE_SIZE + offset_in_page(addr);
		if (map->addrs[mid] < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/**
 * poke_text_same() - byte-exact verification
 * @map:	a map that shows the span
 * @addr:	where
 * @bytes:	what must be there
 * @len:	how much
 *
 * Context: text_mutex held, so that nobody else writes text.
 * Return: true if both the text and its alias hold @bytes. If the alias
 *	differs from the text, the page behind it is not the one executed.
 */
bool poke_text_same(const struct poke_map *map, unsigned long addr,
		    const u8 *bytes, unsigned int len)
{
	return !memcmp((void *)addr, bytes, len) &&
	       !memcmp(poke_text_alias(map, addr), bytes, len);
}
