// SPDX-License-Identifier: GPL-2.0
/*
 * The list of commands and their options.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "msg.h"
#include "text.h"

enum {
	LP_KEY_FUNCTION = 'f',
	LP_KEY_JSON = 'j',
	LP_KEY_KERNEL = 'k',
	LP_KEY_MODULE = 'm',
	LP_KEY_OUTPUT = 'o',
	LP_KEY_REVOKE = 'r',
	LP_KEY_SECONDS = 's',
	LP_KEY_TIMEOUT = 't',
	LP_KEY_YES = 'y',
	LP_KEY_OVERRIDE = 'O',
	LP_KEY_CHECK = 'C',
	LP_KEY_METRICS = 'M',
	LP_KEY_NO_WAIT = 'n',
};

static const struct argp_option lp_options[] = {
	{ "function", LP_KEY_FUNCTION, "NAME", 0, "function to replace", 0 },
	{ "json", LP_KEY_JSON, 0, 0, "print JSON", 0 },
	{ "kernel", LP_KEY_KERNEL, "RELEASE", 0, "work for that kernel, not the running one", 0 },
	{ "module", LP_KEY_MODULE, "NAME", 0, "the function is in this module", 0 },
	{ "output", LP_KEY_OUTPUT, "FILE", 0, "write to FILE (- is standard output)", 0 },
	{ "override", LP_KEY_OVERRIDE, "WHAT", 0, "block in spite of: deny, type or deny,type", 0 },
	{ "revoke", LP_KEY_REVOKE, 0, 0, "take the acceptance back", 0 },
	{ "seconds", LP_KEY_SECONDS, "N", 0, "stop after N seconds", 0 },
	{ "timeout", LP_KEY_TIMEOUT, "SECONDS", 0, "wait that long for a transition", 0 },
	{ "yes", LP_KEY_YES, 0, 0, "do not ask", 0 },
	{ "check", LP_KEY_CHECK, 0, 0, "exit status 7 unless all is well", 0 },
	{ "metrics", LP_KEY_METRICS, 0, 0, "print metrics for Prometheus", 0 },
	{ "no-wait", LP_KEY_NO_WAIT, 0, 0, "do not wait for the transition", 0 },
	{ 0 }
};

const struct lp_cmd lp_commands[] = {
	{ "status", "[NAME]", 0, 1, LP_TAKES_NAME, "jMC",
	  "show the live patches", lp_cmd_status },
	{ "load", "FILE|NAME [PARAM...]", 1, 64, LP_NEED_ROOT, "nt",
	  "load a patch and wait until it is in force", lp_cmd_load },
	{ "unload", "NAME", 1, 1, LP_NEED_ROOT | LP_NEED_MODULE | LP_TAKES_NAME, "t",
	  "disable a patch and remove its module", lp_cmd_unload },
	{ "enable", "FILE|NAME", 1, 1, LP_NEED_ROOT, "nt",
	  "like load; also takes back a disable", lp_cmd_enable },
	{ "disable", "NAME", 1, 1, LP_NEED_ROOT | LP_NEED_MODULE | LP_TAKES_NAME, "nt",
	  "put the old functions back", lp_cmd_disable },
	{ "block", "[MODULE:]FUNCTION[,N] [VALUE]", 1, 2, LP_NEED_ROOT | LP_TAKES_VALUE, "ntO",
	  "have a function return VALUE at once", lp_cmd_block },
	{ "unblock", "[MODULE:]FUNCTION[,N]", 1, 1, LP_NEED_ROOT | LP_NEED_MODULE, "nt",
	  "give a blocked function back", lp_cmd_unblock },
	{ "blocked", "", 0, 0, LP_NEED_MODULE, "j",
	  "show the blocked functions", lp_cmd_blocked },
	{ "blockers", "NAME", 1, 1, LP_NEED_ROOT | LP_NEED_MODULE | LP_TAKES_NAME, "",
	  "explain which tasks a transition waits for", lp_cmd_blockers },
	{ "force", "NAME", 1, 1, LP_NEED_ROOT | LP_NEED_MODULE | LP_TAKES_NAME, "y",
	  "end a transition without its last tasks", lp_cmd_force },
	{ "check", "FILE.ko", 1, 1, 0, "j",
	  "find everything that would stop a patch", lp_cmd_check },
	{ "list", "", 0, 0, 0, "jk",
	  "show the installed patches", lp_cmd_list },
	{ "install", "FILE.ko", 1, 1, LP_NEED_ROOT, "",
	  "put a patch into the patch store", lp_cmd_install },
	{ "uninstall", "NAME", 1, 1, LP_NEED_ROOT | LP_TAKES_NAME, "k",
	  "remove it from there", lp_cmd_uninstall },
	{ "accept", "[NAME]", 0, 1, LP_NEED_ROOT | LP_TAKES_NAME, "r",
	  "have what works now come back at boot", lp_cmd_accept },
	{ "restore", "", 0, 0, LP_NEED_ROOT, "t",
	  "at boot: bring accepted patches and blocks back", lp_cmd_restore },
	{ "came-up", "", 0, 0, LP_NEED_ROOT, "",
	  "at boot: the machine came up with them", lp_cmd_came_up },
	{ "new", "NAME", 1, 1, 0, "fm",
	  "make a directory to write a patch in", lp_cmd_new },
	{ "build", "DIR", 1, 1, 0, "k",
	  "build the patch in a directory", lp_cmd_build },
	{ "sign", "FILE.ko", 1, 1, LP_NEED_ROOT, "k",
	  "sign a patch with the key that dkms uses", lp_cmd_sign },
	{ "report", "", 0, 0, LP_NEED_ROOT, "o",
	  "write one file for a bug report", lp_cmd_report },
	{ "events", "", 0, 0, 0, "sj",
	  "follow transitions as they happen", lp_cmd_events },
	{ "doctor", "", 0, 0, 0, "j",
	  "check this system, with a cure for each fault", lp_cmd_doctor },
	{ 0 }
};

const struct lp_cmd *lp_find_command(const char *name)
{
	const struct lp_cmd *cmd;

	for (cmd = lp_commands; cmd->name; cmd++) {
		if (!strcmp(cmd->name, name))
			return cmd;
	}
	return NULL;
}

/* What argp calls back with; it does not see the value. */
struct lp_parse {
	const struct lp_cmd *cmd;
	struct lp_args *args;
	char *value;
};

static double lp_seconds(struct argp_state *state, const char *arg)
{
	char *end;
	double value = strtod(arg, &end);

	if (end == arg || *end || !(value >= 0 && value < 1e9))
		argp_error(state, "'%s' is no number of seconds", arg);
	return value;
}

static error_t lp_parse_word(struct argp_state *state, char *arg)
{
	struct lp_parse *parse = state->input;

	if (parse->args->count >= parse->cmd->max)
		argp_error(state, "too many arguments");
	else
		parse->args->words[parse->args->count++] = arg;
	return 0;
}

static const char *lp_release(struct argp_state *state, const char *arg)
{
	if (!lp_is_word(arg, ".-+~", 64) || *arg == '.' || *arg == '-')
		argp_error(state, "'%s' is no kernel release", arg);
	return arg;
}

static error_t lp_parse_flag(int key, struct lp_args *args)
{
	switch (key) {
	case LP_KEY_JSON:
		args->json = true;
		return 0;
	case LP_KEY_METRICS:
		args->metrics = true;
		return 0;
	case LP_KEY_CHECK:
		args->check = true;
		return 0;
	case LP_KEY_NO_WAIT:
		args->no_wait = true;
		return 0;
	case LP_KEY_REVOKE:
		args->revoke = true;
		return 0;
	case LP_KEY_YES:
		args->yes = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t lp_parse_value(int key, char *arg, struct argp_state *state)
{
	struct lp_args *args = ((struct lp_parse *)state->input)->args;

	switch (key) {
	case LP_KEY_TIMEOUT:
		args->timeout = lp_seconds(state, arg);
		return 0;
	case LP_KEY_SECONDS:
		args->seconds = lp_seconds(state, arg);
		return 0;
	case LP_KEY_KERNEL:
		args->kernel = lp_release(state, arg);
		return 0;
	case LP_KEY_FUNCTION:
		args->function = arg;
		return 0;
	case LP_KEY_MODULE:
		args->object = arg;
		return 0;
	case LP_KEY_OVERRIDE:
		args->override = arg;
		return 0;
	case LP_KEY_OUTPUT:
		args->output = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t lp_parse_one(int key, char *arg, struct argp_state *state)
{
	struct lp_parse *parse = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		return lp_parse_word(state, arg);
	case ARGP_KEY_END:
		if (parse->args->count < parse->cmd->min)
			argp_error(state, "it needs %s", parse->cmd->words);
		return parse->value ? lp_parse_word(state, parse->value) : 0;
	case ARGP_KEY_INIT:
	case ARGP_KEY_ARGS:
	case ARGP_KEY_NO_ARGS:
	case ARGP_KEY_SUCCESS:
	case ARGP_KEY_ERROR:
	case ARGP_KEY_FINI:
		return ARGP_ERR_UNKNOWN;
	}
	return arg ? lp_parse_value(key, arg, state) :
		     lp_parse_flag(key, parse->args);
}

/* The options that a command knows, out of all */
static void lp_own_options(const char *keys, struct argp_option *own)
{
	const struct argp_option *option;

	for (option = lp_options; option->name; option++) {
		if (strchr(keys, option->key))
			*own++ = *option;
	}
	memset(own, 0, sizeof(*own));
}

/* -1, -EPERM: argp would take it for options. */
static bool lp_is_value(const char *word)
{
	return *word == '-' && (isdigit((unsigned char)word[1]) || word[1] == 'E');
}

/* Takes the last such word out of a command line; NULL if there is none. */
static char *lp_take_value(int *argc, char **argv)
{
	char *value;
	int i;

	for (i = *argc - 1; i > 0 && !lp_is_value(argv[i]); i--)
		;
	if (i <= 0)
		return NULL;
	value = argv[i];
	memmove(argv + i, argv + i + 1, (*argc - i) * sizeof(*argv));
	--*argc;
	return value;
}

/**
 * lp_parse_command() - read what follows the name of a command
 * @cmd:	the command
 * @argc:	words of the command line
 * @argv:	beginning with the command's name
 * @args:	receives what they say
 *
 * Does not return if it makes no sense.
 */
int lp_parse_command(const struct lp_cmd *cmd, int argc, char **argv,
		     struct lp_args *args)
{
	struct argp_option own[sizeof(lp_options) / sizeof(*lp_options)];
	struct lp_parse parse = { cmd, args, NULL };
	struct argp argp = {
		.options = own, .parser = lp_parse_one,
		.args_doc = cmd->words, .doc = cmd->summary,
	};
	char *name = lp_format("livepoke %s", cmd->name);
	char *typed = argv[0];
	int ret;

	if (cmd->flags & LP_TAKES_VALUE)
		parse.value = lp_take_value(&argc, argv);
	lp_own_options(cmd->options, own);
	argv[0] = name;
	program_invocation_name = name;
	program_invocation_short_name = name;
	ret = argp_parse(&argp, argc, argv, 0, NULL, &parse);
	argv[0] = typed;
	program_invocation_name = "livepoke";
	program_invocation_short_name = "livepoke";
	free(name);
	return ret ? LP_USAGE : LP_OK;
}
