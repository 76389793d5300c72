// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke force, blockers
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "blockers.h"
#include "cmd.h"
#include "msg.h"
#include "patch.h"
#include "steer.h"
#include "term.h"
#include "wait.h"

static void lp_print_blocker(const struct lp_blocker *blocker)
{
	char *plain = lp_blocker_plain(blocker), *cure = lp_blocker_cure(blocker);
	char *clean = lp_printable(plain);

	printf("  %s\n", clean);
	if (cure)
		printf("    %s\n", cure);
	free(clean);
	free(cure);
	free(plain);
}

static void lp_print_blockers(const char *name, const struct lp_blockers *blockers)
{
	size_t i, n = blockers->count + blockers->more;

	printf("%s: %s, waiting for %zu task%s", name,
	       lp_state_name(lp_patch_state(name)), n, n == 1 ? "" : "s");
	if (blockers->count)
		printf(" for %.1f s", blockers->item[0].age_ms / 1e3);
	printf(n ? ":\n" : "\n");
	for (i = 0; i < blockers->count; i++)
		lp_print_blocker(&blockers->item[i]);
	if (blockers->more)
		printf("  and %u more\n", blockers->more);
}

int lp_cmd_blockers(const struct lp_args *args)
{
	const char *name = args->words[0];
	struct lp_blockers blockers;
	enum lp_state state;
	int ret;

	ret = lp_check_is_patch(name);
	if (ret)
		return ret;
	state = lp_patch_state(name);
	if (!lp_in_motion(state)) {
		printf("%s: %s, nothing to wait for\n", name, lp_state_name(state));
		return LP_OK;
	}
	ret = lp_read_blockers(name, &blockers);
	if (ret && ret != -ENOENT && ret != -ENODEV)
		lp_fail(LP_FAILED, -ret, NULL, "cannot read the blockers of '%s'", name);
	else
		lp_print_blockers(name, &blockers);
	lp_free_blockers(&blockers);
	return ret && ret != -ENOENT && ret != -ENODEV ? LP_FAILED : LP_OK;
}

static bool lp_asked(const char *question)
{
	char answer[16] = "";

	fprintf(stderr, "%s [y/N] ", question);
	if (!fgets(answer, sizeof(answer), stdin))
		fputc('\n', stderr);
	return answer[0] == 'y' || answer[0] == 'Y';
}

static int lp_confirm_force(const char *name)
{
	struct lp_blockers blockers;

	if (!isatty(STDIN_FILENO))
		return lp_fail(LP_DECLINED, 0, "--yes forces without asking",
			       "'%s' was not forced: there is nobody to ask", name);
	if (!lp_read_blockers(name, &blockers))
		lp_print_blockers(name, &blockers);
	lp_free_blockers(&blockers);
	fflush(stdout);
	lp_coloured(stderr, LP_RED,
		    "Forcing lets these tasks run old and new code mixed. The machine can crash\n"
		    "later, and the patch can never be unloaded.\n");
	if (lp_asked("Force the transition?"))
		return LP_OK;
	return lp_fail(LP_DECLINED, 0, "--yes forces without asking",
		       "'%s' was not forced", name);
}

int lp_cmd_force(const struct lp_args *args)
{
	const char *name = args->words[0];
	int ret;

	ret = lp_check_is_patch(name);
	if (ret)
		return ret;
	if (!lp_in_motion(lp_patch_state(name)))
		return lp_fail(LP_FAILED, EINVAL, "there is nothing to force",
			       "'%s' is not in transition", name);
	if (!args->yes)
		ret = lp_confirm_force(name);
	if (!ret)
		ret = lp_write_patch(name, "force", "1", "force");
	if (!ret)
		ret = lp_wait_transition(name, 10);
	if (!ret)
		printf("%s: %s, forced\n", name, lp_state_name(lp_patch_state(name)));
	return ret;
}
