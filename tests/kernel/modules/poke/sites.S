/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions with one five-byte instruction at a chosen place.
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

	.section .note.GNU-stack, "", @progbits
