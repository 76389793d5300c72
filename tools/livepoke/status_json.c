// SPDX-License-Identifier: GPL-2.0
/*
 * The state of all patches as JSON: status.schema.json says what is in it.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include "accepted.h"
#include "boot_guard.h"
#include "module.h"
#include "status.h"
#include "system.h"

#define LP_SCHEMA	1

static void lp_add_text(struct json_object *to, const char *key, char *text)
{
	json_object_object_add(to, key, text ? json_object_new_string(text) : NULL);
	free(text);
}

static struct json_object *lp_function_json(const char *function)
{
	struct json_object *json = json_object_new_object();
	const char *comma = strchr(function, ',');

	lp_add_text(json, "name", lp_format("%.*s", (int)(comma - function), function));
	json_object_object_add(json, "sympos", json_object_new_int(atoi(comma + 1)));
	return json;
}

static struct json_object *lp_object_json(const struct lp_patch_object *object)
{
	struct json_object *json = json_object_new_object();
	struct json_object *functions = json_object_new_array();
	size_t i;

	for (i = 0; i < object->functions.count; i++)
		json_object_array_add(functions,
				      lp_function_json(object->functions.item[i]));
	json_object_object_add(json, "name", json_object_new_string(object->name));
	json_object_object_add(json, "patched", json_object_new_boolean(object->patched));
	json_object_object_add(json, "functions", functions);
	return json;
}

static struct json_object *lp_timing_json(const struct lp_live *live)
{
	struct json_object *json = json_object_new_object();
	const struct lp_timing *timing;

	for (timing = live->timing; timing->key; timing++)
		json_object_object_add(json, timing->key,
				       json_object_new_uint64(timing->value));
	return json;
}

static struct json_object *lp_block_json(const struct lp_live *live)
{
	struct json_object *json;

	if (!live->value)
		return NULL;
	json = json_object_new_object();
	json_object_object_add(json, "value", json_object_new_string(live->value));
	json_object_object_add(json, "hits", json_object_new_uint64(live->hits));
	json_object_object_add(json, "override", live->override ?
			       json_object_new_string(live->override) : NULL);
	return json;
}

/* null at rest, and for those who may not know */
static struct json_object *lp_tasks_json(const struct lp_live *live)
{
	int left = lp_in_motion(live->state) ? lp_tasks_left(live->name) : -1;

	return left < 0 ? NULL : json_object_new_int(left);
}

static struct json_object *lp_patch_json(const struct lp_live *live)
{
	struct json_object *json = json_object_new_object();
	struct json_object *objects = json_object_new_array();
	size_t i;

	for (i = 0; i < live->count; i++)
		json_object_array_add(objects, lp_object_json(&live->objects[i]));
	json_object_object_add(json, "name", json_object_new_string(live->name));
	json_object_object_add(json, "state",
			       json_object_new_string(lp_state_name(live->state)));
	json_object_object_add(json, "tasks_left", lp_tasks_json(live));
	json_object_object_add(json, "objects", objects);
	json_object_object_add(json, "block", lp_block_json(live));
	json_object_object_add(json, "timing", lp_timing_json(live));
	return json;
}

static struct json_object *lp_module_json(void)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "loaded",
			       json_object_new_boolean(lp_module_running()));
	lp_add_text(json, "version", lp_module_running_value("livepoke", "version"));
	lp_add_text(json, "installed_version", lp_installed_version());
	return json;
}

/* null if the list cannot be read */
static struct json_object *lp_accepted_json(void)
{
	struct json_object *list, *json;
	struct lp_list lines;
	char *name;
	size_t i;

	if (lp_accepted(&lines))
		return NULL;
	list = json_object_new_array();
	for (i = 0; i < lines.count; i++) {
		name = lp_accepted_name(lines.item[i]);
		json = json_object_new_object();
		lp_add_text(json, "name", name ? name : lp_copy(lines.item[i]));
		json_object_object_add(json, "in_force",
				       json_object_new_boolean(lp_in_force(lines.item[i])));
		json_object_array_add(list, json);
	}
	lp_list_free(&lines);
	return list;
}

struct json_object *lp_status_json(const struct lp_lives *lives)
{
	struct json_object *json = json_object_new_object();
	struct json_object *patches = json_object_new_array();
	size_t i;

	for (i = 0; i < lives->count; i++)
		json_object_array_add(patches, lp_patch_json(&lives->item[i]));
	json_object_object_add(json, "schema", json_object_new_int(LP_SCHEMA));
	json_object_object_add(json, "kernel",
			       json_object_new_string(lp_kernel_release()));
	lp_add_text(json, "lockdown", lp_lockdown());
	json_object_object_add(json, "module", lp_module_json());
	json_object_object_add(json, "patches", patches);
	json_object_object_add(json, "accepted", lp_accepted_json());
	json_object_object_add(json, "restore_skipped", json_object_new_boolean(lp_boot_skips()));
	return json;
}
