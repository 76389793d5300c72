// SPDX-License-Identifier: GPL-2.0
/*
 * Finding the symbols of the kernel image and of modules by name and position.
 */
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include "compat.h"
#include "../test_fault.h"

struct lp_symbol_search {
	const char *object;
	const char *name;
	unsigned long pos;
	struct lp_symbol_found *found;
};

/* Non-zero ends the walk: the position is reached, or ambiguity is certain. */
static int lp_count_symbol(struct lp_symbol_search *search, unsigned long addr)
{
	struct lp_symbol_found *found = search->found;

	found->addr = addr;
	found->count++;
	return search->pos ? found->count == search->pos : found->count > 1;
}

static int lp_match_name(struct lp_symbol_search *search, const char *name,
			 unsigned long addr)
{
	return strcmp(name, search->name) ? 0 : lp_count_symbol(search, addr);
}

static int lp_match_vmlinux(void *data, unsigned long addr)
{
	return lp_count_symbol(data, addr);
}

/* For kernels that walk by position only, and name the module of each symbol. */
static int lp_match_vmlinux_name(void *data, const char *name,
				 struct module *mod, unsigned long addr)
{
	return mod ? 0 : lp_match_name(data, name, addr);
}

static void lp_find_vmlinux(struct lp_symbol_search *search)
{
	if (lp_k_has(kallsyms_on_each_match_symbol))
		lp_k(kallsyms_on_each_match_symbol)(lp_match_vmlinux,
						    search->name, search);
	else
		lp_k(kallsyms_on_each_symbol)(lp_match_vmlinux_name, search);
}

#ifdef LP_HAVE_WALK_WITHOUT_MODULE
static int lp_match_module(void *data, const char *name, unsigned long addr)
{
	return lp_match_name(data, name, addr);
}
#else
static int lp_match_module(void *data, const char *name, struct module *mod,
			   unsigned long addr)
{
	struct lp_symbol_search *search = data;

	if (!mod || strcmp(mod->name, search->object))
		return 0;
	return lp_match_name(search, name, addr);
}
#endif

static void lp_find_module_symbol(struct lp_symbol_search *search)
{
#ifdef LP_HAVE_ONE_MODULE_WALK
	lp_k(module_kallsyms_on_each_symbol)(search->object, lp_match_module, search);
#else
	lp_k(module_kallsyms_on_each_symbol)(lp_match_module, search);
#endif
}

/**
 * lp_find_symbol() - find a symbol of the kernel image or of a module
 * @object:	name of the module, NULL for the kernel image
 * @name:	name of the symbol
 * @pos:	position among symbols of that name, from 1; 0 for "unique"
 * @found:	receives the last address found and how many were seen: @pos if
 *		found at that position; for @pos 0, 2 means ambiguous
 *
 * Context: process context, sleeps.
 */
void lp_find_symbol(const char *object, const char *name, unsigned long pos,
		    struct lp_symbol_found *found)
{
	struct lp_symbol_search search = { object, name, pos, found };

	*found = (struct lp_symbol_found){};
	if (LP_FAULT("symbol", -ENOENT))
		return;
	if (object)
		lp_find_module_symbol(&search);
	else
		lp_find_vmlinux(&search);
}

/**
 * lp_find_module() - find a module by name
 * @name:	its name
 *
 * Context: process context. The caller makes sure that a module that is found
 * does not go away.
 * Return: the module in whatever state it is, or NULL.
 */
struct module *lp_find_module(const char *name)
{
	struct module *mod;

	preempt_disable();
	mod = lp_k(find_module)(name);
	preempt_enable();
	return mod;
}
