// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke block, unblock, blocked
 *
 * The kernel decides what may be blocked; here only words are put together
 * such that one request cannot be taken for two.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "accepted.h"
#include "block.h"
#include "cmd.h"
#include "errno_name.h"
#include "file.h"
#include "klog.h"
#include "module.h"
#include "msg.h"
#include "status.h"
#include "steer.h"
#include "wait.h"

static int lp_check_words(const char *function, const char *value,
			  const char *override)
{
	if (!lp_is_word(function, ".:$,-", 180))
		return lp_fail(LP_USAGE, 0, "give FUNCTION or MODULE:FUNCTION, with ,N for the Nth of that name",
			       "'%s' is no name of a function", function);
	if (value && !lp_is_word(value, "-+", 32))
		return lp_fail(LP_USAGE, 0, "give a number or the name of an error, like EPERM",
			       "'%s' is no value", value);
	if (override && !lp_is_word(override, ",", 16))
		return lp_fail(LP_USAGE, 0, "give deny, type or deny,type",
			       "'%s' cannot be overridden", override);
	return LP_OK;
}

/* One request to the kernel; an exit status after a message if it is refused. */
static int lp_control(const char *request, const char *doing, const char *function)
{
	char *path = lp_path("/sys/kernel/livepoke/control");
	int ret, log = lp_klog_open();

	ret = lp_write(path, request);
	free(path);
	if (ret == -ENOENT && !lp_control_exists()) {
		free(lp_klog_reason(log, function));
		return lp_fail(LP_FAILED, EOPNOTSUPP, "install a newer livepoke-dkms",
			       "the livepoke.ko that is loaded cannot block functions");
	}
	if (ret)
		return lp_refused(function, doing, -ret, log);
	free(lp_klog_reason(log, function));
	return LP_OK;
}

bool lp_control_exists(void)
{
	char *path = lp_path("/sys/kernel/livepoke/control");
	bool exists = lp_exists(path);

	free(path);
	return exists;
}

/**
 * lp_block_function() - the name that the kernel gives to what was typed
 * @typed:	[module:]function
 *
 * The names of loaded modules have no dashes, and those of the kernel's own
 * functions no module.
 */
char *lp_block_function(const char *typed)
{
	char *name, *function;

	if (lp_starts(typed, "vmlinux:"))
		return lp_copy(strchr(typed, ':') + 1);
	name = lp_format("block-%s", typed);
	lp_fold_name(name);
	function = lp_copy(name + strlen("block-"));
	free(name);
	return function;
}

/* The module of a [module:]function, NULL if that is a function of the kernel */
static char *lp_module_of(const char *function)
{
	const char *colon = strchr(function, ':');

	return colon ? lp_format("%.*s", (int)(colon - function), function) : NULL;
}

/*
 * A block of a module that is not there waits for it. One that is built in
 * never comes; one that modprobe does not know may come from elsewhere.
 */
static int lp_check_module(const char *function)
{
	char *module = lp_module_of(function), *cure;
	int ret = LP_OK;

	if (!module || lp_module_loaded(module)) {
		free(module);
		return LP_OK;
	}
	cure = lp_format("block %s", strchr(function, ':') + 1);
	switch (lp_module_known(module)) {
	case LP_BUILT_IN:
		ret = lp_fail(LP_NOT_FOUND, 0, cure,
			      "the module '%s' is built into this kernel", module);
		break;
	case LP_UNKNOWN:
		lp_note("modprobe knows no module '%s': is it spelled right?", module);
		break;
	case LP_MODULE:
		break;
	}
	free(cure);
	free(module);
	return ret;
}

/**
 * lp_block() - ask the kernel to block a function
 * @function:	[module:]function
 * @value:	what it returns, NULL for nothing
 * @override:	what to override, NULL for nothing
 *
 * Return: LP_OK, or an exit status after a message.
 */
int lp_block(const char *function, const char *value, const char *override)
{
	int ret = lp_check_words(function, value, override);
	char *request;

	if (!ret)
		ret = lp_check_module(function);
	if (ret)
		return ret;
	request = lp_format("engage %s%s%s%s%s", function, value ? " " : "",
			    value ? value : "", override ? " override=" : "",
			    override ? override : "");
	ret = lp_control(request, "block", function);
	free(request);
	return ret;
}

static char *lp_block_name(const char *function)
{
	return lp_format("block-%s", function);
}

/* Whether a block takes effect now: its module is there */
static bool lp_takes_effect(const struct lp_live *live)
{
	size_t i;

	for (i = 0; i < live->count; i++) {
		if (!live->objects[i].patched)
			return false;
	}
	return true;
}

static void lp_print_outcome(const char *function, const char *name, const char *word)
{
	struct lp_live live = lp_read_patch(name);
	char *module = lp_module_of(function);

	if (module && live.state == LP_PATCHED && !lp_takes_effect(&live))
		printf("%s: blocked as soon as %s is loaded\n", function, module);
	else
		printf("%s: %s\n", function, word ? word : lp_state_name(live.state));
	free(module);
	lp_free_patch(&live);
}

/* Waits and says how it ended. */
static int lp_finish(const struct lp_args *args, const char *function,
		     enum lp_state wanted, const char *word)
{
	char *name = lp_block_name(function);
	int ret = LP_OK;

	if (!args->no_wait)
		ret = lp_wait_transition(name, args->timeout);
	if (!ret && !args->no_wait && lp_patch_state(name) != wanted)
		ret = lp_fail(LP_FAILED, 0, "livepoke blocked shows what is",
			      "'%s' is not %s: somebody else changed it meanwhile",
			      function, word);
	if (!ret)
		lp_print_outcome(function, name, args->no_wait ? NULL : word);
	free(name);
	return ret;
}

/* A value as the kernel shows it: numbers and names of errors mean one thing. */
static char *lp_value_shown(const char *value)
{
	const char *name = value + (*value == '-');
	const char *known;
	char *end;
	long number;
	int err;

	errno = 0;
	number = strtol(value, &end, 0);
	if (!errno && end != value && !*end)
		return lp_format("%ld", number);
	for (err = 1; err < 4096; err++) {
		known = lp_errno_name(err);
		if (known && !strcmp(known, name))
			return lp_format("-%d", err);
	}
	return lp_copy(value);
}

/* Whether a function is blocked as it is asked for, or about to be */
static bool lp_is_blocked(const char *function, const char *value)
{
	char *name = lp_block_name(function);
	char *shown = value ? lp_value_shown(value) : lp_copy("void");
	struct lp_live live = lp_read_patch(name);
	bool same = (live.state == LP_PATCHED || live.state == LP_PATCHING) &&
		    live.value && !strcmp(live.value, shown);

	lp_free_patch(&live);
	free(shown);
	free(name);
	return same;
}

int lp_cmd_block(const struct lp_args *args)
{
	char *function = lp_block_function(args->words[0]);
	int ret = lp_check_words(function, args->words[1], args->override);

	if (!ret)
		ret = lp_insert_livepoke();
	if (!ret && !lp_is_blocked(function, args->words[1]))
		ret = lp_block(function, args->words[1], args->override);
	if (!ret)
		ret = lp_finish(args, function, LP_PATCHED, "blocked");
	free(function);
	return ret;
}

static enum lp_state lp_state_of_block(const char *function)
{
	char *name = lp_block_name(function);
	enum lp_state state = lp_patch_state(name);

	free(name);
	return state;
}

static int lp_unblock(const char *function)
{
	char *request = lp_format("disengage %s", function);
	int ret = LP_OK;

	/* Waiting for an unblocking that has begun is fine. */
	if (lp_state_of_block(function) != LP_UNPATCHING)
		ret = lp_control(request, "unblock", function);
	free(request);
	return ret;
}

static void lp_note_unblocked(const char *function)
{
	char *name = lp_block_name(function);

	lp_note_accepted(name);
	free(name);
}

int lp_cmd_unblock(const struct lp_args *args)
{
	char *function = lp_block_function(args->words[0]);
	int ret = lp_check_words(function, NULL, NULL);

	if (!ret && lp_state_of_block(function) != LP_GONE)
		ret = lp_unblock(function);
	if (!ret)
		ret = lp_finish(args, function, LP_GONE, "not blocked");
	if (!ret)
		lp_note_unblocked(function);
	free(function);
	return ret;
}

/* What a block does; its transition can be over before its module is there. */
static const char *lp_block_state(const struct lp_live *live)
{
	if (live->state == LP_PATCHED && !lp_takes_effect(live))
		return "waiting";
	return lp_state_name(live->state);
}

static void lp_print_blocked(const struct lp_lives *lives)
{
	size_t i, n = 0;

	for (i = 0; i < lives->count; i++) {
		const struct lp_live *live = &lives->item[i];

		if (!live->value)
			continue;
		if (!n++)
			printf("%-32s  %-8s  %-11s  %s\n", "FUNCTION", "RETURNS",
			       "STATE", "CALLS");
		printf("%-32s  %-8s  %-11s  %llu\n", live->name + strlen("block-"),
		       live->value, lp_block_state(live), live->hits);
	}
	if (!n)
		puts("no blocked functions");
}

static void lp_print_blocked_json(const struct lp_lives *lives)
{
	struct json_object *list = json_object_new_array(), *json;
	size_t i;

	for (i = 0; i < lives->count; i++) {
		const struct lp_live *live = &lives->item[i];

		if (!live->value)
			continue;
		json = json_object_new_object();
		json_object_object_add(json, "function",
				       json_object_new_string(live->name + strlen("block-")));
		json_object_object_add(json, "value", json_object_new_string(live->value));
		json_object_object_add(json, "state",
				       json_object_new_string(lp_block_state(live)));
		json_object_object_add(json, "hits", json_object_new_uint64(live->hits));
		json_object_array_add(list, json);
	}
	puts(json_object_to_json_string_ext(list, JSON_C_TO_STRING_PRETTY));
	json_object_put(list);
}

int lp_cmd_blocked(const struct lp_args *args)
{
	struct lp_lives lives = lp_read_patches();

	if (args->json)
		lp_print_blocked_json(&lives);
	else
		lp_print_blocked(&lives);
	lp_free_patches(&lives);
	return LP_OK;
}
