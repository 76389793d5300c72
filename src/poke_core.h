/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The poke protocol: one batch of sites, from the old to the new bytes.
 */
#ifndef _LIVEPOKE_POKE_CORE_H
#define _LIVEPOKE_POKE_CORE_H

#include "poke_insn.h"
#include "poke_platform.h"

#define POKE_BATCH_MAX	256

enum poke_phase {
	POKE_IDLE,		/* nothing published, or about to be withdrawn */
	POKE_DEPLOY,		/* INT3 goes in; everybody executes OLD */
	POKE_COMMIT,		/* tails are written; everybody executes NEW */
	POKE_COMMIT_SYNCED,	/* and no CPU can fetch an old tail any more */
	POKE_ABORT,		/* first bytes go back; everybody executes OLD */
	POKE_PHASE_COUNT
};

enum poke_variant { POKE_OLD, POKE_NEW };

/**
 * struct poke_ent - one site of the active batch
 * @addr:	the address of the instruction
 * @alias:	writable alias of the same bytes
 * @len:	their number
 * @tail_differs: there is a tail to write
 * @insn:	old and new instruction, see enum poke_variant
 * @slot:	[variant][interrupts on]: where it runs out of line, 0 if emulated
 */
struct poke_ent {
	unsigned long addr;
	u8 *alias;
	u8 len;
	bool tail_differs;
	struct poke_insn insn[2];
	unsigned long slot[2][2];
};

/* Does the instruction lie inside one aligned group of eight bytes? */
static inline bool poke_in_one_quad(const struct poke_ent *ent)
{
	return (ent->addr & 7) + ent->len <= 8;
}

/**
 * struct poke_vec - a batch
 * @count:	number of sites
 * @middle_sync: a sync must stand between tails and first bytes
 * @ent:	the sites, ascending addresses
 */
struct poke_vec {
	unsigned int count;
	bool middle_sync;
	struct poke_ent ent[POKE_BATCH_MAX];
};

/**
 * struct poke_state - the protocol's shared words
 * @phase:	see enum poke_phase
 * @patch_cpu:	CPU whose own breakpoints roll back or forward, -1 if none
 * @pseq:	number of publications; a handler compares it
 * @vec:	the batch; contents stable while a reference is held
 *
 * Written by the poker, under the locks of a poke; phase also by the #BP
 * handler on patch_cpu (DEPLOY to ABORT). Read by handlers without locks.
 */
struct poke_state {
	int phase;
	int patch_cpu;
	u64 pseq;
	struct poke_vec vec;
};

extern struct poke_state poke_state;

/**
 * struct poke_policy - the choices that an administrator or a test may make
 * @emulate:	never roll: the patching CPU diverts like any other
 * @sync_timeout_ms: limit of sync 1
 * @hand_over_ms: after that long in a sync the poker stops rolling and sleeps
 * @report_ms:	a CPU stuck in sync 2 or 3 is named once in this time
 * @recheck:	call poke_recheck() after sync 1; an error gives the batch up
 */
struct poke_policy {
	bool emulate;
	unsigned int sync_timeout_ms;
	unsigned int hand_over_ms;
	unsigned int report_ms;
	bool recheck;
};

int poke_run(const struct poke_policy *policy, int *laggard);
void poke_quiesce(const struct poke_policy *policy);

/* Outside the protocol: did somebody come in before the breakpoints? */
int poke_recheck(const struct poke_vec *vec);

/* For the #BP handler. */
bool poke_ref_get(void);
void poke_ref_put(void);
bool poke_leave_deploy(int phase);
void poke_store_first(enum poke_variant variant);
void poke_store_tails(void);

#endif /* _LIVEPOKE_POKE_CORE_H */
