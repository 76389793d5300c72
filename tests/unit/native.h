/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Executes one instruction on the processor, from and to a given state.
 *
 * Two signals per instruction: the handler of the first loads the state and
 * returns to the instruction, the second one (INT3 fills everything that the
 * instruction can reach, or the instruction itself faults) saves the outcome.
 */
#ifndef _LIVEPOKE_UNIT_NATIVE_H
#define _LIVEPOKE_UNIT_NATIVE_H

#include "unit.h"

/*
 * Everything lives below 2 GiB, so that 32-bit displacements reach it, and at
 * no small multiple of another area, so that base plus scaled index does not
 * lead from one into another.
 */
#define NATIVE_CODE		0x2b000000ul	/* where the instruction stands */
#define NATIVE_CODE_SIZE	0x200000ul
#define NATIVE_SLOT		0x37010000ul	/* where its copy stands */
#define NATIVE_SLOT_SIZE	0x1000ul
#define NATIVE_DATA		0x10000000ul	/* what it may read and write */
#define NATIVE_DATA_SIZE	0x10000ul

#define NATIVE_FLAGS	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | \
			 X86_EFLAGS_ZF | X86_EFLAGS_SF | X86_EFLAGS_OF)

struct native_outcome {
	struct pt_regs regs;	/* ip: of the INT3 or of the fault */
	int signal;
	unsigned long fault;	/* address that could not be accessed */
	u8 xmm[256];
};

void native_init(void);
void native_run(const struct pt_regs *regs, struct native_outcome *out);

#endif /* _LIVEPOKE_UNIT_NATIVE_H */
