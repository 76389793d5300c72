// SPDX-License-Identifier: GPL-2.0
/*
 * Telling why a request is refused, though not without end.
 *
 * Whoever may write to the control file may be a program gone wild. What it
 * did is logged; what it failed to do only as long as somebody can read it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/ratelimit.h>
#include "klp_refuse.h"

/* So high that no human and no test of single refusals ever meets it. */
#define LP_COMPLAINTS		100
#define LP_COMPLAINTS_INTERVAL	(5 * HZ)

/* The flag keeps the kernel from printing a count of its own. */
static struct ratelimit_state lp_complaints =
	RATELIMIT_STATE_INIT_FLAGS(lp_complaints, LP_COMPLAINTS_INTERVAL,
				   LP_COMPLAINTS, RATELIMIT_MSG_ON_RELEASE);
static atomic_t lp_not_logged = ATOMIC_INIT(0);

bool lp_may_complain(void)
{
	int n;

	if (!__ratelimit(&lp_complaints)) {
		atomic_inc(&lp_not_logged);
		return false;
	}
	n = atomic_xchg(&lp_not_logged, 0);
	if (n)
		pr_warn("%d lines about refused requests were not logged\n", n);
	return true;
}
