// SPDX-License-Identifier: GPL-2.0
/*
 * Emulation of control flow, inside the breakpoint handler.
 *
 * Runs in whatever context hit the breakpoint, NMI included: everything is
 * inlined into one function that calls nothing, cannot be traced, probed or
 * poked. It touches only the register image, the stack of the trapped
 * context and, for a branch through memory, the pointer that the instruction
 * itself would have read at this moment.
 */
#include "poke_insn.h"

#ifdef __KERNEL__
#include <linux/compiler.h>
#include <linux/kprobes.h>
#include <linux/stddef.h>
#include <asm/processor-flags.h>
#endif

/* Where pt_regs keeps the register that the processor numbers 0 to 15. */
static const u8 poke_reg_offset[16] = {
	offsetof(struct pt_regs, ax),  offsetof(struct pt_regs, cx),
	offsetof(struct pt_regs, dx),  offsetof(struct pt_regs, bx),
	offsetof(struct pt_regs, sp),  offsetof(struct pt_regs, bp),
	offsetof(struct pt_regs, si),  offsetof(struct pt_regs, di),
	offsetof(struct pt_regs, r8),  offsetof(struct pt_regs, r9),
	offsetof(struct pt_regs, r10), offsetof(struct pt_regs, r11),
	offsetof(struct pt_regs, r12), offsetof(struct pt_regs, r13),
	offsetof(struct pt_regs, r14), offsetof(struct pt_regs, r15),
};

static __always_inline unsigned long poke_reg(const struct pt_regs *regs,
					      u8 number)
{
	const u8 *image = (const u8 *)regs;

	return *(const unsigned long *)(image + poke_reg_offset[number & 15]);
}

static __always_inline bool poke_flag(const struct pt_regs *regs,
				      unsigned long flag)
{
	return regs->flags & flag;
}

/*
 * Condition codes come in pairs: bit 0 negates, bits 3..1 choose one of
 * overflow, below, equal, below-or-equal, sign, parity, less, less-or-equal.
 */
static __always_inline bool poke_condition(const struct pt_regs *regs, u8 cond)
{
	bool less = poke_flag(regs, X86_EFLAGS_SF) !=
		    poke_flag(regs, X86_EFLAGS_OF);
	bool met;

	switch (cond >> 1) {
	case 0:
		met = poke_flag(regs, X86_EFLAGS_OF);
		break;
	case 1:
		met = poke_flag(regs, X86_EFLAGS_CF);
		break;
	case 2:
		met = poke_flag(regs, X86_EFLAGS_ZF);
		break;
	case 3:
		met = poke_flag(regs, X86_EFLAGS_CF | X86_EFLAGS_ZF);
		break;
	case 4:
		met = poke_flag(regs, X86_EFLAGS_SF);
		break;
	case 5:
		met = poke_flag(regs, X86_EFLAGS_PF);
		break;
	case 6:
		met = less;
		break;
	default:
		met = less || poke_flag(regs, X86_EFLAGS_ZF);
	}
	return met != (cond & 1);
}

static __always_inline unsigned long poke_count(const struct poke_insn *pi,
						const struct pt_regs *regs)
{
	return pi->count32 ? (u32)regs->cx : regs->cx;
}

/* Counts down and says whether the loop goes round; leaves the flags alone. */
static __always_inline bool poke_loop(const struct poke_insn *pi,
				      struct pt_regs *regs)
{
	bool zero = poke_flag(regs, X86_EFLAGS_ZF);

	/* Writing ECX clears the upper half, as any 32-bit write does. */
	regs->cx = pi->count32 ? (u32)(regs->cx - 1) : regs->cx - 1;
	if (!regs->cx)
		return false;
	if (pi->kind == POKE_INSN_LOOPE)
		return zero;
	if (pi->kind == POKE_INSN_LOOPNE)
		return !zero;
	return true;
}

static __always_inline bool poke_taken(const struct poke_insn *pi,
				       struct pt_regs *regs)
{
	switch (pi->kind) {
	case POKE_INSN_JMP:
	case POKE_INSN_CALL:
		return true;
	case POKE_INSN_JCC:
		return poke_condition(regs, pi->cond);
	case POKE_INSN_LOOP:
	case POKE_INSN_LOOPE:
	case POKE_INSN_LOOPNE:
		return poke_loop(pi, regs);
	case POKE_INSN_JRCXZ:
		return !poke_count(pi, regs);
	default:
		return false;
	}
}

/*
 * A fault here is the fault of the instruction: validation refuses sites
 * whose faults are fixed up, so it would have been an oops in its place too.
 */
static __always_inline unsigned long poke_target(const struct poke_insn *pi,
						 const struct pt_regs *regs,
						 unsigned long next)
{
	unsigned long at = pi->disp;

	if (pi->reg != POKE_REG_NONE)
		return poke_reg(regs, pi->reg);
	if (pi->base == POKE_REG_RIP)
		at += next;
	else if (pi->base != POKE_REG_NONE)
		at += poke_reg(regs, pi->base);
	if (pi->index != POKE_REG_NONE)
		at += poke_reg(regs, pi->index) << pi->shift;
	return READ_ONCE(*(unsigned long *)at);
}

/*
 * Into the gap that the entry code leaves between its frame and the trapped
 * context's stack whenever a breakpoint comes from kernel mode.
 */
static __always_inline void poke_push(struct pt_regs *regs, unsigned long value)
{
	regs->sp -= sizeof(value);
	*(unsigned long *)regs->sp = value;
}

static __always_inline unsigned long poke_pop(struct pt_regs *regs)
{
	unsigned long value = *(unsigned long *)regs->sp;

	regs->sp += sizeof(value);
	return value;
}

/**
 * poke_insn_emulate() - execute an instruction on a register image
 * @pi:		any instruction but a COPY
 * @regs:	registers of the trapped kernel-mode context
 * @addr:	address of the site
 *
 * At most one word is pushed.
 *
 * Context: breakpoint handler; any interrupted context, NMI included.
 */
notrace void poke_insn_emulate(const struct poke_insn *pi,
			       struct pt_regs *regs, unsigned long addr)
{
	unsigned long next = addr + pi->len;
	unsigned long to = next;

	switch (pi->kind) {
	case POKE_INSN_RET:
		to = poke_pop(regs);
		regs->sp += pi->pop;
		break;
	case POKE_INSN_JMP_IND:
	case POKE_INSN_CALL_IND:
		/* read before the push: the operand may be based on RSP */
		to = poke_target(pi, regs, next);
		break;
	default:
		if (poke_taken(pi, regs))
			to = next + pi->disp;
	}
	if (pi->kind == POKE_INSN_CALL || pi->kind == POKE_INSN_CALL_IND)
		poke_push(regs, next);
	regs->ip = to;
}
NOKPROBE_SYMBOL(poke_insn_emulate);
