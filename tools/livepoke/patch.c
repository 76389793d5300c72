// SPDX-License-Identifier: GPL-2.0
/*
 * Live patches, as /sys/kernel/livepoke shows them.
 *
 * A patch may go away at any moment while we look; what is not there any
 * more is skipped.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "file.h"
#include "module.h"
#include "msg.h"
#include "patch.h"

#define LP_SYSFS	"/sys/kernel/livepoke"

char *lp_patch_path(const char *name, const char *attribute)
{
	return lp_path(LP_SYSFS "/%s/%s", name, attribute);
}

/* A small number; -1 if the patch is not there */
static int lp_flag(const char *name, const char *attribute)
{
	char *path = lp_patch_path(name, attribute);
	char *value = lp_read_line(path);
	int flag = value ? atoi(value) : -1;

	free(value);
	free(path);
	return flag;
}

/**
 * lp_patch_state() - what a patch is doing
 * @name:	the patch
 *
 * A directory that goes away between two reads belongs to a patch that has
 * been disabled.
 */
enum lp_state lp_patch_state(const char *name)
{
	int moving = lp_flag(name, "transition");
	int enabled = lp_flag(name, "enabled");

	if (moving == 1 && enabled >= 0)
		return enabled ? LP_PATCHING : LP_UNPATCHING;
	if (moving == 0 && enabled == 1)
		return LP_PATCHED;
	return lp_module_loaded(name) ? LP_DISABLED : LP_GONE;
}

const char *lp_state_name(enum lp_state state)
{
	static const char *const names[] = {
		[LP_GONE] = "not loaded", [LP_DISABLED] = "disabled",
		[LP_PATCHING] = "patching", [LP_PATCHED] = "patched",
		[LP_UNPATCHING] = "unpatching",
	};

	return names[state];
}

bool lp_in_motion(enum lp_state state)
{
	return state == LP_PATCHING || state == LP_UNPATCHING;
}

/* Its place in the stack, from 1; 0 if it has none */
int lp_stack_order(const char *name)
{
	int order = lp_flag(name, "stack_order");

	return order > 0 ? order : 0;
}

/* Patches in sysfs, and modules that use livepoke but patch nothing now. */
struct lp_list lp_patch_names(void)
{
	char *root = lp_path(LP_SYSFS), *path;
	struct lp_list all = lp_names_in(root), names = lp_module_holders();
	size_t i;

	for (i = 0; i < all.count; i++) {
		path = lp_patch_path(all.item[i], "enabled");
		if (lp_exists(path) && !lp_list_has(&names, all.item[i]))
			lp_list_add(&names, lp_copy(all.item[i]));
		free(path);
	}
	lp_list_free(&all);
	free(root);
	lp_list_sort(&names);
	return names;
}

static struct lp_list lp_read_functions(const char *dir)
{
	struct lp_list all = lp_names_in(dir), functions = { 0 };
	size_t i;

	for (i = 0; i < all.count; i++) {
		if (strchr(all.item[i], ','))
			lp_list_add(&functions, lp_copy(all.item[i]));
	}
	lp_list_free(&all);
	return functions;
}

static void lp_read_object(struct lp_live *live, const char *name)
{
	char *dir = lp_patch_path(live->name, name);
	struct lp_patch_object *object;
	char *flag;

	if (lp_is_dir(dir)) {
		live->objects = reallocarray(live->objects, live->count + 1,
					     sizeof(*live->objects));
		if (!live->objects)
			lp_out_of_memory();
		object = &live->objects[live->count++];
		flag = lp_format("%s/patched", name);
		object->name = lp_copy(name);
		object->patched = lp_flag(live->name, flag) == 1;
		object->functions = lp_read_functions(dir);
		free(flag);
	}
	free(dir);
}

static void lp_read_timing(struct lp_live *live)
{
	char *path = lp_patch_path(live->name, "timing"), *text;
	struct lp_list words = { 0 };
	size_t i;

	if (live->state != LP_DISABLED && !lp_read(path, &text)) {
		words = lp_split(text, "\n ");
		free(text);
	}
	live->timing = calloc(words.count / 2 + 1, sizeof(*live->timing));
	if (!live->timing)
		lp_out_of_memory();
	for (i = 0; i + 1 < words.count; i += 2) {
		live->timing[i / 2].key = lp_copy(words.item[i]);
		live->timing[i / 2].value = strtoull(words.item[i + 1], NULL, 10);
	}
	lp_list_free(&words);
	free(path);
}

static void lp_read_block(struct lp_live *live)
{
	char *path = lp_patch_path(live->name, "value"), *hits;

	live->value = lp_read_line(path);
	free(path);
	path = lp_patch_path(live->name, "hits");
	hits = live->value ? lp_read_line(path) : NULL;
	live->hits = hits ? strtoull(hits, NULL, 10) : 0;
	free(hits);
	free(path);
	path = lp_patch_path(live->name, "override");
	live->override = live->value ? lp_read_line(path) : NULL;
	if (live->override && !strcmp(live->override, "none")) {
		free(live->override);
		live->override = NULL;
	}
	free(path);
}

struct lp_live lp_read_patch(const char *name)
{
	struct lp_live live = { .name = lp_copy(name) };
	char *dir = lp_patch_path(name, "");
	struct lp_list names = { 0 };
	size_t i;

	/* What a disabled patch still has in sysfs is about to go. */
	live.state = lp_patch_state(name);
	if (live.state != LP_DISABLED)
		names = lp_names_in(dir);
	for (i = 0; i < names.count; i++)
		lp_read_object(&live, names.item[i]);
	lp_read_timing(&live);
	lp_read_block(&live);
	lp_list_free(&names);
	free(dir);
	return live;
}

struct lp_lives lp_read_patches(void)
{
	struct lp_list names = lp_patch_names();
	struct lp_lives lives = { .item = calloc(names.count + 1, sizeof(*lives.item)) };
	size_t i;

	if (!lives.item)
		lp_out_of_memory();
	for (i = 0; i < names.count; i++) {
		struct lp_live live = lp_read_patch(names.item[i]);

		/* A block has no module: once out, only its directory lingers. */
		if (live.state == LP_GONE)
			lp_free_patch(&live);
		else
			lives.item[lives.count++] = live;
	}
	lp_list_free(&names);
	return lives;
}

/* A figure of the last transition; NULL if this module does not give it. */
const unsigned long long *lp_timing_of(const struct lp_live *live, const char *key)
{
	struct lp_timing *timing;

	for (timing = live->timing; timing->key; timing++) {
		if (!strcmp(timing->key, key))
			return &timing->value;
	}
	return NULL;
}

void lp_free_patch(struct lp_live *live)
{
	struct lp_timing *timing;
	size_t i;

	for (i = 0; i < live->count; i++) {
		free(live->objects[i].name);
		lp_list_free(&live->objects[i].functions);
	}
	for (timing = live->timing; timing->key; timing++)
		free(timing->key);
	free(live->timing);
	free(live->value);
	free(live->override);
	free(live->objects);
	free(live->name);
}

void lp_free_patches(struct lp_lives *lives)
{
	size_t i;

	for (i = 0; i < lives->count; i++)
		lp_free_patch(&lives->item[i]);
	free(lives->item);
}
