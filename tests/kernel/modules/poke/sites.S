/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions with one instruction to poke, most of them five bytes at a chosen
 * place.
 */
#include <linux/linkage.h>
#include "compat/tests.h"

/* The site lies @offset bytes behind a multiple of @align. */
.macro TP_SITE name, align, offset
	.balign	\align, 0xcc
	.globl	tp_fn_\name
	.type	tp_fn_\name, @function
tp_fn_\name:
	ENDBR
	mov	$0x12345678, %eax
	.byte	0xe9			/* jmp, always the long form */
	.long	tp_at_\name - . - 4
	.org	tp_fn_\name + \offset, 0x90
	.globl	tp_at_\name
tp_at_\name:
	ANNOTATE_NOENDBR
	.byte	0xb8
	.long	0x11111111
	RET
	.size	tp_fn_\name, . - tp_fn_\name
.endm

	.text
	TP_SITE plain, 64, 16
	TP_SITE cross16, 64, 14
	TP_SITE cross64, 64, 62
	TP_SITE crosspage, 4096, 4094
	TP_SITE other, 64, 17

/* A batch: 256 sites in one function, the sum of the results is returned. */
	.balign	64
	.globl	tp_fn_batch
	.type	tp_fn_batch, @function
tp_fn_batch:
	ENDBR
	xor	%edx, %edx
	.org	tp_fn_batch + 8, 0x90	/* each site within eight aligned bytes */
	.globl	tp_at_batch
tp_at_batch:
	ANNOTATE_NOENDBR
.rept 256
	.byte	0xb8
	.long	0x11111111
	add	%rax, %rdx
.endr
	mov	%rdx, %rax
	RET
	.size	tp_fn_batch, . - tp_fn_batch

/* Where the sites below lead to */
	.balign	16
	.type	tp_to_old, @function
tp_to_old:
	ENDBR
	mov	$0x11111111, %eax
	RET
	.size	tp_to_old, . - tp_to_old

	.balign	16
	.type	tp_to_new, @function
tp_to_new:
	ENDBR
	mov	$0x3016745a, %eax	/* TP_NEW */
	RET
	.size	tp_to_new, . - tp_to_new

/* A call: without it the preset is returned. */
	.balign	64
	.globl	tp_fn_call
	.type	tp_fn_call, @function
tp_fn_call:
	ENDBR
	mov	$0x12345678, %eax
	.globl	tp_at_call
tp_at_call:
	ANNOTATE_NOENDBR
	.byte	0xe8
	.long	tp_to_old - . - 4
	RET
	.size	tp_fn_call, . - tp_fn_call

/*
 * A conditional jump, with ZF set and CF and SF clear. The old one is taken;
 * of the new ones one is taken to elsewhere, and one is not taken. Whoever
 * gets a condition, or a target, wrong returns the preset.
 */
.macro TP_JCC_SITE name, behind
	.balign	64
	.globl	tp_fn_\name
	.type	tp_fn_\name, @function
tp_fn_\name:
	ENDBR
	mov	$0x12345678, %eax
	xor	%edx, %edx
	jc	tp_new_\name		/* never */
	js	tp_torn_\name		/* never */
	.globl	tp_at_\name
tp_at_\name:
	ANNOTATE_NOENDBR
	.byte	0x0f, 0x84		/* je */
	.long	tp_old_\name - . - 4
	jmp	\behind
tp_torn_\name:
	RET
tp_old_\name:
	mov	$0x11111111, %eax
	RET
tp_new_\name:
	mov	$0x3016745a, %eax
	RET
	.size	tp_fn_\name, . - tp_fn_\name
.endm
	TP_JCC_SITE jcc, tp_torn_jcc
	TP_JCC_SITE jccn, tp_new_jccn

/* For each of them the old instruction, then the new one */
	.section .rodata
	.globl	tp_insns_call
tp_insns_call:
	.byte	0xe8
	.long	tp_to_old - tp_at_call - 5
	.byte	0xe8
	.long	tp_to_new - tp_at_call - 5
	.globl	tp_insns_jcc
tp_insns_jcc:
	.byte	0x0f, 0x84		/* je */
	.long	tp_old_jcc - tp_at_jcc - 6
	.byte	0x0f, 0x89		/* jns */
	.long	tp_new_jcc - tp_at_jcc - 6
	.globl	tp_insns_jccn
tp_insns_jccn:
	.byte	0x0f, 0x84		/* je */
	.long	tp_old_jccn - tp_at_jccn - 6
	.byte	0x0f, 0x88		/* js */
	.long	tp_torn_jccn - tp_at_jccn - 6

	.section .note.GNU-stack, "", @progbits
