// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke list, install, uninstall, accept
 */
#define _GNU_SOURCE
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd.h"
#include "file.h"
#include "module.h"
#include "msg.h"
#include "patch.h"
#include "run.h"
#include "steer.h"
#include "store.h"

static const char *lp_release_of(const struct lp_args *args)
{
	return args->kernel ? args->kernel : lp_kernel_release();
}

/* The release that a module was built for: the first word of vermagic */
static char *lp_built_for(const char *file)
{
	char *magic = lp_module_file_value(file, "vermagic");

	if (magic)
		magic[strcspn(magic, " ")] = '\0';
	if (magic && (!lp_is_word(magic, ".-+~", 64) || *magic == '.')) {
		free(magic);
		magic = NULL;
	}
	return magic;
}

static int lp_store(const struct lp_source *source, const char *release)
{
	char *dir = lp_store_dir(release);
	char *path = lp_format("%s/%s.ko", dir, source->name);
	int ret = lp_make_dirs(dir);

	if (!ret)
		ret = lp_copy_file(source->file, path);
	if (ret)
		lp_fail(LP_FAILED, -ret, NULL, "cannot write %s", path);
	else
		printf("%s: installed for kernel %s\n", source->name, release);
	free(path);
	free(dir);
	return ret ? LP_FAILED : LP_OK;
}

int lp_cmd_install(const struct lp_args *args)
{
	struct lp_source source;
	char *release = NULL;
	int ret;

	ret = lp_find_patch_file(args->words[0], &source);
	if (!ret) {
		release = lp_built_for(source.file);
		ret = release ? lp_store(&source, release) :
			lp_fail(LP_FAILED, EINVAL, NULL,
				"'%s' does not say for which kernel it was built",
				args->words[0]);
	}
	free(release);
	lp_free_source(&source);
	return ret;
}

int lp_cmd_uninstall(const struct lp_args *args)
{
	const char *name = args->words[0], *release = lp_release_of(args);
	char *path = lp_valid_module_name(name) ? lp_store_find(name, release) : NULL;
	int ret = LP_OK;

	if (!path)
		return lp_fail(LP_NOT_FOUND, ENOENT, "livepoke list shows the installed ones",
			       "no patch '%s' is installed for kernel %s", name, release);
	if (unlink(path))
		ret = lp_fail(LP_FAILED, errno, NULL, "cannot remove %s", path);
	else
		printf("%s: not installed for kernel %s\n", name, release);
	free(path);
	return ret;
}

static void lp_list_row(const char *name, const struct lp_list *accepted,
			struct json_object *rows)
{
	bool comes_back = lp_is_accepted(accepted, name);
	const char *state = lp_state_name(lp_patch_state(name));
	struct json_object *row;

	if (!rows) {
		printf("%-32s  %-8s  %s\n", name, comes_back ? "yes" : "no", state);
		return;
	}
	row = json_object_new_object();
	json_object_object_add(row, "name", json_object_new_string(name));
	json_object_object_add(row, "accepted", json_object_new_boolean(comes_back));
	json_object_object_add(row, "state", json_object_new_string(state));
	json_object_array_add(rows, row);
}

/* Installed patches, then accepted ones that come from /lib/modules */
static struct lp_list lp_all_names(const char *release, const struct lp_list *accepted)
{
	struct lp_list names = lp_store_names(release);
	const char *name;
	size_t i;

	for (i = 0; i < accepted->count; i++) {
		if (!lp_starts(accepted->item[i], "patch "))
			continue;
		name = accepted->item[i] + strlen("patch ");
		if (!lp_list_has(&names, name))
			lp_list_add(&names, lp_copy(name));
	}
	return names;
}

int lp_cmd_list(const struct lp_args *args)
{
	struct lp_list accepted = lp_accepted();
	struct lp_list names = lp_all_names(lp_release_of(args), &accepted);
	struct json_object *rows = args->json ? json_object_new_array() : NULL;
	size_t i;

	if (!rows && names.count)
		printf("%-32s  %-8s  %s\n", "PATCH", "ACCEPTED", "STATE");
	else if (!rows)
		printf("no patches for kernel %s\n", lp_release_of(args));
	for (i = 0; i < names.count; i++)
		lp_list_row(names.item[i], &accepted, rows);
	if (rows) {
		puts(json_object_to_json_string_ext(rows, JSON_C_TO_STRING_PRETTY));
		json_object_put(rows);
	}
	lp_list_free(&names);
	lp_list_free(&accepted);
	return LP_OK;
}

/* How a live patch is written down; NULL if it cannot come back. */
static char *lp_accept_line(const struct lp_live *live, const char *override)
{
	struct lp_source source;
	char *line = NULL;

	if (live->state != LP_PATCHED)
		return NULL;
	if (live->value)
		return lp_format("block %s %s%s%s", live->name + strlen("block-"),
				 live->value, override ? " " : "",
				 override ? override : "");
	if (!lp_find_source(live->name, &source) && source.file)
		line = lp_format("patch %s", live->name);
	else
		lp_note("'%s' is not accepted; install it first: livepoke install FILE",
			live->name);
	lp_free_source(&source);
	return line;
}

/* Whether a line of the list is about that patch */
static bool lp_line_is_about(const char *line, const char *name)
{
	const char *what = strchr(line, ' ') ? strchr(line, ' ') + 1 : "";
	char *other = lp_starts(line, "block ") ?
		lp_format("block-%.*s", (int)strcspn(what, " "), what) : lp_copy(what);
	bool same = !strcmp(other, name);

	free(other);
	return same;
}

static void lp_drop_lines(struct lp_list *lines, const char *name)
{
	size_t i, kept = 0;

	for (i = 0; i < lines->count; i++) {
		if (lp_line_is_about(lines->item[i], name))
			free(lines->item[i]);
		else
			lines->item[kept++] = lines->item[i];
	}
	lines->count = kept;
}

/* The service that restores them is enabled by the first thing accepted. */
static void lp_enable_service(void)
{
	const char *const argv[] = {
		"systemctl", "--quiet", "enable", "livepoke.service", NULL
	};
	int ret;

	if (!lp_is_dir("/run/systemd/system"))
		return;
	ret = lp_run_program(argv);
	if (ret)
		lp_note("livepoke.service could not be enabled: nothing will come back at boot");
}

static int lp_save(const struct lp_list *lines)
{
	int ret = lp_set_accepted(lines);

	if (ret)
		return lp_fail(LP_FAILED, -ret, NULL, "cannot write " LP_STORE "/accepted");
	if (lines->count)
		lp_enable_service();
	return LP_OK;
}

/* Without a name: exactly what is in force now. */
static int lp_accept_all(const char *override)
{
	struct lp_lives lives = lp_read_patches();
	struct lp_list lines = { 0 };
	char *line;
	size_t i;
	int ret;

	for (i = 0; i < lives.count; i++) {
		line = lp_accept_line(&lives.item[i], override);
		if (line)
			lp_list_add(&lines, line);
	}
	ret = lp_save(&lines);
	if (!ret)
		printf("%zu accepted for boot\n", lines.count);
	lp_list_free(&lines);
	lp_free_patches(&lives);
	return ret;
}

static int lp_accept_one(const char *name, const char *override)
{
	struct lp_live live = lp_read_patch(name);
	char *line = lp_accept_line(&live, override);
	struct lp_list lines = lp_accepted();
	int ret;

	if (line) {
		lp_drop_lines(&lines, name);
		lp_list_add(&lines, line);
		ret = lp_save(&lines);
		if (!ret)
			printf("%s: accepted for boot\n", name);
	} else {
		ret = lp_fail(LP_FAILED, 0, "only what is installed and in force can be accepted",
			      "'%s' is not accepted", name);
	}
	lp_list_free(&lines);
	lp_free_patch(&live);
	return ret;
}

static int lp_revoke(const char *name)
{
	struct lp_list lines = lp_accepted();
	size_t before = lines.count;
	int ret;

	if (name) {
		lp_drop_lines(&lines, name);
		if (lines.count == before) {
			lp_list_free(&lines);
			return lp_fail(LP_NOT_FOUND, ENOENT, "livepoke list shows what is",
				       "'%s' is not accepted", name);
		}
	} else {
		lp_list_free(&lines);
	}
	ret = lp_save(&lines);
	if (!ret)
		printf("%s: not accepted\n", name ? name : "all");
	lp_list_free(&lines);
	return ret;
}

int lp_cmd_accept(const struct lp_args *args)
{
	if (args->revoke)
		return lp_revoke(args->words[0]);
	if (!lp_module_running())
		return lp_fail(LP_NO_MODULE, 0, "modprobe livepoke", "livepoke.ko is not loaded");
	if (args->override && !lp_is_word(args->override, ",", 16))
		return lp_fail(LP_USAGE, 0, "give deny, type or deny,type",
			       "'%s' cannot be overridden", args->override);
	return args->count ? lp_accept_one(args->words[0], args->override) :
			     lp_accept_all(args->override);
}
