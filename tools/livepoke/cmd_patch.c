// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke load, unload, enable, disable
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "accepted.h"
#include "cmd.h"
#include "module.h"
#include "msg.h"
#include "patch.h"
#include "steer.h"
#include "wait.h"

/* key=value, quoted as the kernel's parser wants it */
static char *lp_quote_param(const char *word)
{
	const char *equals = strchr(word, '=');

	if (!equals || !strchr(word, ' '))
		return lp_copy(word);
	return lp_format("%.*s\"%s\"", (int)(equals + 1 - word), word, equals + 1);
}

static char *lp_params(const struct lp_args *args)
{
	struct lp_list params = { 0 };
	char *joined;
	int i;

	for (i = 1; i < args->count; i++)
		lp_list_add(&params, lp_quote_param(args->words[i]));
	joined = lp_list_join(&params, " ");
	lp_list_free(&params);
	return joined;
}

static size_t lp_count_functions(const struct lp_live *live)
{
	size_t i, n = 0;

	for (i = 0; i < live->count; i++)
		n += live->objects[i].functions.count;
	return n;
}

/* Says how it ended. */
static int lp_report_up(const char *name)
{
	struct lp_live live = lp_read_patch(name);
	const unsigned long long *us = lp_timing_of(&live, "duration_us");
	size_t n = lp_count_functions(&live);
	int ret = LP_OK;

	if (live.state == LP_PATCHED)
		printf("%s: patched, %zu function%s, in %.1f ms\n", name, n,
		       n == 1 ? "" : "s", us ? *us / 1e3 : 0.0);
	else
		ret = lp_fail(LP_FAILED, 0, "livepoke status shows its state",
			      "'%s' was disabled while it was being enabled", name);
	lp_free_patch(&live);
	return ret;
}

static int lp_up(const struct lp_args *args, const char *params)
{
	struct lp_source source;
	int ret;

	ret = lp_find_source(args->words[0], &source);
	if (!ret)
		ret = lp_bring_up(&source, params);
	if (!ret && args->no_wait)
		printf("%s: %s\n", source.name,
		       lp_state_name(lp_patch_state(source.name)));
	else if (!ret)
		ret = lp_wait_transition(source.name, args->timeout) ?:
		      lp_report_up(source.name);
	lp_free_source(&source);
	return ret;
}

int lp_cmd_load(const struct lp_args *args)
{
	char *params = lp_params(args);
	int ret = lp_up(args, params);

	free(params);
	return ret;
}

int lp_cmd_enable(const struct lp_args *args)
{
	return lp_up(args, "");
}

/* Takes the step that puts the old functions back. */
static int lp_bring_down(const char *name)
{
	switch (lp_patch_state(name)) {
	case LP_PATCHING:
	case LP_PATCHED:
		return lp_write_patch(name, "enabled", "0", "disable");
	default:
		return LP_OK;
	}
}

static int lp_down(const struct lp_args *args)
{
	const char *name = args->words[0];
	enum lp_state state;
	int ret;

	ret = lp_check_is_patch(name);
	if (!ret)
		ret = lp_bring_down(name);
	if (!ret && !args->no_wait)
		ret = lp_wait_transition(name, args->timeout);
	if (ret)
		return ret;
	state = lp_patch_state(name);
	if (!args->no_wait && (state == LP_PATCHED || state == LP_PATCHING))
		return lp_fail(LP_FAILED, 0, "livepoke status shows its state",
			       "'%s' was enabled while it was being disabled", name);
	return LP_OK;
}

int lp_cmd_disable(const struct lp_args *args)
{
	int ret = lp_down(args);

	if (!ret)
		printf("%s: %s\n", args->words[0],
		       lp_state_name(lp_patch_state(args->words[0])));
	return ret;
}

int lp_cmd_unload(const struct lp_args *args)
{
	const char *name = args->words[0];
	int ret = lp_down(args);

	if (ret)
		return ret;
	ret = lp_remove_module(name, 10);
	if (ret && ret != -ENOENT)
		return lp_fail(LP_FAILED, -ret,
			       "a forced patch stays until reboot; else lsmod shows who uses it",
			       "'%s' is disabled, but its module cannot be removed", name);
	printf("%s: not loaded\n", name);
	lp_note_accepted(name);
	return LP_OK;
}
