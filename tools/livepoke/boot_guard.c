// SPDX-License-Identifier: GPL-2.0
/*
 * The guard against patches that keep the machine from coming up.
 *
 * A patch must not do so for ever. The first restore of each boot is counted on
 * disk before it begins; came-up, two minutes after the machine is up, puts the
 * count back to 0. After two boots without it the restore is skipped. The mark
 * in /run tells that this boot has restored: another restore is not another
 * boot. A boot that comes up without a restore proves nothing:
 * livepoke-came-up.service asks for the mark.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include "boot_guard.h"
#include "file.h"
#include "msg.h"
#include "store.h"
#include "system.h"

#define LP_BOOT_TRIES	2

static char *lp_count_path(void)
{
	return lp_path(LP_STORE "/restores");
}

static char *lp_mark_path(void)
{
	return lp_path("/run/livepoke/restored");
}

/* Boots with a restore since the machine last came up */
int lp_boot_count(void)
{
	char *path = lp_count_path(), *line = lp_read_line(path);
	int count = line ? atoi(line) : 0;

	free(line);
	free(path);
	return count;
}

/* LP_OK, or an exit status after a message */
int lp_set_boot_count(int count)
{
	char *path = lp_count_path(), *text = lp_format("%d\n", count);
	int ret = lp_replace_file(path, text);

	if (ret)
		lp_fail(LP_FAILED, -ret, NULL, "cannot write %s", path);
	free(text);
	free(path);
	return ret ? LP_FAILED : LP_OK;
}

/* Whether this boot has restored already */
bool lp_boot_restored(void)
{
	char *mark = lp_mark_path();
	bool restored = lp_exists(mark);

	free(mark);
	return restored;
}

void lp_mark_restored(void)
{
	char *dir = lp_path("/run/livepoke"), *mark = lp_mark_path();
	int ret = lp_make_dirs(dir);

	if (!ret)
		ret = lp_replace_file(mark, "");
	if (ret)
		lp_note("cannot write %s: when the machine is up, livepoke came-up says so",
			mark);
	free(mark);
	free(dir);
}

/* Whether a restore is skipped for what the last boots did */
bool lp_boot_skips(void)
{
	return !lp_boot_restored() && lp_boot_count() >= LP_BOOT_TRIES;
}

/* Whether who booted this kernel wants no restore */
bool lp_boot_forbids(void)
{
	return lp_on_command_line("livepoke.enable=0");
}
