// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke restore, came-up: what livepoke.service does
 *
 * A patch that keeps the machine from coming up must not do so for ever. Each
 * restore is counted on disk before it begins; came-up, two minutes after the
 * machine is up, puts the count back to 0. After two restores without it the
 * restore is skipped. A boot that comes up without a restore proves nothing:
 * livepoke-came-up.service asks for the mark that a restore leaves in /run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "block.h"
#include "cmd.h"
#include "file.h"
#include "module.h"
#include "msg.h"
#include "patch.h"
#include "steer.h"
#include "store.h"
#include "system.h"
#include "wait.h"

#define LP_BOOT_TRIES	2
#define LP_BOOT_WAIT	30

static char *lp_count_path(void)
{
	return lp_path(LP_STORE "/restores");
}

static int lp_boot_count(void)
{
	char *path = lp_count_path(), *line = lp_read_line(path);
	int count = line ? atoi(line) : 0;

	free(line);
	free(path);
	return count;
}

static int lp_set_boot_count(int count)
{
	char *path = lp_count_path(), *text = lp_format("%d\n", count);
	int ret = lp_replace_file(path, text);

	if (ret)
		lp_fail(LP_FAILED, -ret, NULL, "cannot write %s", path);
	free(text);
	free(path);
	return ret ? LP_FAILED : LP_OK;
}

static void lp_mark_restored(void)
{
	char *dir = lp_path("/run/livepoke"), *mark = lp_format("%s/restored", dir);
	int ret = lp_make_dirs(dir);

	if (!ret)
		ret = lp_replace_file(mark, "");
	if (ret)
		lp_note("cannot write %s: when the machine is up, livepoke came-up says so",
			mark);
	free(mark);
	free(dir);
}

static int lp_restore_patch(const char *name)
{
	struct lp_source source;
	int ret;

	ret = lp_find_source(name, &source);
	if (!ret)
		ret = lp_bring_up(&source, "");
	if (!ret)
		ret = lp_wait_transition(source.name, LP_BOOT_WAIT);
	lp_free_source(&source);
	return ret;
}

static int lp_restore_block(const char *function, const char *value,
			    const char *override)
{
	char *name = lp_format("block-%s", function);
	int ret = LP_OK;

	if (lp_patch_state(name) == LP_GONE)
		ret = lp_block(function, strcmp(value, "void") ? value : NULL,
			       override);
	if (!ret)
		ret = lp_wait_transition(name, LP_BOOT_WAIT);
	free(name);
	return ret;
}

static int lp_restore_line(const char *line)
{
	struct lp_list words = lp_split(line, " ");
	int ret;

	if (words.count == 2 && !strcmp(words.item[0], "patch"))
		ret = lp_restore_patch(words.item[1]);
	else if (words.count == 3 && !strcmp(words.item[0], "block"))
		ret = lp_restore_block(words.item[1], words.item[2], NULL);
	else if (words.count == 4 && !strcmp(words.item[0], "block"))
		ret = lp_restore_block(words.item[1], words.item[2], words.item[3]);
	else
		ret = lp_fail(LP_FAILED, EINVAL, "livepoke accept writes it anew",
			      "'%s' in " LP_STORE "/accepted means nothing", line);
	lp_list_free(&words);
	return ret;
}

/* One that fails does not stop the others. */
static int lp_restore_all(const struct lp_list *lines)
{
	size_t i, failed = 0;

	for (i = 0; i < lines->count; i++)
		failed += lp_restore_line(lines->item[i]) != LP_OK;
	printf("%zu of %zu restored\n", lines->count - failed, lines->count);
	return failed ? LP_FAILED : LP_OK;
}

static int lp_restore(const struct lp_list *lines)
{
	int count = lp_boot_count(), ret;

	if (count >= LP_BOOT_TRIES) {
		lp_note("nothing is restored: the machine did not come up after the last %d restores; when the cause is gone: livepoke came-up",
			count);
		return LP_OK;
	}
	ret = lp_set_boot_count(count + 1);
	if (ret)
		return ret;
	lp_mark_restored();
	ret = lp_insert_livepoke();
	return ret ?: lp_restore_all(lines);
}

int lp_cmd_restore(const struct lp_args *args)
{
	struct lp_list lines = lp_accepted();
	int ret = LP_OK;

	(void)args;
	if (lp_on_command_line("livepoke.enable=0"))
		lp_note("nothing is restored: livepoke.enable=0 on the kernel command line");
	else if (lines.count)
		ret = lp_restore(&lines);
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
