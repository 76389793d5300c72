/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The word of the transition protocol, as in src/klp_word.h; contexts.
 */
#ifndef _LP_KLP_WORDS_H
#define _LP_KLP_WORDS_H

#include "../../src/test_record.h"

enum { W_IDLE, W_PREP, W_ACTIVE, W_FROZEN, W_CLOSING, W_PHASES };

#define W_PHASE		0x07
#define W_TARGET	0x08
#define W_INI		0x10
#define W_OVERFLOW	0x20
#define W_LISTED	0x40	/* newborn tasks take the target */
#define W_NOTES		(W_OVERFLOW | W_LISTED)	/* any context sets or clears them */

/* Are the redirections that a patch needs being put in place? */
static inline bool is_enabling(u64 word)
{
	return (word & W_PHASE) == W_PREP && (word & W_TARGET);
}

/* Preemption counts but that of preemption itself */
static inline unsigned int context_of(const struct lp_record *r)
{
	return r->nr >> 8 & 0xffff;
}

#endif /* _LP_KLP_WORDS_H */
