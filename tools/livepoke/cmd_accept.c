// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke accept
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "accepted.h"
#include "boot_guard.h"
#include "build_id.h"
#include "cmd.h"
#include "file.h"
#include "module.h"
#include "msg.h"
#include "patch.h"
#include "run.h"
#include "steer.h"
#include "store.h"
#include "system.h"

/* What it was loaded with is not written down. */
static void lp_note_params(const char *name)
{
	char *dir = lp_path("/sys/module/%s/parameters", name);

	if (lp_is_dir(dir))
		lp_note("'%s' comes back with the parameters of 'options %s ...' in modprobe.d, not with those it was loaded with",
			name, name);
	free(dir);
}

/* What comes back is the file: it must be what is in force. */
static int lp_check_file(const char *name)
{
	static const char cure[] = "install what is loaded: livepoke install FILE";
	struct lp_source source;
	int ret = LP_OK;

	if (lp_find_source(name, &source) || !source.file)
		ret = lp_fail(LP_FAILED, 0, cure,
			      "'%s' is not accepted: its file is not known", name);
	else if (lp_is_other_build(name, source.file))
		ret = lp_fail(LP_FAILED, EEXIST, cure,
			      "'%s' is not accepted: %s, which would come back, is another build of it",
			      name, source.file);
	else
		lp_note_params(name);
	lp_free_source(&source);
	return ret;
}

/* How a live patch is written down; NULL after a message if it cannot come back. */
static char *lp_accept_line(const struct lp_live *live)
{
	if (live->value)
		return lp_format("block %s %s%s%s", live->name + strlen("block-"),
				 live->value, live->override ? " " : "",
				 live->override ? live->override : "");
	return lp_check_file(live->name) ? NULL : lp_format("patch %s", live->name);
}

static void lp_drop_lines(struct lp_list *lines, const char *name)
{
	size_t i, kept = 0;
	char *other;

	for (i = 0; i < lines->count; i++) {
		other = lp_accepted_name(lines->item[i]);
		if (other && !strcmp(other, name))
			free(lines->item[i]);
		else
			lines->item[kept++] = lines->item[i];
		free(other);
	}
	lines->count = kept;
}

/* The service that restores them is enabled by the first thing accepted. */
static int lp_enable_service(void)
{
	const char *const argv[] = {
		"systemctl", "--quiet", "enable", "livepoke.service", NULL
	};

	if (!lp_has_systemd()) {
		lp_note("there is no systemd here: have 'livepoke restore' run at boot, and 'livepoke came-up' two minutes later");
		return LP_OK;
	}
	if (!lp_run_program(argv))
		return LP_OK;
	return lp_fail(LP_FAILED, 0, "systemctl enable livepoke.service says why",
		       "nothing will come back at boot: livepoke.service could not be enabled");
}

static int lp_save(const struct lp_list *lines)
{
	int ret = lp_set_accepted(lines);

	if (ret)
		return lp_fail(LP_FAILED, -ret, NULL, "cannot write " LP_STORE "/accepted");
	if (lines->count && lp_boot_skips())
		lp_note("the next restore will be skipped: the machine did not come up after the last %d; when the cause is gone: livepoke came-up",
			lp_boot_count());
	return lines->count ? lp_enable_service() : LP_OK;
}

/* Whether a transition ends in force is not known before its end. */
static int lp_check_settled(const struct lp_lives *lives)
{
	size_t i;

	for (i = 0; i < lives->count; i++) {
		if (lp_in_motion(lives->item[i].state))
			return lp_fail(LP_FAILED, EBUSY, "wait until it is over (livepoke status)",
				       "the list is left as it was: '%s' is %s",
				       lives->item[i].name,
				       lp_state_name(lives->item[i].state));
	}
	return LP_OK;
}

/* Without a name: exactly what is in force now. */
static int lp_accept_lives(const struct lp_lives *lives)
{
	struct lp_list lines = { 0 };
	size_t i, left_out = 0;
	char *line;
	int ret;

	for (i = 0; i < lives->count; i++) {
		if (lives->item[i].state != LP_PATCHED)
			continue;
		line = lp_accept_line(&lives->item[i]);
		if (line)
			lp_list_add(&lines, line);
		else
			left_out++;
	}
	lp_order_accepted(&lines);
	ret = lp_save(&lines);
	if (!ret)
		printf("%zu accepted for boot\n", lines.count);
	lp_list_free(&lines);
	return ret ?: left_out ? LP_FAILED : LP_OK;
}

static int lp_accept_all(void)
{
	struct lp_lives lives = lp_read_patches();
	int ret = lp_check_settled(&lives);

	if (!ret)
		ret = lp_accept_lives(&lives);
	lp_free_patches(&lives);
	return ret;
}

static int lp_add_accepted(const char *name, char *line)
{
	struct lp_list lines;
	int ret = lp_read_accepted(&lines);

	if (ret) {
		free(line);
		return ret;
	}
	lp_drop_lines(&lines, name);
	lp_list_add(&lines, line);
	lp_order_accepted(&lines);
	ret = lp_save(&lines);
	if (!ret)
		printf("%s: accepted for boot\n", name);
	lp_list_free(&lines);
	return ret;
}

static int lp_accept_one(const char *name)
{
	struct lp_live live = lp_read_patch(name);
	int ret = LP_FAILED;
	char *line;

	if (live.state != LP_PATCHED) {
		lp_fail(LP_FAILED, 0, "only what is in force can be accepted",
			"'%s' is not accepted: it is %s", name,
			lp_state_name(live.state));
	} else {
		line = lp_accept_line(&live);
		if (line)
			ret = lp_add_accepted(name, line);
	}
	lp_free_patch(&live);
	return ret;
}

static int lp_revoke_one(const char *name)
{
	struct lp_list lines;
	size_t before;
	int ret = lp_read_accepted(&lines);

	if (ret)
		return ret;
	before = lines.count;
	lp_drop_lines(&lines, name);
	if (lines.count == before)
		ret = lp_fail(LP_NOT_FOUND, ENOENT, "livepoke list shows what is",
			      "'%s' is not accepted", name);
	else
		ret = lp_save(&lines);
	lp_list_free(&lines);
	return ret;
}

static int lp_revoke(const char *name)
{
	struct lp_list none = { 0 };
	int ret = name ? lp_revoke_one(name) : lp_save(&none);

	if (!ret)
		printf("%s: not accepted\n", name ? name : "all");
	return ret;
}

int lp_cmd_accept(const struct lp_args *args)
{
	int ret;

	if (!args->revoke && !lp_module_running())
		return lp_fail(LP_NO_MODULE, 0, "modprobe livepoke", "livepoke.ko is not loaded");
	ret = lp_lock_accepted();
	if (ret)
		return ret;
	if (args->revoke)
		return lp_revoke(args->words[0]);
	return args->count ? lp_accept_one(args->words[0]) : lp_accept_all();
}
