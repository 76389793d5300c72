/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands, and what the command line gave them.
 */
#ifndef _LIVEPOKE_CMD_H
#define _LIVEPOKE_CMD_H

#include <argp.h>
#include <stdbool.h>
#include "exit.h"

/**
 * struct lp_args - what the command line says
 * @words:	arguments that are no options
 * @count:	how many
 * @json:	output for programs
 * @metrics:	output for Prometheus
 * @check:	the exit status tells whether all is well
 * @no_wait:	do not wait for the transition
 * @yes:	do not ask
 * @revoke:	take an acceptance back
 * @timeout:	seconds to wait for a transition, negative: for ever
 * @seconds:	how long to follow events, negative: for ever
 * @kernel:	kernel release to work for
 * @function:	function that a new patch replaces
 * @object:	module of that function
 * @output:	file to write
 * @override:	what blocking may override: deny, type
 */
struct lp_args {
	char **words;
	int count;
	bool json;
	bool metrics;
	bool check;
	bool no_wait;
	bool yes;
	bool revoke;
	double timeout;
	double seconds;
	const char *kernel;
	const char *function;
	const char *object;
	const char *output;
	const char *override;
};

#define LP_NEED_ROOT	0x1
#define LP_NEED_MODULE	0x2
#define LP_TAKES_NAME	0x8	/* the first word is the name of a patch */
#define LP_TAKES_VALUE	0x4	/* a word like -1 or -EPERM is no option */

/**
 * struct lp_cmd - a command
 * @name:	as typed
 * @words:	its arguments, for --help
 * @min:	fewest arguments
 * @max:	most arguments
 * @flags:	LP_NEED_*, LP_TAKES_*
 * @options:	keys of the options that it knows
 * @summary:	one line for --help
 * @run:	does it, returns the exit status
 */
struct lp_cmd {
	const char *name;
	const char *words;
	int min;
	int max;
	int flags;
	const char *options;
	const char *summary;
	int (*run)(const struct lp_args *args);
};

const struct lp_cmd *lp_find_command(const char *name);
extern const struct lp_cmd lp_commands[];

int lp_parse_command(const struct lp_cmd *cmd, int argc, char **argv,
		     struct lp_args *args);

int lp_cmd_accept(const struct lp_args *args);
int lp_cmd_block(const struct lp_args *args);
int lp_cmd_blocked(const struct lp_args *args);
int lp_cmd_blockers(const struct lp_args *args);
int lp_cmd_build(const struct lp_args *args);
int lp_cmd_came_up(const struct lp_args *args);
int lp_cmd_check(const struct lp_args *args);
int lp_cmd_disable(const struct lp_args *args);
int lp_cmd_doctor(const struct lp_args *args);
int lp_cmd_enable(const struct lp_args *args);
int lp_cmd_events(const struct lp_args *args);
int lp_cmd_force(const struct lp_args *args);
int lp_cmd_install(const struct lp_args *args);
int lp_cmd_list(const struct lp_args *args);
int lp_cmd_load(const struct lp_args *args);
int lp_cmd_new(const struct lp_args *args);
int lp_cmd_report(const struct lp_args *args);
int lp_cmd_restore(const struct lp_args *args);
int lp_cmd_sign(const struct lp_args *args);
int lp_cmd_status(const struct lp_args *args);
int lp_cmd_unblock(const struct lp_args *args);
int lp_cmd_uninstall(const struct lp_args *args);
int lp_cmd_unload(const struct lp_args *args);

#endif /* _LIVEPOKE_CMD_H */
