// SPDX-License-Identifier: GPL-2.0
/*
 * The state of all patches for node_exporter's textfile collector.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include "accepted.h"
#include "boot_guard.h"
#include "module.h"
#include "status.h"

static void lp_metric_head(const char *name, const char *help)
{
	printf("# HELP livepoke_%s %s\n# TYPE livepoke_%s gauge\n", name, help, name);
}

static void lp_module_metrics(void)
{
	char *version = lp_module_running_value("livepoke", "version");

	lp_metric_head("up", "1 if livepoke.ko is loaded");
	printf("livepoke_up{version=\"%s\",kernel=\"%s\"} %d\n",
	       version ? version : "", lp_kernel_release(), lp_module_running());
	free(version);
}

/* No sample where only root may know */
static void lp_tasks_metrics(const struct lp_lives *lives)
{
	size_t i;
	int left;

	lp_metric_head("patch_tasks_left", "tasks that the transition waits for");
	for (i = 0; i < lives->count; i++) {
		left = lp_in_motion(lives->item[i].state) ?
			lp_tasks_left(lives->item[i].name) : 0;
		if (left >= 0)
			printf("livepoke_patch_tasks_left{patch=\"%s\"} %d\n",
			       lives->item[i].name, left);
	}
}

/* Names of modules hold nothing that needs quoting. */
static void lp_state_metrics(const struct lp_lives *lives)
{
	size_t i;

	lp_metric_head("patch_enabled", "1 if the patch is in force or on its way");
	for (i = 0; i < lives->count; i++)
		printf("livepoke_patch_enabled{patch=\"%s\"} %d\n",
		       lives->item[i].name, lives->item[i].state == LP_PATCHED ||
		       lives->item[i].state == LP_PATCHING);
	lp_metric_head("patch_transition", "1 while tasks are being switched");
	for (i = 0; i < lives->count; i++)
		printf("livepoke_patch_transition{patch=\"%s\"} %d\n",
		       lives->item[i].name, lp_in_motion(lives->item[i].state));
	lp_tasks_metrics(lives);
}

static void lp_timing_metrics(const struct lp_lives *lives)
{
	const unsigned long long *us;
	size_t i;

	lp_metric_head("patch_transition_seconds", "length of the last transition");
	for (i = 0; i < lives->count; i++) {
		us = lp_timing_of(&lives->item[i], "duration_us");
		if (us)
			printf("livepoke_patch_transition_seconds{patch=\"%s\"} %.6f\n",
			       lives->item[i].name, *us / 1e6);
	}
}

static void lp_block_metrics(const struct lp_lives *lives)
{
	size_t i;

	printf("# HELP livepoke_block_hits_total calls of a blocked function\n"
	       "# TYPE livepoke_block_hits_total counter\n");
	for (i = 0; i < lives->count; i++) {
		if (lives->item[i].value)
			printf("livepoke_block_hits_total{patch=\"%s\"} %llu\n",
			       lives->item[i].name, lives->item[i].hits);
	}
}

/* A list that cannot be read has no samples, but says so. */
static void lp_accepted_metrics(void)
{
	struct lp_list lines;
	int ret = lp_accepted(&lines);
	char *name;
	size_t i;

	lp_metric_head("accepted", "1 if what was accepted for boot is in force");
	for (i = 0; i < lines.count; i++) {
		name = lp_accepted_name(lines.item[i]);
		if (name && lp_is_word(name, "-.:$,", 256))
			printf("livepoke_accepted{name=\"%s\"} %d\n", name,
			       lp_in_force(lines.item[i]));
		free(name);
	}
	lp_metric_head("accepted_readable", "1 if the list of what was accepted can be read");
	printf("livepoke_accepted_readable %d\n", !ret);
	lp_metric_head("restore_skipped", "1 if nothing was restored at this boot, for the last ones did not come up");
	printf("livepoke_restore_skipped %d\n", lp_boot_skips());
	lp_list_free(&lines);
}

void lp_status_metrics(const struct lp_lives *lives)
{
	lp_module_metrics();
	lp_state_metrics(lives);
	lp_timing_metrics(lives);
	lp_block_metrics(lives);
	lp_accepted_metrics();
}
