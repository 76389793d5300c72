// SPDX-License-Identifier: GPL-2.0
/*
 * Binding of the symbols that a patch asks for; see livepoke/symbols.h.
 *
 * Everything here runs under lp_mutex.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/static_call.h>
#include <livepoke/symbols.h>
#include "compat/compat.h"
#include "klp_module.h"
#include "klp_symbols.h"

#define lp_for_each_symbol(patch, symbol)				\
	for ((symbol) = (patch)->symbols; (symbol) && (symbol)->name; (symbol)++)

/*
 * Whether the symbol can be bound now: it is in the kernel image, or in the
 * module that is loading, or in one that is loaded.
 */
static bool lp_symbol_is_due(const struct lp_symbol *symbol,
			     const struct module *coming)
{
	if (coming)
		return symbol->object && !strcmp(symbol->object, coming->name);
	return !symbol->object || lp_patchable_module(symbol->object);
}

/* The address, 0 after a message that names the symbol. */
static unsigned long lp_symbol_find(const struct lp_live_patch *live,
				    const struct lp_symbol *symbol)
{
	const char *object = symbol->object ?: "vmlinux";
	struct lp_symbol_found found;

	lp_find_symbol(symbol->object, symbol->name, symbol->sympos, &found);
	if (!found.count)
		pr_err("patch '%s' needs symbol '%s' of '%s', which does not exist\n",
		       lp_patch_name(live), symbol->name, object);
	else if (!symbol->sympos && found.count > 1)
		pr_err("patch '%s' needs symbol '%s' of '%s', which is ambiguous; give its position\n",
		       lp_patch_name(live), symbol->name, object);
	else if (symbol->sympos && found.count != symbol->sympos)
		pr_err("patch '%s' needs symbol '%s' of '%s' at position %lu, there are %lu\n",
		       lp_patch_name(live), symbol->name, object,
		       symbol->sympos, found.count);
	else
		return found.addr;
	return 0;
}

static int lp_symbol_bind(const struct lp_live_patch *live,
			  struct lp_symbol *symbol)
{
	unsigned long addr = lp_symbol_find(live, symbol);
	struct module *mod;

	if (!addr)
		return -ENOENT;
	if (symbol->object) {
		mod = lp_patchable_module(symbol->object);
		if (!mod || !try_module_get(mod))
			return -ENOENT;
		symbol->pinned = mod;
	}
	if (symbol->data)
		*symbol->data = (const void *)addr;
	else
		__static_call_update(symbol->key, symbol->tramp, (void *)addr);
	return 0;
}

/**
 * lp_symbols_bind() - bind what a patch asks for and what can be bound now
 * @live:	the patch
 * @coming:	only symbols of this module, which is loading; NULL: all
 *
 * Context: process context, sleeps; under lp_mutex.
 * Return: 0, or -ENOENT after a message for every symbol that is missing.
 */
int lp_symbols_bind(struct lp_live_patch *live, const struct module *coming)
{
	struct lp_symbol *symbol;
	int err, ret = 0;

	lp_for_each_symbol(live->patch, symbol) {
		if (!lp_symbol_is_due(symbol, coming))
			continue;
		err = lp_symbol_bind(live, symbol);
		ret = ret ?: err;
	}
	if (ret)
		lp_symbols_release(live->patch, coming);
	return ret;
}

/**
 * lp_symbols_release() - let the modules go whose symbols were bound
 * @patch:	the patch; nobody runs its functions any more
 * @going:	only this module; NULL: all
 *
 * Context: process context.
 */
void lp_symbols_release(struct lp_patch *patch, const struct module *going)
{
	struct lp_symbol *symbol;

	lp_for_each_symbol(patch, symbol) {
		if (!symbol->pinned || (going && symbol->pinned != going))
			continue;
		module_put(symbol->pinned);
		symbol->pinned = NULL;
	}
}
