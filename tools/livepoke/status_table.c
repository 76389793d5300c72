// SPDX-License-Identifier: GPL-2.0
/*
 * The state of all patches, for people.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "accepted.h"
#include "boot_guard.h"
#include "status.h"
#include "term.h"

static int lp_name_width(const struct lp_lives *lives)
{
	int width = strlen("PATCH");
	size_t i;

	for (i = 0; i < lives->count; i++) {
		if ((int)strlen(lives->item[i].name) > width)
			width = strlen(lives->item[i].name);
	}
	return width;
}

/* Like cmdline_proc_show, ext4:ext4_readdir */
static char *lp_functions(const struct lp_live *live)
{
	struct lp_list list = { 0 };
	char *joined;
	size_t i, k;

	for (i = 0; i < live->count; i++) {
		const struct lp_patch_object *object = &live->objects[i];
		int image = !strcmp(object->name, "vmlinux");

		for (k = 0; k < object->functions.count; k++) {
			const char *f = object->functions.item[k];

			lp_list_add(&list, lp_format("%s%s%.*s",
						     image ? "" : object->name,
						     image ? "" : ":",
						     (int)strcspn(f, ","), f));
		}
	}
	joined = list.count ? lp_list_join(&list, " ") : lp_copy("-");
	lp_list_free(&list);
	return joined;
}

static enum lp_colour lp_state_colour(enum lp_state state)
{
	if (state == LP_PATCHED)
		return LP_GREEN;
	return lp_in_motion(state) ? LP_YELLOW : LP_PLAIN;
}

static void lp_print_tasks(const struct lp_live *live)
{
	int left = lp_in_motion(live->state) ? lp_tasks_left(live->name) : -1;

	if (left >= 0)
		printf("%6d  ", left);
	else
		printf("%6s  ", lp_in_motion(live->state) ? "?" : "-");
}

static void lp_print_row(const struct lp_live *live, int width)
{
	const unsigned long long *us = lp_timing_of(live, "duration_us");
	char *functions = lp_functions(live);
	char *state = lp_format("%-11s", lp_state_name(live->state));
	char *time = us ? lp_format("%.1f ms", *us / 1e3) : lp_copy("-");

	printf("%-*s  ", width, live->name);
	lp_coloured(stdout, lp_state_colour(live->state), state);
	lp_print_tasks(live);
	printf("%12s  %s\n", time, functions);
	free(time);
	free(state);
	free(functions);
}

void lp_status_table(const struct lp_lives *lives)
{
	int width = lp_name_width(lives);
	size_t i;

	if (!lives->count) {
		puts("no live patches");
		return;
	}
	printf("%-*s  %-11s%6s  %12s  %s\n", width, "PATCH", "STATE", "TASKS",
	       "TRANSITION", "FUNCTIONS");
	for (i = 0; i < lives->count; i++)
		lp_print_row(&lives->item[i], width);
}

/* What boot should have brought back, and did not */
void lp_status_boot(void)
{
	struct lp_list accepted, missing;
	char *names, *clean;

	if (lp_boot_skips())
		puts("nothing was restored at boot; livepoke doctor tells why");
	if (lp_accepted(&accepted))
		return;
	missing = lp_not_in_force(&accepted);
	names = lp_list_join(&missing, ", ");
	clean = lp_printable(names);
	if (missing.count)
		printf("accepted for boot, but not in force: %s\n", clean);
	free(clean);
	free(names);
	lp_list_free(&missing);
	lp_list_free(&accepted);
}
