// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke list, install, uninstall
 */
#define _GNU_SOURCE
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "accepted.h"
#include "cmd.h"
#include "file.h"
#include "module.h"
#include "msg.h"
#include "patch.h"
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
	if (!ret)
		lp_note_accepted(name);
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

/* Installed patches, then what else is accepted: blocks, and from /lib/modules */
static struct lp_list lp_all_names(const char *release, const struct lp_list *accepted)
{
	struct lp_list names = lp_store_names(release);
	char *name;
	size_t i;

	for (i = 0; i < accepted->count; i++) {
		name = lp_accepted_name(accepted->item[i]);
		if (name && !lp_list_has(&names, name))
			lp_list_add(&names, name);
		else
			free(name);
	}
	return names;
}

int lp_cmd_list(const struct lp_args *args)
{
	struct json_object *rows;
	struct lp_list accepted, names;
	int ret = lp_read_accepted(&accepted);
	size_t i;

	if (ret)
		return ret;
	rows = args->json ? json_object_new_array() : NULL;
	names = lp_all_names(lp_release_of(args), &accepted);
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
