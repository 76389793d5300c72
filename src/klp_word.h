/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one word that says where a transition stands.
 *
 * It is read whole, so that nobody combines the phase of one moment with the
 * target of another.
 */
#ifndef _LIVEPOKE_KLP_WORD_H
#define _LIVEPOKE_KLP_WORD_H

#include <linux/atomic.h>
#include "klp_tasks.h"
#include "test_record.h"

/**
 * enum lp_phase - phases of a transition
 * @LP_IDLE:	none is running
 * @LP_PREP:	tasks that meet the handler record the initial universe
 * @LP_ACTIVE:	tasks are switched to the target
 * @LP_FROZEN:	nobody switches; the target is about to be reversed
 * @LP_CLOSING:	all known tasks are done; the initial universe is the target
 *
 * In each but the first two, a task born since takes the target at once.
 */
enum lp_phase {
	LP_IDLE,
	LP_PREP,
	LP_ACTIVE,
	LP_FROZEN,
	LP_CLOSING,
};

#define LP_W_PHASE	0x07
#define LP_W_TARGET	0x08	/* set: to the patched universe */
#define LP_W_INI	0x10	/* universe of a task that nobody knows yet */
#define LP_W_OVERFLOW	0x20	/* the table could not take a task */
#define LP_W_LISTED	0x40	/* whoever was there at the start is in the table */

extern atomic_t lp_word;

static __always_inline enum lp_phase lp_word_phase(int w)
{
	return w & LP_W_PHASE;
}

static __always_inline enum lp_universe lp_word_target(int w)
{
	return w & LP_W_TARGET ? LP_PATCHED : LP_UNPATCHED;
}

static __always_inline enum lp_universe lp_word_ini(int w)
{
	return w & LP_W_INI ? LP_PATCHED : LP_UNPATCHED;
}

static __always_inline int lp_word_make(enum lp_phase phase, bool target,
					bool ini)
{
	return phase | (target ? LP_W_TARGET : 0) | (ini ? LP_W_INI : 0);
}

/*
 * Around a statement that changes the word. The second entry has what is
 * there after it: a note of an overflow may come in between.
 */
#define lp_word_change(to, statement)					\
	do {								\
		LP_RECORD(KLP_WORD_TO, to, 0);				\
		statement;						\
		LP_RECORD(KLP_WORD, atomic_read(&lp_word), 0);		\
	} while (0)

/*
 * Notes that a task is not in the table and should be: from now on a task that
 * the table does not list need not be newborn. One step, so that no listing
 * that misses the task can be taken for complete.
 *
 * Any context. Returns the word as it was.
 */
static __always_inline int lp_word_note_overflow(void)
{
	int w = atomic_read(&lp_word);

	while (!atomic_try_cmpxchg(&lp_word, &w,
				   (w | LP_W_OVERFLOW) & ~LP_W_LISTED))
		;
	return w;
}

/*
 * Notes that the listing is complete, unless a task was missed meanwhile.
 * Successful, it is a full barrier: the entries come first. Pairs with the
 * second smp_rmb() in lp_current_universe().
 */
static inline void lp_word_note_listed(void)
{
	int w = atomic_read(&lp_word);

	while (!(w & LP_W_OVERFLOW) &&
	       !atomic_try_cmpxchg(&lp_word, &w, w | LP_W_LISTED))
		;
}

#endif /* _LIVEPOKE_KLP_WORD_H */
