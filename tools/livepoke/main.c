// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke - steers live patches: finds the command and runs it.
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd.h"
#include "msg.h"
#include "module.h"
#include "text.h"

const char *argp_program_version = "livepoke " LIVEPOKE_VERSION;

static char *lp_command_table(void)
{
	struct lp_list lines = { 0 };
	const struct lp_cmd *cmd;
	char *words, *table;

	lp_list_add(&lines, lp_copy("Commands:"));
	for (cmd = lp_commands; cmd->name; cmd++) {
		words = lp_format("%s %s", cmd->name, cmd->words);
		lp_list_add(&lines, lp_format("  %-36s %s", words, cmd->summary));
		free(words);
	}
	lp_list_add(&lines, lp_copy("\n\"livepoke COMMAND --help\" tells more; so does livepoke(8)."));
	table = lp_list_join(&lines, "\n");
	lp_list_free(&lines);
	return table;
}

static char *lp_help(int key, const char *text, void *input)
{
	(void)input;
	return key == ARGP_KEY_HELP_POST_DOC ? lp_command_table() : (char *)text;
}

/* The first word is the command; what follows is its own. */
static error_t lp_parse_first(int key, char *arg, struct argp_state *state)
{
	int *first = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_ARG:
		*first = state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_state_help(state, stderr, ARGP_HELP_STD_ERR);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int lp_may_run(const struct lp_cmd *cmd)
{
	if ((cmd->flags & LP_NEED_ROOT) && geteuid())
		return lp_fail(LP_DENIED, EPERM, "run it as root (sudo)",
			       "'%s' needs root", cmd->name);
	if ((cmd->flags & LP_NEED_MODULE) && !lp_module_running())
		return lp_fail(LP_NO_MODULE, 0,
			       "load it: modprobe livepoke (package livepoke-dkms)",
			       "livepoke.ko is not loaded");
	return LP_OK;
}

static int lp_run(int argc, char **argv)
{
	const struct lp_cmd *cmd = lp_find_command(argv[0]);
	struct lp_args args = { .timeout = -1, .seconds = -1 };
	int ret;

	if (!cmd)
		return lp_fail(LP_USAGE, 0, "livepoke --help lists the commands",
			       "there is no command '%s'", argv[0]);
	args.words = calloc(argc, sizeof(*args.words));
	if (!args.words)
		lp_out_of_memory();
	ret = lp_parse_command(cmd, argc, argv, &args);
	if ((cmd->flags & LP_TAKES_NAME) && args.count)
		lp_fold_name(args.words[0]);
	if (!ret)
		ret = lp_may_run(cmd);
	if (!ret)
		ret = cmd->run(&args);
	free(args.words);
	return ret;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = lp_parse_first,
		.args_doc = "COMMAND [ARGUMENT...]",
		.doc = "Live patches of the running kernel.\v",
		.help_filter = lp_help,
	};
	int first = 0, ret;

	setlocale(LC_CTYPE, "");
	argp_err_exit_status = LP_USAGE;
	ret = argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &first);
	if (ret || !first)
		return LP_USAGE;
	ret = lp_run(argc - first, argv + first);
	if (fflush(stdout) || ferror(stdout))
		return lp_fail(LP_FAILED, errno, NULL, "cannot write the output");
	return ret;
}
