// SPDX-License-Identifier: GPL-2.0
/*
 * Binding of the symbols that a patch asks for; see livepoke/symbols.h.
 *
 * Everything here runs under lp_mutex.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <livepoke/symbols.h>
#include "compat/compat.h"
#include "klp_module.h"
#include "klp_symbols.h"
#include "test_break.h"

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

/* Room for names in one line of the log; more go to further lines. */
#define LP_LACKING_LEN	768

/**
 * struct lp_lacking - the symbols of a patch that cannot be bound
 * @live:	the patch
 * @count:	how many so far
 * @len:	used of @names
 * @names:	those not logged yet, "object:symbol (reason), ..."
 */
struct lp_lacking {
	const struct lp_live_patch *live;
	unsigned int count;
	unsigned int len;
	char names[LP_LACKING_LEN];
};

static void lp_lacking_log(struct lp_lacking *lacking)
{
	if (lacking->len)
		pr_err("patch '%s' needs symbols that cannot be bound: %s\n",
		       lp_patch_name(lacking->live), lacking->names);
	lacking->len = 0;
}

static void lp_lacking_add(struct lp_lacking *lacking,
			   const struct lp_symbol *symbol, const char *reason)
{
	const char *object = symbol->object ?: "vmlinux";

	if (lacking->len + strlen(object) + strlen(symbol->name) +
	    strlen(reason) + sizeof(", : ()") > LP_LACKING_LEN)
		lp_lacking_log(lacking);
	lacking->len += scnprintf(lacking->names + lacking->len,
				  LP_LACKING_LEN - lacking->len, "%s%s:%s (%s)",
				  lacking->len ? ", " : "", object,
				  symbol->name, reason);
	lacking->count++;
}

/* The address; or 0, and why. */
static unsigned long lp_symbol_find(const struct lp_symbol *symbol,
				    const char **reason)
{
	struct lp_symbol_found found;

	lp_find_symbol(symbol->object, symbol->name, symbol->sympos, &found);
	if (!found.count)
		*reason = "does not exist";
	else if (!symbol->sympos && found.count > 1)
		*reason = "ambiguous; give its position";
	else if (symbol->sympos && found.count != symbol->sympos)
		*reason = "no symbol at that position";
	else
		return found.addr;
	return 0;
}

/* NULL, or why the symbol cannot be bound. */
static const char *lp_symbol_bind(struct lp_symbol *symbol)
{
	const char *reason = NULL;
	unsigned long addr = lp_symbol_find(symbol, &reason);
	struct module *mod;

	if (!addr)
		return reason;
	if (symbol->object) {
		mod = lp_patchable_module(symbol->object);
		if (!mod || !try_module_get(mod))
			return "its module is going";
		symbol->pinned = mod;
	}
	if (symbol->data)
		*symbol->data = (const void *)addr;
	else
		__static_call_update(symbol->key, symbol->tramp, (void *)addr);
	return NULL;
}

static void lp_symbols_try(struct lp_lacking *lacking, const struct module *coming)
{
	struct lp_symbol *symbol;
	const char *reason;

	lp_for_each_symbol(lacking->live->patch, symbol) {
		if (symbol->pinned || !lp_symbol_is_due(symbol, coming))
			continue;
		reason = lp_symbol_bind(symbol);
		if (reason)
			lp_lacking_add(lacking, symbol, reason);
	}
}

/**
 * lp_symbols_bind() - bind what a patch asks for and what can be bound now
 * @live:	the patch
 * @coming:	only symbols of this module, which is loading; NULL: all
 *
 * Context: process context, sleeps; under lp_mutex.
 * Return: 0, -ENOMEM, or -ENOENT after one message that names every symbol
 * that is missing.
 */
int lp_symbols_bind(struct lp_live_patch *live, const struct module *coming)
{
	struct lp_lacking *lacking;
	unsigned int count;

	if (!live->patch->symbols)
		return 0;
	lacking = kzalloc(sizeof(*lacking), GFP_KERNEL);
	if (!lacking)
		return -ENOMEM;
	lacking->live = live;
	lp_symbols_try(lacking, coming);
	lp_lacking_log(lacking);
	count = lacking->count;
	kfree(lacking);
	if (!count)
		return 0;
	lp_symbols_release(live->patch, coming);
	return -ENOENT;
}

/* What the patch finds of a module that is not there. */
static void lp_symbol_unbind(struct lp_symbol *symbol)
{
	if (symbol->data)
		*symbol->data = NULL;
	else
		__static_call_update(symbol->key, symbol->tramp, NULL);
}

/**
 * lp_symbols_release() - let the modules go whose symbols were bound
 * @patch:	the patch; nobody runs its functions any more
 * @going:	only this module, and the patch stays; NULL: all
 *
 * Context: process context, sleeps; under lp_mutex.
 */
void lp_symbols_release(struct lp_patch *patch, const struct module *going)
{
	struct lp_symbol *symbol;

	lp_for_each_symbol(patch, symbol) {
		if (!symbol->pinned || (going && symbol->pinned != going))
			continue;
		if (going && !LP_BREAK(KEEP_SYMBOLS))
			lp_symbol_unbind(symbol);
		module_put(symbol->pinned);
		symbol->pinned = NULL;
	}
}
