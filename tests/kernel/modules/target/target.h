/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The target of the live patching tests: what user programs, patches and the
 * target module itself agree on.
 *
 * /dev/lp_test_target calls f, f calls g twice with a pause between. Each
 * function notes whether the old or the new version of it ran; a patch
 * replaces both, so one call must never see a mixture.
 */
#ifndef _LP_TEST_TARGET_H
#define _LP_TEST_TARGET_H

#include <linux/ioctl.h>
#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/compiler.h>
#endif

/* What f does between its two calls of g */
enum lp_target_how {
	LP_PAUSE_NONE,
	LP_PAUSE_SPIN,		/* burn .usecs */
	LP_PAUSE_RESCHED,	/* burn .usecs, then cond_resched() */
	LP_PAUSE_YIELD,		/* sleep .usecs */
	LP_PAUSE_SLEEP,		/* until released or a signal */
	LP_PAUSE_DSLEEP,	/* until released, whatever signals come */
	LP_PAUSE_BUSY,		/* burn until released */
	LP_PAUSE_NAP,		/* until any wake-up, interruptibly */
};

/* One kernel entry that calls f .repeat times */
struct lp_target_call {
	__u32 how;
	__u32 usecs;
	__u32 repeat;
	__s32 f;		/* of the last call: 0 the old function ran, 1 the new */
	__s32 g[2];
	__u32 interrupted;
};

/* What kernel threads do until they are stopped */
enum lp_target_loop {
	LP_LOOP_CALL,		/* call f, then cond_resched() */
	LP_LOOP_CALL_BUSY,	/* call f, never give up the CPU */
	LP_LOOP_IDLE,		/* burn, cond_resched(), never call f */
	LP_LOOP_IDLE_BUSY,	/* burn, never call f, never give up the CPU */
	LP_LOOP_SLEEP,		/* sleep interruptibly outside f */
	LP_LOOP_TIMER,		/* no thread: a timer interrupt on every CPU calls f */
};

struct lp_target_kthreads {
	__u32 loop;
	__u32 count;
	__u32 how;		/* pause inside f */
	__u32 usecs;
	__s32 cpu;		/* bind to this CPU, -1: do not */
};

struct lp_target_stats {
	__u64 calls;
	__u64 mixed;		/* f and g of different universes in one call */
	__u64 backward;		/* the old universe after the target's, no reversal between */
	/* calls begun and ended in one phase, [direction][universe of f] */
	__u64 active[2][2];
	__u32 inside;		/* tasks between the two calls of g */
	__u32 pad;
};

#define LP_TARGET_DEV		"/dev/lp_test_target"
#define LP_TARGET_CALL		_IOWR('L', 1, struct lp_target_call)
#define LP_TARGET_KTHREADS	_IOW('L', 2, struct lp_target_kthreads)
#define LP_TARGET_KSTOP		_IO('L', 3)
#define LP_TARGET_RELEASE	_IO('L', 4)
#define LP_TARGET_STATS		_IOR('L', 5, struct lp_target_stats)
#define LP_TARGET_RESET		_IO('L', 6)
/* argument: 0 no transition, 1 to the old universe, 2 to the new one */
#define LP_TARGET_PHASE		_IO('L', 7)
/*
 * returns the sum of both functions named lp_target_twin: 1 + 2 unpatched;
 * argument 1: the second pauses until released
 */
#define LP_TARGET_TWINS		_IO('L', 8)
/* starts a user worker that calls f once, see vhost.c; it ends with the file */
#define LP_TARGET_VHOST		_IO('L', 9)
/* when this file is closed f is called, and pauses until released */
#define LP_TARGET_AT_CLOSE	_IO('L', 10)

#ifdef __KERNEL__
void lp_target_f(struct lp_target_call *call);
void lp_target_g(struct lp_target_call *call, int n);
void lp_target_pause(struct lp_target_call *call);
void lp_target_set_phase(unsigned int direction);
int lp_target_second_twin(bool pause);

/* Told of every call of f (1) and g (2), by the version that runs. */
extern void (*lp_target_frame)(unsigned int function, bool patched, bool enter);

static inline void lp_target_tell(unsigned int function, bool patched, bool enter)
{
	void (*frame)(unsigned int function, bool patched, bool enter) =
		READ_ONCE(lp_target_frame);

	if (frame)
		frame(function, patched, enter);
}
#endif

#endif /* _LP_TEST_TARGET_H */
