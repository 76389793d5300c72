// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke status
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "accepted.h"
#include "blockers.h"
#include "boot_guard.h"
#include "cmd.h"
#include "module.h"
#include "msg.h"
#include "status.h"

/* Tasks that a transition waits for; -1 if only root may know. */
int lp_tasks_left(const char *name)
{
	struct lp_blockers blockers;
	int left = -1;

	if (!lp_read_blockers(name, &blockers))
		left = blockers.count + blockers.more;
	lp_free_blockers(&blockers);
	return left;
}

/* Keeps only the patch that was asked for. */
static int lp_keep(struct lp_lives *lives, const char *name)
{
	struct lp_live kept;
	size_t i, at = lives->count;

	for (i = 0; i < lives->count; i++) {
		if (strcmp(lives->item[i].name, name))
			lp_free_patch(&lives->item[i]);
		else
			at = i;
	}
	if (at == lives->count) {
		lives->count = 0;
		return lp_fail(LP_NOT_FOUND, ENOENT, "livepoke status lists them",
			       "no live patch '%s' is loaded", name);
	}
	kept = lives->item[at];
	lives->item[0] = kept;
	lives->count = 1;
	return LP_OK;
}

static void lp_print_status(const struct lp_lives *lives, const struct lp_args *args)
{
	struct json_object *json;

	if (args->metrics) {
		lp_status_metrics(lives);
	} else if (args->json) {
		json = lp_status_json(lives);
		puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
						    JSON_C_TO_STRING_SPACED |
						    JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(json);
	} else if (!lp_module_running()) {
		puts("livepoke.ko is not loaded");
	} else {
		lp_status_table(lives);
	}
}

/* --check: everything at rest, the module and all that was accepted there */
static int lp_judge(const struct lp_lives *lives, bool all)
{
	struct lp_list accepted, missing;
	size_t i;
	int ret;

	if (!lp_module_running())
		return LP_NO_MODULE;
	for (i = 0; i < lives->count; i++) {
		if (lp_in_motion(lives->item[i].state))
			return LP_PROBLEMS;
	}
	if (!all)
		return LP_OK;
	ret = lp_read_accepted(&accepted);
	missing = lp_not_in_force(&accepted);
	if (!ret && (missing.count || lp_boot_skips()))
		ret = LP_PROBLEMS;
	lp_list_free(&missing);
	lp_list_free(&accepted);
	return ret;
}

int lp_cmd_status(const struct lp_args *args)
{
	struct lp_lives lives = lp_read_patches();
	int ret = LP_OK;

	if (args->count)
		ret = lp_keep(&lives, args->words[0]);
	if (!ret) {
		lp_print_status(&lives, args);
		if (!args->json && !args->metrics && !args->count)
			lp_status_boot();
		if (args->check)
			ret = lp_judge(&lives, !args->count);
	}
	lp_free_patches(&lives);
	return ret;
}
