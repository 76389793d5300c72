// SPDX-License-Identifier: GPL-2.0
/*
 * The stubs that blocked functions are replaced with: one per block, compiled
 * in, so that blocking needs no code generation.
 */
#include <linux/compiler.h>
#include "klp_block.h"

struct lp_block_slot lp_block_slots[LP_BLOCKS];

static __always_inline long lp_block_hit(unsigned int slot)
{
	atomic64_inc(&lp_block_slots[slot].hits);
	return READ_ONCE(lp_block_slots[slot].value);
}

#define LP_STUB(n)							\
	static notrace long lp_block_stub_##n(void)			\
	{								\
		return lp_block_hit(0x##n);				\
	}
#define LP_ADDRESS(n)	lp_block_stub_##n,

#define LP_16(F, p)							\
	F(p##0) F(p##1) F(p##2) F(p##3) F(p##4) F(p##5) F(p##6) F(p##7)	\
	F(p##8) F(p##9) F(p##a) F(p##b) F(p##c) F(p##d) F(p##e) F(p##f)
#define LP_256(F)							\
	LP_16(F, 0) LP_16(F, 1) LP_16(F, 2) LP_16(F, 3)			\
	LP_16(F, 4) LP_16(F, 5) LP_16(F, 6) LP_16(F, 7)			\
	LP_16(F, 8) LP_16(F, 9) LP_16(F, a) LP_16(F, b)			\
	LP_16(F, c) LP_16(F, d) LP_16(F, e) LP_16(F, f)

LP_256(LP_STUB)

static long (* const lp_block_stubs[LP_BLOCKS])(void) = { LP_256(LP_ADDRESS) };

/* The stub of a slot. */
void *lp_block_stub(unsigned int slot)
{
	return lp_block_stubs[slot];
}
