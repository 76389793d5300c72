// SPDX-License-Identifier: GPL-2.0
/*
 * The protocol points, which only the test flavour has.
 */
#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "tp_poke.h"

void tp_set_hook(void (*hook)(int point, unsigned long arg))
{
	WRITE_ONCE(lp_test_hook, hook);
	synchronize_rcu(); /* the points disable neither preemption nor this */
}

#define TP_POINT(id)	[LP_PT_POKE_##id] = #id
static const char * const tp_points[] = {
	TP_POINT(LOCKED), TP_POINT(PUBLISHED), TP_POINT(DEPLOY), TP_POINT(INT3),
	TP_POINT(SYNC_SELF), TP_POINT(SYNC_GEN), TP_POINT(SYNC_SENT),
	TP_POINT(SYNC_DONE), TP_POINT(COMMIT), TP_POINT(TAIL),
	TP_POINT(COMMIT_SYNCED), TP_POINT(FIRST), TP_POINT(RETIRE),
	TP_POINT(DRAINED), TP_POINT(ABORT), TP_POINT(ABORTED), TP_POINT(STUCK),
};

const char *tp_point_name(int point)
{
	return point < ARRAY_SIZE(tp_points) ? tp_points[point] : "?";
}
