/* SPDX-License-Identifier: GPL-2.0 */
/*
 * May this instruction of the running kernel be replaced?
 */
#ifndef _LIVEPOKE_POKE_VALIDATE_H
#define _LIVEPOKE_POKE_VALIDATE_H

#include "poke_insn.h"

/**
 * struct poke_check - one site to validate
 * @addr:	address of the old instruction
 * @old:	bytes expected there, or NULL for whatever is there
 * @len:	length of @old; 0 (with @old NULL) to take it from the decoder
 * @quiet:	do not log a refusal
 * @old_insn:	result: the old instruction, decoded; .len is its length
 * @why:	result: POKE_OK, or the reason of the refusal
 *
 * Fields up to @quiet are the caller's, the others are results.
 */
struct poke_check {
	unsigned long addr;
	const u8 *old;
	unsigned int len;
	bool quiet;
	struct poke_insn old_insn;
	enum poke_why why;
};

/*
 * Process context, sleeps; takes kprobe_mutex, cpus_read_lock and text_mutex
 * by itself, so hold none of them, and no poke may be under way. Checks all,
 * one grace period for all; logs one line per refusal. 0, or the errno of the
 * first refusal. Pins nothing: the caller keeps the site's module alive.
 */
int poke_validate_sites(struct poke_check *checks, unsigned int count);
int poke_validate_site(struct poke_check *check);

/* Does a debugger own breakpoints, or a guard the kernel's text? */
enum poke_why poke_validate_system(void);

/* A new instruction for a site that was accepted; see poke_validate.c. */
enum poke_why poke_validate_new(struct poke_insn *pi, unsigned long addr,
				unsigned int len, const u8 *bytes,
				unsigned int size);

/*
 * The part that can change after validation, to be repeated under
 * kprobe_mutex (or with preemption off): a kprobe on [addr - 4, addr + len).
 */
enum poke_why poke_validate_kprobes(unsigned long addr, unsigned int len);

#endif /* _LIVEPOKE_POKE_VALIDATE_H */
