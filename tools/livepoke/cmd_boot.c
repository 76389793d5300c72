// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke restore, came-up: what livepoke.service does
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "accepted.h"
#include "block.h"
#include "boot_guard.h"
#include "cmd.h"
#include "file.h"
#include "module.h"
#include "msg.h"
#include "patch.h"
#include "run.h"
#include "steer.h"
#include "store.h"
#include "system.h"
#include "wait.h"

#define LP_BOOT_WAIT	30	/* seconds for each transition */

static int lp_restore_patch(const char *name, double timeout)
{
	struct lp_source source;
	int ret;

	ret = lp_find_source(name, &source);
	if (!ret)
		ret = lp_bring_up(&source, "");
	if (!ret)
		ret = lp_wait_transition(source.name, timeout);
	lp_free_source(&source);
	return ret;
}

static int lp_restore_block(const char *function, const char *value,
			    const char *override, double timeout)
{
	char *known = lp_block_function(function);
	char *name = lp_format("block-%s", known);
	int ret = LP_OK;

	if (lp_patch_state(name) == LP_GONE)
		ret = lp_block(known, strcmp(value, "void") ? value : NULL,
			       override);
	if (!ret)
		ret = lp_wait_transition(name, timeout);
	free(name);
	free(known);
	return ret;
}

static int lp_restore_line(const char *line, double timeout)
{
	struct lp_list words = lp_split(line, " ");
	int ret;

	if (words.count == 2 && !strcmp(words.item[0], "patch"))
		ret = lp_restore_patch(words.item[1], timeout);
	else if ((words.count == 3 || words.count == 4) &&
		 !strcmp(words.item[0], "block"))
		ret = lp_restore_block(words.item[1], words.item[2],
				       words.count == 4 ? words.item[3] : NULL,
				       timeout);
	else
		ret = lp_fail(LP_FAILED, EINVAL, "livepoke accept writes it anew",
			      "'%s' in " LP_STORE "/accepted means nothing", line);
	lp_list_free(&words);
	return ret;
}

/**
 * lp_restore_pass() - restore some lines
 * @lines:	all lines
 * @done:	for each, whether it was restored; updated
 * @timeout:	seconds to wait for the transition of each
 *
 * One that fails does not stop the others.
 *
 * Return: whether the transition of one is still running.
 */
static bool lp_restore_pass(const struct lp_list *lines, bool *done,
			    double timeout)
{
	bool stuck = false;
	size_t i;
	int ret;

	for (i = 0; i < lines->count; i++) {
		if (done[i])
			continue;
		ret = lp_restore_line(lines->item[i], timeout);
		if (!ret && !lp_in_force(lines->item[i]))
			ret = lp_fail(LP_FAILED, 0, "livepoke status shows its state",
				      "'%s' was restored, but is not in force",
				      lines->item[i]);
		done[i] = ret == LP_OK;
		stuck |= ret == LP_TIMEOUT;
	}
	return stuck;
}

static int lp_restore_all(const struct lp_list *lines, double timeout)
{
	bool *done = calloc(lines->count, sizeof(*done));
	size_t i, good = 0;

	if (!done)
		lp_out_of_memory();
	/* Those behind a transition that does not end were refused as busy. */
	if (lp_restore_pass(lines, done, timeout)) {
		lp_note("what is left is tried once more");
		lp_restore_pass(lines, done, timeout);
	}
	for (i = 0; i < lines->count; i++)
		good += done[i];
	free(done);
	printf("%zu of %zu restored\n", good, lines->count);
	return good < lines->count ? LP_FAILED : LP_OK;
}

/*
 * A restore after the machine has come up, by hand for one, needs two minutes
 * of its own: the timer has gone off already.
 */
static void lp_watch_again(void)
{
	static const char *const up[] = {
		"systemctl", "--quiet", "is-active", "multi-user.target", NULL
	};
	static const char *const watch[] = {
		"systemctl", "--quiet", "restart", "livepoke-came-up.timer", NULL
	};

	if (!lp_has_systemd() || lp_run_program(up))
		return;
	if (lp_run_program(watch))
		lp_note("when the machine has shown that it runs with this: livepoke came-up");
}

static int lp_restore(const struct lp_list *lines, double timeout)
{
	int ret;

	if (lp_boot_skips()) {
		lp_note("nothing is restored: the machine did not come up after the last %d restores; when the cause is gone: livepoke came-up",
			lp_boot_count());
		return LP_OK;
	}
	if (!lp_boot_restored()) {
		ret = lp_set_boot_count(lp_boot_count() + 1);
		if (ret)
			return ret;
		lp_mark_restored();
		lp_watch_again();
	}
	ret = lp_insert_livepoke();
	return ret ?: lp_restore_all(lines, timeout);
}

int lp_cmd_restore(const struct lp_args *args)
{
	struct lp_list lines;
	int ret = lp_read_accepted(&lines);

	if (ret)
		return ret;
	if (lp_boot_forbids())
		lp_note("nothing is restored: livepoke.enable=0 on the kernel command line");
	else if (lines.count)
		ret = lp_restore(&lines, args->timeout < 0 ? LP_BOOT_WAIT : args->timeout);
	lp_list_free(&lines);
	return ret;
}

int lp_cmd_came_up(const struct lp_args *args)
{
	(void)args;
	if (!lp_boot_count())
		return LP_OK;
	return lp_set_boot_count(0);
}
