/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tasks that a transition waits for.
 */
#ifndef _LIVEPOKE_BLOCKERS_H
#define _LIVEPOKE_BLOCKERS_H

#include <stddef.h>

/**
 * struct lp_blocker - a task that was not switched yet
 * @tgid:	its process
 * @tid:	the task
 * @comm:	its name, escaped by the kernel
 * @cpu:	where it ran last
 * @age_ms:	how long the transition has waited
 * @kind:	user, kthread, worker or exiting
 * @why:	running, unreliable stack, in FUNCTION, not looked at yet
 * @tried:	what was done to get it: stack exit signal visit; may be ""
 * @advice:	what the kernel says would end it; may be ""
 */
struct lp_blocker {
	int tgid;
	int tid;
	char *comm;
	unsigned int cpu;
	unsigned long long age_ms;
	char *kind;
	char *why;
	char *tried;
	char *advice;
};

/**
 * struct lp_blockers - all of them
 * @item:	those that the kernel lists
 * @count:	how many it lists
 * @more:	how many it does not list
 */
struct lp_blockers {
	struct lp_blocker *item;
	size_t count;
	unsigned int more;
};

int lp_read_blockers(const char *name, struct lp_blockers *blockers);
void lp_free_blockers(struct lp_blockers *blockers);
char *lp_blocker_short(const struct lp_blocker *blocker);
char *lp_blocker_plain(const struct lp_blocker *blocker);
char *lp_blocker_cure(const struct lp_blocker *blocker);

#endif /* _LIVEPOKE_BLOCKERS_H */
