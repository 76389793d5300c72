/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slots for instructions that run out of line.
 *
 * They lie in our own text because no kernel from 5.10 on offers executable
 * memory to modules in the same way, and because module text is certainly
 * within reach of RIP-relative operands. They are written through an alias,
 * like all text. Unused bytes are INT3. Nothing branches to a slot but the
 * IRET of a trap, so none needs an ENDBR.
 */
#include <linux/linkage.h>
#include "compat/annotate.h"
#include "poke_slot_size.h"

	.text
	.balign	POKE_SLOT_SIZE_ASM
	.globl	poke_slots
	.type	poke_slots, @object
poke_slots:
	ANNOTATE_NOENDBR
	.skip	POKE_SLOT_COUNT * POKE_SLOT_SIZE_ASM, 0xcc
	.size	poke_slots, . - poke_slots

	.section .note.GNU-stack, "", @progbits
