// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for a transition, with a progress line on a terminal.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "blockers.h"
#include "clock.h"
#include "msg.h"
#include "patch.h"
#include "term.h"
#include "wait.h"

#define LP_SHOW_AFTER	0.3	/* most transitions are over before */

static volatile sig_atomic_t lp_interrupted;

static void lp_interrupt(int sig)
{
	(void)sig;
	lp_interrupted = 1;
}

/**
 * struct lp_watch - a transition that is being waited for
 * @name:	the patch
 * @start:	when we began
 * @end:	when we give up, 0: never
 * @most:	the most tasks seen waiting
 */
struct lp_watch {
	const char *name;
	double start;
	double end;
	unsigned int most;
};

static void lp_show_watch(struct lp_watch *watch)
{
	struct lp_blockers blockers;
	unsigned int left;
	char *first, *text;

	lp_read_blockers(watch->name, &blockers);
	left = blockers.count + blockers.more;
	if (left > watch->most)
		watch->most = left;
	first = blockers.count ? lp_blocker_short(&blockers.item[0]) : lp_copy("");
	text = lp_format("%u task%s left, %.1f s%s%s", left,
			 left == 1 ? "" : "s", lp_now() - watch->start,
			 *first ? ": " : "", first);
	lp_progress(watch->most - left, watch->most, text);
	free(text);
	free(first);
	lp_free_blockers(&blockers);
}

/* Short pauses first, then as often as a reader can follow */
static void lp_watch_pause(const struct lp_watch *watch)
{
	double age = lp_now() - watch->start;

	lp_pause(age < 0.2 ? 0.01 : age < 2 ? 0.05 : 0.2);
}

static bool lp_watch_over(const struct lp_watch *watch)
{
	return lp_interrupted || (watch->end && lp_now() >= watch->end);
}

static int lp_give_up(const struct lp_watch *watch)
{
	struct lp_blockers blockers;
	unsigned int left;
	char *cure;

	lp_read_blockers(watch->name, &blockers);
	left = blockers.count + blockers.more;
	lp_free_blockers(&blockers);
	cure = lp_format("it goes on by itself; see livepoke blockers %s", watch->name);
	lp_fail(LP_TIMEOUT, 0, cure,
		"%s: the transition of '%s' is still waiting for %u task%s after %.1f s",
		lp_interrupted ? "interrupted" : "timed out", watch->name, left,
		left == 1 ? "" : "s", lp_now() - watch->start);
	free(cure);
	return LP_TIMEOUT;
}

/**
 * lp_wait_transition() - wait until a patch is at rest
 * @name:	the patch
 * @timeout:	seconds, negative: for ever
 *
 * Ctrl-C ends the waiting, not the transition.
 *
 * Return: LP_OK, or LP_TIMEOUT after a message.
 */
int lp_wait_transition(const char *name, double timeout)
{
	struct lp_watch watch = { .name = name, .start = lp_now() };
	struct sigaction act = { .sa_handler = lp_interrupt }, old;
	bool show = lp_progress_wanted();
	int ret = LP_OK;

	watch.end = timeout < 0 ? 0 : watch.start + timeout;
	sigaction(SIGINT, &act, &old);
	while (lp_in_motion(lp_patch_state(name))) {
		if (lp_watch_over(&watch)) {
			lp_progress_end();
			ret = lp_give_up(&watch);
			break;
		}
		if (show && lp_now() - watch.start >= LP_SHOW_AFTER)
			lp_show_watch(&watch);
		lp_watch_pause(&watch);
	}
	lp_progress_end();
	sigaction(SIGINT, &old, NULL);
	return ret;
}
