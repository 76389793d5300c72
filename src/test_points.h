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

/*
 * P(name, number). Numbers are stable: recorded traces refer to them. Poke
 * engine: the poker 1..49, in the order of the protocol, then the other CPUs,
 * where the argument is the address. klp engine: from 100 on.
 */
#define LP_POINTS(P)							\
	P(NONE, 0)							\
	P(POKE_LOCKED, 1)						\
	P(POKE_PUBLISHED, 2)						\
	P(POKE_DEPLOY, 3)						\
	P(POKE_INT3, 4)							\
	/* in each of the three syncs; the argument is its number */	\
	P(POKE_SYNC_SELF, 5)						\
	P(POKE_SYNC_GEN, 6)						\
	P(POKE_SYNC_SENT, 7)						\
	P(POKE_SYNC_DONE, 8)						\
	P(POKE_COMMIT, 9)						\
	P(POKE_TAIL, 10)						\
	P(POKE_COMMIT_SYNCED, 11)					\
	P(POKE_FIRST, 12)						\
	P(POKE_RETIRE, 13)						\
	P(POKE_DRAINED, 14)						\
	/* elsewhere in the poker */					\
	P(POKE_ABORT, 30)						\
	P(POKE_ABORTED, 31)						\
	P(POKE_STUCK, 32)						\
	P(POKE_IPI, 50)							\
	P(POKE_ACK_SERIALISED, 51)					\
	P(POKE_TRAP_ENTER, 52)						\
	P(POKE_TRAP_ACKED, 53)						\
	P(POKE_TRAP_DIVERTED, 54)					\
	P(POKE_TRAP_EXIT, 55)						\
	P(POKE_TRAP_LATE, 56)						\
	P(KLP_PREP, 100)						\
	P(KLP_ACTIVE, 101)						\
	P(KLP_SCAN_TASK, 102)						\
	P(KLP_SCAN_CLEAN, 103)						\
	P(KLP_CLOSING, 104)						\
	P(KLP_RESCAN, 105)						\
	P(KLP_DONE, 106)						\
	P(KLP_FROZEN, 107)						\
	P(KLP_HANDLER_ENTER, 108)					\
	P(KLP_HANDLER_RECORD, 109)					\
	P(KLP_TASK_WORK, 110)						\
	P(KLP_IPI, 111)							\
	P(KLP_IDLE_OFFLINE, 112)					\
	P(KLP_SHADOW_ADD, 113)						\
	P(KLP_LISTED, 114)	/* by the worker; may sleep */		\
	P(KLP_ANNOUNCE, 115)	/* likewise */

#define LP_POINT_ENUM(name, number)	LP_PT_##name = number,
enum lp_point_id {
	LP_POINTS(LP_POINT_ENUM)
};

#endif /* _LIVEPOKE_TEST_POINTS_H */
