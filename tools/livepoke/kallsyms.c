// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's symbol table, sorted by name.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "file.h"
#include "kallsyms.h"
#include "msg.h"

struct lp_symbol {
	const char *name;
	const char *module;	/* "" for the kernel image */
};

struct lp_kallsyms {
	char *text;
	struct lp_symbol *symbol;
	size_t count;
};

static int lp_compare_symbols(const void *a, const void *b)
{
	const struct lp_symbol *x = a, *y = b;

	return strcmp(x->name, y->name) ?: strcmp(x->module, y->module);
}

/* "address type name" or "address type name\t[module]", split in place */
static int lp_split_symbol(char *line, struct lp_symbol *symbol)
{
	char *type = strchr(line, ' ');
	char *name = type ? strchr(type + 1, ' ') : NULL;
	char *tab;

	if (!name)
		return 0;
	symbol->name = ++name;
	symbol->module = "";
	tab = strchr(name, '\t');
	if (tab && tab[1] == '[') {
		*tab = '\0';
		tab[1 + strcspn(tab + 1, "]")] = '\0';
		symbol->module = tab + 2;
	}
	return 1;
}

static size_t lp_count_lines(const char *text)
{
	size_t n = 1;

	while ((text = strchr(text, '\n'))) {
		n++;
		text++;
	}
	return n;
}

/* NULL if the kernel has none to show. */
struct lp_kallsyms *lp_kallsyms_read(void)
{
	struct lp_kallsyms *symbols = calloc(1, sizeof(*symbols));
	char *path = lp_path("/proc/kallsyms"), *line, *rest;

	if (!symbols)
		lp_out_of_memory();
	if (lp_read(path, &symbols->text)) {
		free(path);
		free(symbols);
		return NULL;
	}
	free(path);
	symbols->symbol = calloc(lp_count_lines(symbols->text), sizeof(*symbols->symbol));
	if (!symbols->symbol)
		lp_out_of_memory();
	rest = symbols->text;
	while ((line = strsep(&rest, "\n")))
		symbols->count += lp_split_symbol(line, &symbols->symbol[symbols->count]);
	qsort(symbols->symbol, symbols->count, sizeof(*symbols->symbol),
	      lp_compare_symbols);
	return symbols;
}

/**
 * lp_kallsyms_count() - how many symbols of one name an object has
 * @symbols:	from lp_kallsyms_read()
 * @module:	a module, NULL for the kernel image
 * @name:	the name
 */
size_t lp_kallsyms_count(const struct lp_kallsyms *symbols, const char *module,
			 const char *name)
{
	const struct lp_symbol key = { name, module ? module : "" };
	const struct lp_symbol *at, *end = symbols->symbol + symbols->count;
	size_t n = 0;

	at = bsearch(&key, symbols->symbol, symbols->count, sizeof(key),
		     lp_compare_symbols);
	if (!at)
		return 0;
	while (at > symbols->symbol && !lp_compare_symbols(at - 1, &key))
		at--;
	for (; at < end && !lp_compare_symbols(at, &key); at++)
		n++;
	return n;
}

static int lp_compare_names(const void *a, const void *b)
{
	const struct lp_symbol *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Not 0 if the kernel or any module has such a symbol */
size_t lp_kallsyms_count_any(const struct lp_kallsyms *symbols, const char *name)
{
	const struct lp_symbol key = { name, "" };

	return bsearch(&key, symbols->symbol, symbols->count, sizeof(key),
		       lp_compare_names) != NULL;
}

void lp_kallsyms_free(struct lp_kallsyms *symbols)
{
	if (!symbols)
		return;
	free(symbols->symbol);
	free(symbols->text);
	free(symbols);
}
