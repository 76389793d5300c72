/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbered points of the two protocols.
 *
 * In a test build (LP_TEST=1) every point calls the hook that a test module
 * has installed, so that a test can trace, delay or inject an event exactly
 * there. In the product the points do not exist.
 */
#ifndef _LIVEPOKE_TEST_POINTS_H
#define _LIVEPOKE_TEST_POINTS_H

#ifdef LP_TEST_BUILD

#include <linux/types.h>

/*
 * The hook runs in whatever context the point is in (NMI included) and must
 * not sleep unless the point's own comment says that it may.
 */
extern void (*lp_test_hook)(int point, unsigned long arg);

static __always_inline void lp_point(int point, unsigned long arg)
{
	void (*hook)(int point, unsigned long arg) = READ_ONCE(lp_test_hook);

	if (hook)
		hook(point, arg);
}
#define LP_POINT(id)		lp_point(LP_PT_##id, 0)
#define LP_POINT_ARG(id, arg)	lp_point(LP_PT_##id, (unsigned long)(arg))

#else

#define LP_POINT(id)		do { } while (0)
#define LP_POINT_ARG(id, arg)	do { } while (0)

#endif /* LP_TEST_BUILD */

/* Numbers are stable: recorded traces refer to them. */
enum lp_point_id {
	LP_PT_NONE = 0,
	/* poke engine, the poker: 1..99, in the order of the protocol */
	LP_PT_POKE_LOCKED = 1,
	LP_PT_POKE_PUBLISHED,
	LP_PT_POKE_DEPLOY,
	LP_PT_POKE_INT3,
	/* in each of the three syncs; the argument is its number */
	LP_PT_POKE_SYNC_SELF,
	LP_PT_POKE_SYNC_GEN,
	LP_PT_POKE_SYNC_SENT,
	LP_PT_POKE_SYNC_DONE,
	LP_PT_POKE_COMMIT,
	LP_PT_POKE_TAIL,
	LP_PT_POKE_COMMIT_SYNCED,
	LP_PT_POKE_FIRST,
	LP_PT_POKE_RETIRE,
	LP_PT_POKE_DRAINED,
	/* elsewhere in the poker */
	LP_PT_POKE_ABORT = 30,
	LP_PT_POKE_ABORTED,
	LP_PT_POKE_STUCK,
	/* poke engine, the other CPUs; the argument is the address */
	LP_PT_POKE_IPI = 50,
	LP_PT_POKE_ACK_SERIALISED,
	LP_PT_POKE_TRAP_ENTER,
	LP_PT_POKE_TRAP_ACKED,
	LP_PT_POKE_TRAP_DIVERTED,
	LP_PT_POKE_TRAP_EXIT,
	LP_PT_POKE_TRAP_LATE,
	/* klp engine: 100..199 */
	LP_PT_KLP_PREP = 100,
	LP_PT_KLP_ACTIVE,
	LP_PT_KLP_SCAN_TASK,
	LP_PT_KLP_SCAN_CLEAN,
	LP_PT_KLP_CLOSING,
	LP_PT_KLP_RESCAN,
	LP_PT_KLP_DONE,
	LP_PT_KLP_FROZEN,
	LP_PT_KLP_HANDLER_ENTER,
	LP_PT_KLP_HANDLER_RECORD,
	LP_PT_KLP_TASK_WORK,
	LP_PT_KLP_IPI,
	LP_PT_KLP_IDLE_OFFLINE,
	LP_PT_KLP_SHADOW_ADD,
	LP_PT_KLP_LISTED,	/* by the worker; may sleep */
	LP_PT_KLP_ANNOUNCE,
};

#endif /* _LIVEPOKE_TEST_POINTS_H */
