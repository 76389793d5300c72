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
#include "block.h"
#include "cmd.h"
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
	if (!lp_is_word(function, ".:$-", 180))
		return lp_fail(LP_USAGE, 0, "give FUNCTION or MODULE:FUNCTION",
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

/* Waits and says how it ended. */
static int lp_finish(const struct lp_args *args, enum lp_state wanted,
		     const char *word)
{
	char *name = lp_block_name(args->words[0]);
	int ret = LP_OK;

	if (!args->no_wait)
		ret = lp_wait_transition(name, args->timeout);
	if (!ret && !args->no_wait && lp_patch_state(name) != wanted)
		ret = lp_fail(LP_FAILED, 0, "livepoke blocked shows what is",
			      "'%s' is not %s: somebody else changed it meanwhile",
			      args->words[0], word);
	if (!ret)
		printf("%s: %s\n", args->words[0],
		       args->no_wait ? lp_state_name(lp_patch_state(name)) : word);
	free(name);
	return ret;
}

int lp_cmd_block(const struct lp_args *args)
{
	int ret = lp_check_words(args->words[0], args->words[1], args->override);

	if (!ret)
		ret = lp_insert_livepoke();
	if (!ret)
		ret = lp_block(args->words[0], args->words[1], args->override);
	return ret ?: lp_finish(args, LP_PATCHED, "blocked");
}

int lp_cmd_unblock(const struct lp_args *args)
{
	const char *function = args->words[0];
	char *request, *name;
	int ret = lp_check_words(function, NULL, NULL);

	if (ret)
		return ret;
	name = lp_block_name(function);
	request = lp_format("disengage %s", function);
	/* Waiting for an unblocking that has begun is fine. */
	if (lp_patch_state(name) != LP_UNPATCHING)
		ret = lp_control(request, "unblock", function);
	free(request);
	free(name);
	return ret ?: lp_finish(args, LP_GONE, "not blocked");
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
		       live->value, lp_state_name(live->state), live->hits);
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
				       json_object_new_string(lp_state_name(live->state)));
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
