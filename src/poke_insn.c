// SPDX-License-Identifier: GPL-2.0
/*
 * What an instruction is, and how it is executed beside its own address.
 *
 * Length and fields come from the kernel's own decoder. Everything that is
 * judged here is judged by two facts about a slot: it runs at another
 * address, and it runs with interrupts off whatever the trapped context had,
 * between two breakpoint exceptions. Most instructions cannot tell the
 * difference. poke_rules[] lists those that can.
 */
#include "poke_insn.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/insn.h>
#include "kernel_syms.h"
#endif

/*
 * The seam between the kernel and user space: both have this decoder, in the
 * kernel it is not exported.
 */
static int poke_kernel_decode(struct insn *insn, const u8 *bytes, int size)
{
#ifdef __KERNEL__
	return lp_k(insn_decode)(insn, bytes, size, INSN_MODE_KERN);
#else
	return insn_decode(insn, bytes, size, INSN_MODE_64);
#endif
}

/* An opcode as one number: map in the high byte, last opcode byte below. */
#define POKE_OP(byte)		(0x000 | (byte))
#define POKE_OP_0F(byte)	(0x100 | (byte))
#define POKE_OP_0F38(byte)	(0x200 | (byte))
#define POKE_OP_0F3A(byte)	(0x300 | (byte))
/* 0f 01 with a register operand: the whole ModRM byte selects. */
#define POKE_OP_0F01(modrm)	(0x400 | (modrm))
/* VEX and EVEX: state that only vector and mask instructions touch. */
#define POKE_OP_VEX		0x500

enum poke_form { ANY, MEM, DIRECT };

#define REG(n)		(1 << (n))
#define ALL_REGS	0xff
#define REPNZ		0xf2
#define REPZ		0xf3

/**
 * struct poke_rule - one line of the table of refusals
 * @first:	first opcode of a range
 * @last:	last opcode of it
 * @regs:	ModRM.reg values it applies to, one bit each
 * @form:	memory operand, register operand, or any
 * @prefix:	mandatory prefix, 0 for any
 * @why:	the verdict; POKE_OK ends the search, too
 */
struct poke_rule {
	u16 first;
	u16 last;
	u8 regs;
	u8 form;
	u8 prefix;
	u8 why;
};

#define RULE(a, b, regs, form, prefix, why) \
	{ a, b, regs, form, prefix, POKE_##why }
#define REFUSE(op, why)		RULE(op, op, ALL_REGS, ANY, 0, WHY_##why)
#define REFUSE_RANGE(a, b, why)	RULE(a, b, ALL_REGS, ANY, 0, WHY_##why)
#define ACCEPT(op)		RULE(op, op, ALL_REGS, ANY, 0, OK)

/* The first line that matches decides; without one, the copy is right. */
static const struct poke_rule poke_rules[] = {
	/*
	 * The breakpoint is ours. A second one at the site, old or new, could
	 * not be told from it.
	 */
	REFUSE(POKE_OP(0xcc), BREAKPOINT),

	/* No instructions in 64-bit mode, though the decoder takes them. */
	REFUSE_RANGE(POKE_OP(0x06), POKE_OP(0x07), UNDECODABLE),
	REFUSE(POKE_OP(0x0e), UNDECODABLE),
	REFUSE_RANGE(POKE_OP(0x16), POKE_OP(0x17), UNDECODABLE),
	REFUSE_RANGE(POKE_OP(0x1e), POKE_OP(0x1f), UNDECODABLE),
	REFUSE(POKE_OP(0x27), UNDECODABLE),
	REFUSE(POKE_OP(0x2f), UNDECODABLE),
	REFUSE(POKE_OP(0x37), UNDECODABLE),
	REFUSE(POKE_OP(0x3f), UNDECODABLE),
	REFUSE_RANGE(POKE_OP(0x60), POKE_OP(0x62), UNDECODABLE),
	REFUSE(POKE_OP(0x82), UNDECODABLE),
	REFUSE_RANGE(POKE_OP(0xc4), POKE_OP(0xc5), UNDECODABLE),
	REFUSE_RANGE(POKE_OP(0xd4), POKE_OP(0xd6), UNDECODABLE),

	/* A trap reported from a slot would miss the kernel's tables. */
	REFUSE(POKE_OP_0F(0x0b), UNDEFINED),			/* ud2 */
	REFUSE(POKE_OP_0F(0xb9), UNDEFINED),			/* ud1 */
	REFUSE(POKE_OP_0F(0xff), UNDEFINED),			/* ud0 */
	REFUSE(POKE_OP(0xcd), SOFT_INTERRUPT),			/* int n */
	REFUSE(POKE_OP(0xce), SOFT_INTERRUPT),			/* into */
	REFUSE(POKE_OP(0xf1), SOFT_INTERRUPT),			/* int1 */

	/*
	 * With IBT an indirect branch must find these very bytes; with FRED
	 * the pending check even survives the breakpoint.
	 */
	RULE(POKE_OP_0F(0x1e), POKE_OP_0F(0x1e), REG(7), DIRECT, REPZ,
	     WHY_ENDBR),

	/*
	 * IF in a slot is not the context's IF: reading it gives the wrong
	 * image, writing it is undone (or enables interrupts in a slot). AC
	 * opens user memory; its window must not span our handler.
	 */
	REFUSE(POKE_OP(0x9c), FLAGS_IMAGE),			/* pushf */
	REFUSE(POKE_OP(0x9d), FLAGS_IMAGE),			/* popf */
	REFUSE(POKE_OP(0xfa), FLAGS_IMAGE),			/* cli */
	REFUSE(POKE_OP(0xfb), FLAGS_IMAGE),			/* sti */
	REFUSE(POKE_OP_0F01(0xca), FLAGS_IMAGE),		/* clac */
	REFUSE(POKE_OP_0F01(0xcb), FLAGS_IMAGE),		/* stac */

	/*
	 * Waiting with interrupts off may never end, and the breakpoint
	 * after MONITOR disarms it.
	 */
	REFUSE(POKE_OP(0xf4), HALT),				/* hlt */
	REFUSE(POKE_OP_0F01(0xc8), HALT),			/* monitor */
	REFUSE(POKE_OP_0F01(0xc9), HALT),			/* mwait */
	REFUSE(POKE_OP_0F01(0xfa), HALT),			/* monitorx */
	REFUSE(POKE_OP_0F01(0xfb), HALT),			/* mwaitx */
	RULE(POKE_OP_0F(0xae), POKE_OP_0F(0xae), REG(6), DIRECT, REPZ,
	     WHY_HALT),						/* umonitor */
	RULE(POKE_OP_0F(0xae), POKE_OP_0F(0xae), REG(6), DIRECT, REPNZ,
	     WHY_HALT),						/* umwait */
	RULE(POKE_OP_0F(0xae), POKE_OP_0F(0xae), REG(6), DIRECT, 0x66,
	     WHY_HALT),						/* tpause */

	/*
	 * New segments take effect before the breakpoint that ends the slot,
	 * with its entry code running on them; loading SS also delays it.
	 */
	REFUSE(POKE_OP(0x8e), SEGMENT),				/* mov to seg */
	REFUSE(POKE_OP_0F(0xa1), SEGMENT),			/* pop fs */
	REFUSE(POKE_OP_0F(0xa9), SEGMENT),			/* pop gs */
	REFUSE(POKE_OP_0F(0xb2), SEGMENT),			/* lss */
	REFUSE(POKE_OP_0F(0xb4), SEGMENT),			/* lfs */
	REFUSE(POKE_OP_0F(0xb5), SEGMENT),			/* lgs */
	RULE(POKE_OP_0F(0x00), POKE_OP_0F(0x00), REG(2) | REG(3), ANY, 0,
	     WHY_SEGMENT),					/* lldt, ltr */
	RULE(POKE_OP_0F(0x01), POKE_OP_0F(0x01), REG(2) | REG(3), MEM, 0,
	     WHY_SEGMENT),					/* lgdt, lidt */

	/* The CPU leaves this instruction stream: no INT3 follows it. */
	REFUSE(POKE_OP(0x9a), FAR_BRANCH),			/* call far */
	REFUSE(POKE_OP(0xea), FAR_BRANCH),			/* jmp far */
	REFUSE_RANGE(POKE_OP(0xca), POKE_OP(0xcb), FAR_BRANCH),	/* retf */
	REFUSE(POKE_OP(0xcf), FAR_BRANCH),			/* iret */
	RULE(POKE_OP(0xff), POKE_OP(0xff), REG(3) | REG(5), ANY, 0,
	     WHY_FAR_BRANCH),
	REFUSE(POKE_OP_0F(0x05), FAR_BRANCH),			/* syscall */
	REFUSE(POKE_OP_0F(0x07), FAR_BRANCH),			/* sysret */
	REFUSE(POKE_OP_0F(0x34), FAR_BRANCH),			/* sysenter */
	REFUSE(POKE_OP_0F(0x35), FAR_BRANCH),			/* sysexit */

	/* Exits at their own address, or blocks the virtual CPU. */
	REFUSE_RANGE(POKE_OP_0F01(0xc0), POKE_OP_0F01(0xc4), VIRTUALIZATION),
	REFUSE(POKE_OP_0F01(0xd4), VIRTUALIZATION),		/* vmfunc */
	REFUSE_RANGE(POKE_OP_0F01(0xd8), POKE_OP_0F01(0xdf), VIRTUALIZATION),
	REFUSE_RANGE(POKE_OP_0F(0x78), POKE_OP_0F(0x79), VIRTUALIZATION),
	REFUSE(POKE_OP_0F(0xaa), VIRTUALIZATION),		/* rsm */
	REFUSE(POKE_OP_0F(0x37), VIRTUALIZATION),		/* getsec */
	RULE(POKE_OP_0F(0xc7), POKE_OP_0F(0xc7), REG(6) | REG(7), MEM, 0,
	     WHY_VIRTUALIZATION),	/* vmptrld, vmptrst, vmclear, vmxon */
	REFUSE_RANGE(POKE_OP_0F38(0x80), POKE_OP_0F38(0x81), VIRTUALIZATION),

	/* A breakpoint aborts a transaction; there is none in a slot. */
	REFUSE_RANGE(POKE_OP_0F01(0xd5), POKE_OP_0F01(0xd6), TRANSACTION),
	RULE(POKE_OP(0xc6), POKE_OP(0xc7), REG(7), ANY, 0,
	     WHY_TRANSACTION),					/* xabort, xbegin */

	/*
	 * What entry code and our own handler rely on; the breakpoint that
	 * ends the slot would be taken on the changed state.
	 */
	RULE(POKE_OP_0F(0x20), POKE_OP_0F(0x21), ALL_REGS, MEM, 0,
	     WHY_UNDECODABLE),		/* mov from cr, dr: no memory form */
	REFUSE_RANGE(POKE_OP_0F(0x22), POKE_OP_0F(0x23), PRIVILEGED),
	REFUSE(POKE_OP_0F(0x06), PRIVILEGED),			/* clts */
	REFUSE_RANGE(POKE_OP_0F(0x08), POKE_OP_0F(0x09), PRIVILEGED),
	REFUSE(POKE_OP_0F(0x30), PRIVILEGED),			/* wrmsr */
	RULE(POKE_OP_0F(0xae), POKE_OP_0F(0xae),
	     REG(2) | REG(3) | REG(5), DIRECT, REPZ,
	     WHY_PRIVILEGED),		/* wrfsbase, wrgsbase, incssp */
	RULE(POKE_OP_0F(0xae), POKE_OP_0F(0xae), REG(6), MEM, REPZ,
	     WHY_PRIVILEGED),					/* clrssbsy */
	RULE(POKE_OP_0F(0xc7), POKE_OP_0F(0xc7), REG(6), DIRECT, REPZ,
	     WHY_PRIVILEGED),					/* senduipi */
	REFUSE(POKE_OP_0F3A(0xf0), PRIVILEGED),			/* hreset */
	RULE(POKE_OP_0F38(0xf8), POKE_OP_0F38(0xf8), ALL_REGS, DIRECT, REPZ,
	     WHY_PRIVILEGED),					/* uwrmsr */
	RULE(POKE_OP_0F38(0xf8), POKE_OP_0F38(0xf8), ALL_REGS, DIRECT, REPNZ,
	     WHY_PRIVILEGED),					/* urdmsr */
	/*
	 * The 0f 01 group is where new privileged instructions are added, so
	 * here what is known to be harmless is listed, not the reverse.
	 */
	RULE(POKE_OP_0F(0x01), POKE_OP_0F(0x01),
	     REG(0) | REG(1) | REG(4) | REG(7), MEM, 0,
	     OK),				/* sgdt, sidt, smsw, invlpg */
	REFUSE(POKE_OP_0F(0x01), PRIVILEGED),
	ACCEPT(POKE_OP_0F01(0xd0)),				/* xgetbv */
	RULE(POKE_OP_0F01(0xe0), POKE_OP_0F01(0xe7), ALL_REGS, ANY, 0,
	     OK),						/* smsw */
	RULE(POKE_OP_0F01(0xe8), POKE_OP_0F01(0xe8), ALL_REGS, ANY, REPZ,
	     WHY_PRIVILEGED),					/* setssbsy */
	RULE(POKE_OP_0F01(0xe8), POKE_OP_0F01(0xe8), ALL_REGS, ANY, REPNZ,
	     WHY_TRANSACTION),					/* xsusldtrk */
	ACCEPT(POKE_OP_0F01(0xe8)),				/* serialize */
	RULE(POKE_OP_0F01(0xee), POKE_OP_0F01(0xee), ALL_REGS, ANY, REPZ,
	     WHY_PRIVILEGED),					/* clui */
	ACCEPT(POKE_OP_0F01(0xee)),				/* rdpkru */
	ACCEPT(POKE_OP_0F01(0xf9)),				/* rdtscp */
	REFUSE_RANGE(POKE_OP_0F01(0x00), POKE_OP_0F01(0xff), PRIVILEGED),

	/*
	 * In its place it can be interrupted between two elements. In a slot
	 * it cannot, and only its run-time count bounds it.
	 */
	RULE(POKE_OP(0x6c), POKE_OP(0x6f), ALL_REGS, ANY, REPZ, WHY_REPEAT),
	RULE(POKE_OP(0x6c), POKE_OP(0x6f), ALL_REGS, ANY, REPNZ, WHY_REPEAT),
	RULE(POKE_OP(0xa4), POKE_OP(0xa7), ALL_REGS, ANY, REPZ, WHY_REPEAT),
	RULE(POKE_OP(0xa4), POKE_OP(0xa7), ALL_REGS, ANY, REPNZ, WHY_REPEAT),
	RULE(POKE_OP(0xaa), POKE_OP(0xaf), ALL_REGS, ANY, REPZ, WHY_REPEAT),
	RULE(POKE_OP(0xaa), POKE_OP(0xaf), ALL_REGS, ANY, REPNZ, WHY_REPEAT),
	REFUSE_RANGE(POKE_OP_0F(0xa6), POKE_OP_0F(0xa7), REPEAT), /* PadLock */
};

static bool poke_has_prefix(const struct insn *insn, u8 prefix)
{
	int i;

	for (i = 0; i < insn->prefixes.nbytes; i++)
		if (insn->kaddr[i] == prefix)
			return true;
	return false;
}

static bool poke_has_fs_gs(const struct insn *insn)
{
	return poke_has_prefix(insn, 0x64) || poke_has_prefix(insn, 0x65);
}

static bool poke_is_legacy_prefix(u8 byte)
{
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64 ... 0x67:
	case 0xf0:
	case 0xf2:
	case 0xf3:
		return true;
	default:
		return false;
	}
}

/*
 * What the decoder lets pass although it is no instruction, or not the one it
 * takes it for: a fifth different prefix counts as an opcode; the forced
 * emulation prefixes of Xen and KVM start with ud2; REX2 is newer than we.
 */
static bool poke_misread(const struct insn *insn)
{
	if (insn->emulate_prefix_size || insn->rex_prefix.nbytes > 1)
		return true;
	return !insn->vex_prefix.nbytes &&
	       poke_is_legacy_prefix(insn->opcode.bytes[0]);
}

static u8 poke_modrm(const struct insn *insn)
{
	return insn->modrm.bytes[0];
}

static u8 poke_rex(const struct insn *insn)
{
	return insn->rex_prefix.bytes[0];
}

static u16 poke_opcode(const struct insn *insn)
{
	const insn_byte_t *op = insn->opcode.bytes;

	if (insn->vex_prefix.nbytes)
		return POKE_OP_VEX;
	if (op[0] != 0x0f)
		return POKE_OP(op[0]);
	if (op[1] == 0x38)
		return POKE_OP_0F38(op[2]);
	if (op[1] == 0x3a)
		return POKE_OP_0F3A(op[2]);
	if (op[1] == 0x01 && X86_MODRM_MOD(poke_modrm(insn)) == 3)
		return POKE_OP_0F01(poke_modrm(insn));
	return POKE_OP_0F(op[1]);
}

static bool poke_rule_matches(const struct poke_rule *rule,
			      const struct insn *insn, u16 opcode)
{
	bool direct = X86_MODRM_MOD(poke_modrm(insn)) == 3;

	if (opcode < rule->first || opcode > rule->last)
		return false;
	if (rule->prefix && !poke_has_prefix(insn, rule->prefix))
		return false;
	if (rule->form != ANY && direct != (rule->form == DIRECT))
		return false;
	return rule->regs & REG(X86_MODRM_REG(poke_modrm(insn)));
}

static enum poke_why poke_judge(const struct insn *insn, u16 opcode)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(poke_rules); i++)
		if (poke_rule_matches(&poke_rules[i], insn, opcode))
			return poke_rules[i].why;
	return POKE_OK;
}

/* Relative branches, loops and returns, by opcode. */
static u8 poke_branch_kind(u16 opcode)
{
	switch (opcode) {
	case POKE_OP(0xe8):
		return POKE_INSN_CALL;
	case POKE_OP(0xe9):
	case POKE_OP(0xeb):
		return POKE_INSN_JMP;
	case POKE_OP(0x70) ... POKE_OP(0x7f):
	case POKE_OP_0F(0x80) ... POKE_OP_0F(0x8f):
		return POKE_INSN_JCC;
	case POKE_OP(0xe0):
		return POKE_INSN_LOOPNE;
	case POKE_OP(0xe1):
		return POKE_INSN_LOOPE;
	case POKE_OP(0xe2):
		return POKE_INSN_LOOP;
	case POKE_OP(0xe3):
		return POKE_INSN_JRCXZ;
	case POKE_OP(0xc2):
	case POKE_OP(0xc3):
		return POKE_INSN_RET;
	default:
		return POKE_INSN_NONE;
	}
}

static u8 poke_kind(const struct insn *insn, u16 opcode)
{
	u8 kind = poke_branch_kind(opcode);

	if (kind)
		return kind;
	if (opcode == POKE_OP(0xff) && X86_MODRM_REG(poke_modrm(insn)) == 2)
		return POKE_INSN_CALL_IND;
	if (opcode == POKE_OP(0xff) && X86_MODRM_REG(poke_modrm(insn)) == 4)
		return POKE_INSN_JMP_IND;
	if (poke_has_prefix(insn, 0xf0))
		return POKE_INSN_COPY;
	if (opcode == POKE_OP_0F(0x1f))
		return POKE_INSN_NOP;
	/* REX.B makes 0x90 an exchange with R8, REPZ makes it PAUSE. */
	if (opcode == POKE_OP(0x90) && !X86_REX_B(poke_rex(insn)) &&
	    !poke_has_prefix(insn, REPZ))
		return POKE_INSN_NOP;
	return POKE_INSN_COPY;
}

/*
 * Prefixes that change what a branch does, or whose effect differs between
 * processors: 0x66 (16-bit IP on AMD, ignored on Intel) and LOCK (#UD).
 * Without effect: CS, DS, ES, SS (also as hint, padding or NOTRACK), REX, the
 * former BND, REPZ on a return, and the address size unless it counts or
 * addresses.
 */
static enum poke_why poke_branch_prefixes(const struct insn *insn, u8 kind)
{
	bool indirect = kind == POKE_INSN_JMP_IND || kind == POKE_INSN_CALL_IND;
	bool mem = indirect && X86_MODRM_MOD(poke_modrm(insn)) != 3;

	if (poke_has_prefix(insn, 0x66) || poke_has_prefix(insn, 0xf0))
		return POKE_WHY_BRANCH_FORM;
	if (poke_has_prefix(insn, REPZ) && kind != POKE_INSN_RET)
		return POKE_WHY_BRANCH_FORM;
	if (poke_has_fs_gs(insn))
		return mem ? POKE_WHY_SEGMENT_BRANCH : POKE_WHY_BRANCH_FORM;
	if (poke_has_prefix(insn, 0x67) && mem)
		return POKE_WHY_BRANCH_FORM;
	return POKE_OK;
}

static bool poke_is_rip_relative(const struct insn *insn)
{
	return insn->modrm.nbytes && (poke_modrm(insn) & 0xc7) == 0x05;
}

static void poke_fill_rip(struct poke_insn *pi, const struct insn *insn)
{
	pi->base = POKE_REG_RIP;
	pi->disp = insn->displacement.value;
	pi->disp_off = insn_offset_displacement((struct insn *)insn);
	pi->disp_len = 4;
}

/* Where a branch through memory finds its target. */
static void poke_fill_memory(struct poke_insn *pi, const struct insn *insn)
{
	u8 modrm = poke_modrm(insn), sib = insn->sib.bytes[0];
	u8 mod = X86_MODRM_MOD(modrm), rex = poke_rex(insn);
	u8 base = insn->sib.nbytes ? X86_SIB_BASE(sib) : X86_MODRM_RM(modrm);

	pi->disp = insn->displacement.value;
	if (poke_is_rip_relative(insn))
		poke_fill_rip(pi, insn);
	else if (mod != 0 || base != 5)
		pi->base = base | (X86_REX_B(rex) ? 8 : 0);
	if (!insn->sib.nbytes)
		return;
	pi->index = X86_SIB_INDEX(sib) | (X86_REX_X(rex) ? 8 : 0);
	if (pi->index == 4)
		pi->index = POKE_REG_NONE;
	pi->shift = X86_SIB_SCALE(sib);
}

static void poke_fill_branch(struct poke_insn *pi, const struct insn *insn)
{
	switch (pi->kind) {
	case POKE_INSN_RET:
		pi->pop = insn->opcode.bytes[0] == 0xc2 ?
			  (u16)insn->immediate.value : 0;
		return;
	case POKE_INSN_JMP_IND:
	case POKE_INSN_CALL_IND:
		if (X86_MODRM_MOD(poke_modrm(insn)) != 3)
			poke_fill_memory(pi, insn);
		else
			pi->reg = X86_MODRM_RM(poke_modrm(insn)) |
				  (X86_REX_B(poke_rex(insn)) ? 8 : 0);
		return;
	default:
		/* the decoder has sign-extended a one-byte displacement */
		pi->disp = insn->immediate.value;
		pi->disp_len = insn->immediate.nbytes;
		pi->disp_off = insn->length - pi->disp_len;
		pi->cond = insn->opcode.bytes[insn->opcode.nbytes - 1] & 0xf;
		pi->count32 = insn->addr_bytes == 4;
	}
}

static enum poke_why poke_fill(struct poke_insn *pi, const struct insn *insn)
{
	enum poke_why why;

	if (pi->kind == POKE_INSN_NOP)
		return POKE_OK;
	if (pi->kind != POKE_INSN_COPY) {
		why = poke_branch_prefixes(insn, pi->kind);
		if (!why)
			poke_fill_branch(pi, insn);
		return why;
	}
	if (!poke_is_rip_relative(insn))
		return POKE_OK;
	if (insn->addr_bytes != 8)
		return POKE_WHY_ADDR32_RIP;
	poke_fill_rip(pi, insn);
	return POKE_OK;
}

/**
 * poke_insn_decode() - decode and judge the first instruction of a buffer
 * @pi:		the result; .len is valid unless it cannot be decoded
 * @bytes:	the buffer
 * @size:	bytes that may be read
 *
 * Context: any in which the kernel's decoder may be called; not the
 * breakpoint handler.
 * Return: POKE_OK, or why the instruction is refused.
 */
enum poke_why poke_insn_decode(struct poke_insn *pi, const u8 *bytes,
			       unsigned int size)
{
	struct insn insn;
	enum poke_why why;

	memset(pi, 0, sizeof(*pi));
	pi->reg = POKE_REG_NONE;
	pi->base = POKE_REG_NONE;
	pi->index = POKE_REG_NONE;
	if (size && bytes[0] == POKE_INT3) {
		pi->len = 1;
		return POKE_WHY_BREAKPOINT;
	}
	if (size > POKE_INSN_MAX)
		size = POKE_INSN_MAX;
	if (!size || poke_kernel_decode(&insn, bytes, size))
		return POKE_WHY_UNDECODABLE;
	pi->len = insn.length;
	memcpy(pi->bytes, bytes, pi->len);
	if (poke_misread(&insn))
		return POKE_WHY_UNDECODABLE;
	why = poke_judge(&insn, poke_opcode(&insn));
	if (why)
		return why;
	pi->kind = poke_kind(&insn, poke_opcode(&insn));
	why = poke_fill(pi, &insn);
	if (why)
		pi->kind = POKE_INSN_NONE;
	return why;
}
