/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One instruction: what it is, how it is executed beside its own address,
 * and why it cannot be.
 *
 * A CPU that hits the breakpoint of a site executes the old or the new
 * instruction without touching the site. Control flow and NOPs are emulated
 * on the register image; everything else runs out of line, from a slot
 * elsewhere, with interrupts off. What is right in neither way is refused.
 *
 * This part is pure: it is compiled in user space too, against the same
 * instruction decoder that the kernel carries.
 */
#ifndef _LIVEPOKE_POKE_INSN_H
#define _LIVEPOKE_POKE_INSN_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <asm/ptrace.h>
#else
#include "poke_user.h"
#endif

#define POKE_INSN_MAX		15	/* longest x86 instruction */
/* What poke_insn_build() may need: the copy and the INT3 that ends it. */
#define POKE_SLOT_SIZE		(POKE_INSN_MAX + 1)
#define POKE_INT3		0xcc

/**
 * enum poke_why - why an instruction or a site is refused
 *
 * The numbers are stable: tests, statistics and traces refer to them. Errno
 * and sentence of each come from poke_why_errno() and poke_why_text(); the
 * reasoning stands beside the rules in poke_insn.c and poke_validate.c.
 */
enum poke_why {
	POKE_OK = 0,

	/* the instruction (poke_insn.c) */
	POKE_WHY_UNDECODABLE,		/* no valid instruction */
	POKE_WHY_BREAKPOINT,		/* INT3, or a first byte 0xcc */
	POKE_WHY_ENDBR,			/* landing pad of an indirect branch */
	POKE_WHY_UNDEFINED,		/* ud0, ud1, ud2 */
	POKE_WHY_FLAGS_IMAGE,		/* pushf, popf, cli, sti, stac, clac */
	POKE_WHY_HALT,			/* hlt, monitor, mwait, tpause, ... */
	POKE_WHY_SEGMENT,		/* loads a segment register or table */
	POKE_WHY_PRIVILEGED,		/* changes CR, DR, MSR, GS base, ... */
	POKE_WHY_FAR_BRANCH,		/* far call/jmp/ret, iret, syscall, ... */
	POKE_WHY_VIRTUALIZATION,	/* VM entry, exit and set-up */
	POKE_WHY_TRANSACTION,		/* xbegin, xend, xabort, xtest */
	POKE_WHY_SOFT_INTERRUPT,	/* int n, int1, into */
	POKE_WHY_REPEAT,		/* rep string instruction */
	POKE_WHY_BRANCH_FORM,		/* branch with a prefix not emulated */
	POKE_WHY_SEGMENT_BRANCH,	/* branch through FS- or GS-based memory */
	POKE_WHY_ADDR32_RIP,		/* RIP-relative, truncated to 32 bits */

	/* old and new together */
	POKE_WHY_LENGTH,		/* new is not as long as old */
	POKE_WHY_OLD_BYTES,		/* memory does not hold the old bytes */
	POKE_WHY_RANGE,			/* operand out of reach of a slot */

	/* the place (poke_validate.c) */
	POKE_WHY_NOT_TEXT,		/* neither kernel nor module text */
	POKE_WHY_INIT_TEXT,		/* freed or about to be */
	POKE_WHY_OWN_TEXT,		/* livepoke itself */
	POKE_WHY_BOUNDARY,		/* not the start of an instruction */
	POKE_WHY_FTRACE,		/* a location that ftrace rewrites */
	POKE_WHY_JUMP_LABEL,		/* a static-branch site */
	POKE_WHY_STATIC_CALL,		/* a static-call site or trampoline */
	POKE_WHY_ALTERNATIVE,		/* the alternatives code owns it */
	POKE_WHY_BUG,			/* a BUG() or WARN() site */
	POKE_WHY_EXTABLE,		/* may fault, the fault is fixed up */
	POKE_WHY_CFI,			/* CFI preamble */
	POKE_WHY_ENTRY,			/* entry text */
	POKE_WHY_NOINSTR,		/* noinstr text */
	POKE_WHY_BLACKLIST,		/* the kprobe blacklist */
	POKE_WHY_TRAP_PATH,		/* on the way to our own handler */
	POKE_WHY_THUNK,			/* branch and return thunks */
	POKE_WHY_KPROBE,		/* a kprobe at or just before it */
	POKE_WHY_KPROBE_REFUSES,	/* the kernel's kprobe checks say no */
	POKE_WHY_KGDB,			/* an active kernel debugger */
	POKE_WHY_LKRG,			/* LKRG watches kernel text */
	POKE_WHY_MODULE_GOING,		/* its module is not live */
	POKE_WHY_NO_MEMORY,
	POKE_WHY_PAD_RANGE,		/* a short branch cannot be padded */

	POKE_WHY_COUNT
};

int poke_why_errno(enum poke_why why);
const char *poke_why_text(enum poke_why why);

/* How an instruction is executed beside its own address. */
enum poke_insn_kind {
	POKE_INSN_NONE = 0,
	POKE_INSN_COPY,		/* out of line; RIP-relative ones are re-based */
	/* from here on: emulated */
	POKE_INSN_NOP,
	POKE_INSN_JMP,		/* jmp rel8, rel32 */
	POKE_INSN_CALL,		/* call rel32 */
	POKE_INSN_JCC,		/* jcc rel8, rel32 */
	POKE_INSN_LOOP,
	POKE_INSN_LOOPE,
	POKE_INSN_LOOPNE,
	POKE_INSN_JRCXZ,
	POKE_INSN_RET,		/* ret, ret imm16 */
	POKE_INSN_JMP_IND,	/* jmp *reg, jmp *mem */
	POKE_INSN_CALL_IND,	/* call *reg, call *mem */
};

#define POKE_REG_NONE	0xff
#define POKE_REG_RIP	0xfe

/**
 * struct poke_insn - a decoded instruction, ready for the breakpoint handler
 * @kind:	how to execute it
 * @len:	its length
 * @cond:	JCC: condition code 0..15
 * @disp_off:	offset in @bytes of a displacement that counts from the end of
 *		the instruction, 0 if it has none
 * @disp_len:	width of that displacement, 1 or 4
 * @count32:	LOOP*, JRCXZ: the counter is ECX (address-size prefix)
 * @reg:	*_IND through a register: its number, else POKE_REG_NONE
 * @base:	*_IND through memory: base register, POKE_REG_RIP or _NONE
 *		(POKE_REG_RIP also marks a RIP-relative COPY)
 * @index:	*_IND through memory: index register or POKE_REG_NONE
 * @shift:	*_IND through memory: log2 of the scale
 * @pop:	RET: bytes to drop after the return address
 * @disp:	branch displacement, or displacement of the memory operand
 * @bytes:	the instruction itself
 *
 * Holds no address: the same structure serves wherever the instruction
 * stands. Read-only once decoded, so any context may use it without a lock.
 */
struct poke_insn {
	u8 kind;
	u8 len;
	u8 cond;
	u8 disp_off;
	u8 disp_len;
	u8 count32;
	u8 reg;
	u8 base;
	u8 index;
	u8 shift;
	u16 pop;
	s32 disp;
	u8 bytes[POKE_INSN_MAX];
};

/**
 * poke_insn_is_copy() - does it need a slot?
 * @insn:	decoded instruction
 *
 * Return: true if the instruction runs out of line, false if
 * poke_insn_emulate() executes it.
 */
static inline bool poke_insn_is_copy(const struct poke_insn *insn)
{
	return insn->kind == POKE_INSN_COPY;
}

/*
 * Decode the first instruction of size bytes; .len is its length. POKE_OK or
 * the reason of the refusal. Not for the breakpoint handler.
 */
enum poke_why poke_insn_decode(struct poke_insn *insn, const u8 *bytes,
			       unsigned int size);
/*
 * Write into buf what has to stand at address slot: the instruction of site
 * addr, re-based, then INT3. Length of the instruction without the INT3
 * (the trap is then reported at slot + length + 1), or -ERANGE (out of
 * reach), -ENOSPC, -EINVAL (not a COPY). No calls to the kernel.
 */
int poke_insn_build(const struct poke_insn *insn, unsigned long addr,
		    unsigned long slot, u8 *buf, unsigned int size);
/*
 * Execute a non-COPY instruction of site addr on regs; sets regs->ip. For the
 * breakpoint handler of kernel mode: any context, calls nothing. A call
 * pushes into the gap that the entry code leaves below a kernel-mode #BP.
 */
void poke_insn_emulate(const struct poke_insn *insn, struct pt_regs *regs,
		       unsigned long addr);

/* One NOP of len (1..15) bytes. 0 or -EINVAL. */
int poke_insn_nop(u8 *buf, unsigned int len);
/*
 * The instruction in bytes (written for the same address), made len bytes
 * long by prefixes that change nothing. 0, -EINVAL, -ERANGE.
 */
int poke_insn_pad(u8 *buf, const u8 *bytes, unsigned int size,
		  unsigned int len);
/*
 * call (opcode 0xe8) or jmp (0xe9) rel32 from addr to target, len (5..15)
 * bytes long. 0, -EINVAL, -ERANGE.
 */
int poke_insn_branch(u8 *buf, u8 opcode, unsigned long addr,
		     unsigned long target, unsigned int len);

#endif /* _LIVEPOKE_POKE_INSN_H */
