// SPDX-License-Identifier: GPL-2.0
/*
 * Blockers in plain words.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "blockers.h"
#include "text.h"

/* Where it stands, without its module; NULL if it blocks for another reason */
static char *lp_function_of(const struct lp_blocker *blocker)
{
	const char *name = blocker->why + strlen("in ");

	if (!lp_starts(blocker->why, "in "))
		return NULL;
	return lp_format("%.*s", (int)strcspn(name, " "), name);
}

/* For the progress line */
char *lp_blocker_short(const struct lp_blocker *blocker)
{
	const char *module = strchr(blocker->why, '[');
	int length = module ? (int)(module - blocker->why) - 1 :
			      (int)strlen(blocker->why);

	return lp_format("%s[%d] %.*s", blocker->comm, blocker->tid, length,
			 blocker->why);
}

static char *lp_who(const struct lp_blocker *blocker)
{
	const char *kind = "task";

	if (!strcmp(blocker->kind, "kthread"))
		kind = "kernel thread";
	else if (!strcmp(blocker->kind, "worker"))
		kind = "kernel worker of a process";
	else if (!strcmp(blocker->kind, "exiting"))
		kind = "exiting task";
	else if (!strcmp(blocker->kind, "idle"))
		kind = "idle task";
	if (blocker->tgid == blocker->tid)
		return lp_format("%s '%s' (pid %d)", kind, blocker->comm, blocker->tid);
	return lp_format("%s '%s' (thread %d of process %d)", kind,
			 blocker->comm, blocker->tid, blocker->tgid);
}

static char *lp_what(const struct lp_blocker *blocker)
{
	if (lp_starts(blocker->why, "in "))
		return lp_format("stands in %s, which the transition changes",
				 blocker->why + strlen("in "));
	if (!strcmp(blocker->why, "running"))
		return lp_format("has been running in the kernel on CPU %u whenever it was looked at",
				 blocker->cpu);
	if (!strcmp(blocker->why, "unreliable stack"))
		return lp_copy("has a stack that the kernel cannot read reliably");
	return lp_copy("has not been looked at yet");
}

/* A sentence: who it is and what it does */
char *lp_blocker_plain(const struct lp_blocker *blocker)
{
	char *who = lp_who(blocker), *what = lp_what(blocker);
	char *plain = lp_format("%s %s", who, what);

	free(who);
	free(what);
	return plain;
}

/* What a user can do about it; NULL if waiting is all */
char *lp_blocker_cure(const struct lp_blocker *blocker)
{
	bool kthread = !strcmp(blocker->kind, "kthread");
	char *function = lp_function_of(blocker), *cure;

	if (!strcmp(blocker->kind, "exiting"))
		cure = lp_copy("it goes by itself");
	else if (kthread && function)
		cure = lp_format("it switches when %s returns; if that is its main loop it never will, then disable the patch",
				 function);
	else if (kthread)
		cure = lp_copy("it switches when it sleeps; if it never does, stop what keeps it busy");
	else if (function && !strcmp(blocker->advice, "uninterruptible"))
		cure = lp_format("it switches when %s returns; it sleeps and cannot be interrupted: what it waits for has to come",
				 function);
	else if (function)
		cure = lp_format("it switches when %s returns: let its operation end, or stop and continue the process (kill -STOP %d; kill -CONT %d)",
				 function, blocker->tgid, blocker->tgid);
	else
		cure = lp_copy("it switches when it next returns to user space");
	free(function);
	return cure;
}
