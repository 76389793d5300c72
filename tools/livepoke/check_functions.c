// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke check: can the functions be replaced on this running kernel?
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "doctor.h"
#include "elf.h"
#include "file.h"
#include "kallsyms.h"
#include "module.h"
#include "patch.h"

/**
 * struct lp_running - what the running kernel says
 * @symbols:	its symbol table, NULL if it cannot be read
 * @traceable:	lines of available_filter_functions, NULL if unknown
 * @redirected:	lines of enabled_functions, NULL if unknown
 */
struct lp_running {
	struct lp_kallsyms *symbols;
	char *traceable;
	char *redirected;
};

static char *lp_tracing(const char *name)
{
	static const char *const places[] = {
		"/sys/kernel/tracing/%s", "/sys/kernel/debug/tracing/%s"
	};
	char *path, *text = NULL;
	size_t i;

	for (i = 0; i < 2 && !text; i++) {
		path = lp_path("%.*s%s", (int)strcspn(places[i], "%"), places[i], name);
		lp_read(path, &text);
		free(path);
	}
	return text;
}

/* The line that begins with a function's name, NULL if there is none */
static const char *lp_line_of(const char *text, const struct lp_declared *f)
{
	size_t length = strlen(f->function);
	const char *line;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, f->function, length) && strchr("\n ", line[length]))
			return line;
	}
	return NULL;
}

static void lp_check_symbol(struct lp_diagnosis *d, const struct lp_running *r,
			    const struct lp_declared *f)
{
	size_t n = r->symbols ? lp_kallsyms_count(r->symbols, f->object, f->function) : 1;
	const char *where = f->object ? f->object : "the kernel";

	if (!n)
		lp_find(d, LP_BAD, "is it spelled right? inlined functions have no symbol: patch their callers",
			"%s has no %s %s", where, f->used ? "symbol" : "function",
			f->function);
	else if (!f->sympos && n > 1)
		lp_find(d, LP_BAD, "say which by old_sympos",
			"%s has %zu symbols %s", where, n, f->function);
	else if (f->sympos > n)
		lp_find(d, LP_BAD, "lower old_sympos",
			"%s has %zu symbols %s, the patch names number %lu", where, n,
			f->function, f->sympos);
}

static void lp_check_hook(struct lp_diagnosis *d, const struct lp_running *r,
			  const struct lp_declared *f)
{
	const char *line = r->redirected ? lp_line_of(r->redirected, f) : NULL;
	size_t length = line ? strcspn(line, "\n") : 0;

	if (r->traceable && !lp_line_of(r->traceable, f))
		lp_find(d, LP_BAD, "patch a function that calls it",
			"%s has no ftrace entry", f->function);
	if (line && memmem(line, length, " I", 2) && !memmem(line, length, "livepoke", 8))
		lp_find(d, LP_BAD, "unload the other one first",
			"%s is redirected already: %.*s", f->function, (int)length, line);
}

static void lp_check_function(struct lp_diagnosis *d, const struct lp_running *r,
			      const struct lp_declared *f)
{
	size_t before = d->count;

	if (f->object && !lp_module_loaded(f->object)) {
		lp_find(d, LP_WARN, f->used ? "it is bound when that module is loaded" :
					      "it is patched when that module is loaded",
			"module %s is not loaded: %s cannot be checked", f->object, f->function);
		return;
	}
	lp_check_symbol(d, r, f);
	if (d->count == before && !f->used)
		lp_check_hook(d, r, f);
	if (d->count == before)
		lp_find(d, LP_GOOD, NULL, "%s%s%s can be %s", f->object ? f->object : "",
			f->object ? ":" : "", f->function, f->used ? "bound" : "replaced");
}

static void lp_check_transitions(struct lp_diagnosis *d)
{
	struct lp_lives lives = lp_read_patches();
	size_t i;

	for (i = 0; i < lives.count; i++) {
		if (lp_in_motion(lives.item[i].state))
			lp_find(d, LP_BAD, "wait until it is over (livepoke status)",
				"the transition of '%s' is running", lives.item[i].name);
	}
	lp_free_patches(&lives);
}

static void lp_check_origin(struct lp_diagnosis *d, const struct lp_declarations *declared)
{
	if (declared->foreign)
		lp_find(d, LP_BAD, "build it from source with patch.mk",
			"kpatch-build or klp-build made it: it has section %s", declared->foreign);
	if (declared->abi && declared->abi != declared->known_abi)
		lp_find(d, LP_BAD, "build it against the installed livepoke",
			"it was built for ABI %u, this command knows ABI %u", declared->abi,
			declared->known_abi);
}

void lp_check_functions(struct lp_diagnosis *d, const char *file)
{
	struct lp_declarations declared;
	struct lp_running r = {
		lp_kallsyms_read(), lp_tracing("available_filter_functions"),
		lp_tracing("enabled_functions")
	};
	size_t i;

	lp_doctor_ftrace(d);
	lp_check_transitions(d);
	if (lp_read_declarations(file, &declared))
		lp_find(d, LP_WARN, "unpack it to have it checked",
			"the file is packed: what it replaces is not known");
	else if (!declared.count)
		lp_find(d, LP_WARN, "only loading it can tell",
			"it puts its list of functions together when it is loaded");
	lp_check_origin(d, &declared);
	for (i = 0; i < declared.count; i++)
		lp_check_function(d, &r, &declared.item[i]);
	lp_free_declarations(&declared);
	lp_kallsyms_free(r.symbols);
	free(r.traceable);
	free(r.redirected);
}
