/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pure part of the poke engine needs of the kernel, in user space.
 */
#ifndef _LIVEPOKE_POKE_USER_H
#define _LIVEPOKE_POKE_USER_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/types.h>
#include <asm/insn.h>
#include <asm/processor-flags.h>

#define notrace
#define NOKPROBE_SYMBOL(fn) \
	struct poke_user_semicolon
#ifndef fallthrough
#define fallthrough __attribute__((fallthrough))
#endif

/* The kernel's layout and names. */
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx;
	unsigned long r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax;
	unsigned long ip, cs, flags, sp, ss;
};

#endif /* _LIVEPOKE_POKE_USER_H */
