// SPDX-License-Identifier: GPL-2.0
/*
 * Making instruction bytes: the out-of-line copy, NOPs, padding, branches.
 *
 * Runs while a batch is prepared, never in the breakpoint handler.
 */
#include "poke_insn.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#endif

/* Ignored before every instruction in 64-bit mode; what the kernel pads with. */
#define POKE_CS_PREFIX	0x2e

static bool poke_fits_s32(long value)
{
	return value == (s32)value;
}

static bool poke_fits_s8(long value)
{
	return value == (s8)value;
}

/**
 * poke_insn_build() - write the out-of-line copy of an instruction
 * @pi:		a COPY instruction
 * @addr:	the site it belongs to
 * @slot:	the address at which the copy will run
 * @buf:	where to write it
 * @size:	room in @buf; POKE_SLOT_SIZE is always enough
 *
 * The copy is followed by INT3, so @pi->len + 1 bytes are written.
 *
 * Return: length of the copy without its INT3; -ERANGE if its RIP-relative
 * operand cannot be reached from @slot, -ENOSPC if @buf is too small, -EINVAL
 * if the instruction is not one that runs out of line.
 */
int poke_insn_build(const struct poke_insn *pi, unsigned long addr,
		    unsigned long slot, u8 *buf, unsigned int size)
{
	s32 disp;

	if (pi->kind != POKE_INSN_COPY)
		return -EINVAL;
	if (size < pi->len + 1u)
		return -ENOSPC;
	memcpy(buf, pi->bytes, pi->len);
	buf[pi->len] = POKE_INT3;
	if (!pi->disp_off)
		return pi->len;
	/* Both ends count from the end of the instruction: lengths cancel. */
	if (!poke_fits_s32((long)(addr - slot) + pi->disp))
		return -ERANGE;
	disp = (long)(addr - slot) + pi->disp;
	memcpy(buf + pi->disp_off, &disp, sizeof(disp));
	return pi->len;
}

/* The recommended NOPs; longer ones are the last, with prefixes. */
static const u8 poke_nops[9][9] = {
	{ 0x90 },
	{ 0x66, 0x90 },
	{ 0x0f, 0x1f, 0x00 },
	{ 0x0f, 0x1f, 0x40, 0x00 },
	{ 0x0f, 0x1f, 0x44, 0x00, 0x00 },
	{ 0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00 },
	{ 0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00 },
	{ 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
	{ 0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
};

/**
 * poke_insn_nop() - one NOP instruction of a given length
 * @buf:	where to write it
 * @len:	1 to 15
 *
 * Return: 0 or -EINVAL.
 */
int poke_insn_nop(u8 *buf, unsigned int len)
{
	unsigned int core = len < ARRAY_SIZE(poke_nops) ? len :
							  ARRAY_SIZE(poke_nops);

	if (!len || len > POKE_INSN_MAX)
		return -EINVAL;
	memset(buf, POKE_CS_PREFIX, len - core);
	memcpy(buf + len - core, poke_nops[core - 1], core);
	return 0;
}

/*
 * FS and GS overrides are repeated instead: which of two different segment
 * prefixes counts is nowhere defined.
 */
static u8 poke_pad_byte(const struct poke_insn *pi)
{
	unsigned int i;

	for (i = 0; i < pi->len; i++) {
		switch (pi->bytes[i]) {
		case 0x64:
		case 0x65:
			return pi->bytes[i];
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x66:
		case 0x67:
		case 0xf0:
		case 0xf2:
		case 0xf3:
			continue;
		default:
			return POKE_CS_PREFIX;
		}
	}
	return POKE_CS_PREFIX;
}

static int poke_store_disp(u8 *at, long disp, u8 width)
{
	s32 wide = disp;

	if (width == 1 ? !poke_fits_s8(disp) : !poke_fits_s32(disp))
		return -ERANGE;
	memcpy(at, &wide, width);
	return 0;
}

/**
 * poke_insn_pad() - make an instruction longer without changing what it does
 * @buf:	where to write @len bytes; not @bytes
 * @bytes:	one instruction, written for the address where @buf will stand
 * @size:	its length
 * @len:	the length it shall have
 *
 * A NOP becomes the recommended NOP of that length. Anything else gets
 * prefixes in front, and a displacement that counts from the end of the
 * instruction is corrected.
 *
 * Return: 0; -EINVAL if @bytes is not one instruction of @size bytes that
 * poke_insn_decode() accepts, or if @len is not @size to 15; -ERANGE if a
 * one-byte displacement cannot be corrected.
 */
int poke_insn_pad(u8 *buf, const u8 *bytes, unsigned int size, unsigned int len)
{
	struct poke_insn pi;
	unsigned int pad = len - size;

	if (poke_insn_decode(&pi, bytes, size) || pi.len != size ||
	    len < size || len > POKE_INSN_MAX)
		return -EINVAL;
	if (pi.kind == POKE_INSN_NOP)
		return poke_insn_nop(buf, len);
	memset(buf, poke_pad_byte(&pi), pad);
	memcpy(buf + pad, bytes, size);
	if (!pi.disp_off)
		return 0;
	return poke_store_disp(buf + pad + pi.disp_off, (long)pi.disp - pad,
			       pi.disp_len);
}

/**
 * poke_insn_branch() - a call or jump of a given length
 * @buf:	where to write it
 * @opcode:	0xe8 for a call, 0xe9 for a jump
 * @addr:	where it will stand
 * @target:	where it goes
 * @len:	5 to 15
 *
 * Return: 0, -EINVAL, or -ERANGE if @target is out of reach.
 */
int poke_insn_branch(u8 *buf, u8 opcode, unsigned long addr,
		     unsigned long target, unsigned int len)
{
	if (len < 5 || len > POKE_INSN_MAX ||
	    (opcode != 0xe8 && opcode != 0xe9))
		return -EINVAL;
	memset(buf, POKE_CS_PREFIX, len - 5);
	buf[len - 5] = opcode;
	return poke_store_disp(buf + len - 4, target - (addr + len), 4);
}
