/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The poke protocol on real processors: threads for CPUs, SIGTRAP for #BP,
 * another signal for the IPI, membarrier() for serialising other CPUs.
 */
#ifndef _LIVEPOKE_SILICON_H
#define _LIVEPOKE_SILICON_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "poke_core.h"
#include "poke_stats.h"
#include "poke_sync.h"

#define THREADS_MAX	16
#define SITES		4
#define LEN		5

/*
 * Every function executes one site and returns one of two values. A mixture
 * of the two instructions is an instruction too, and returns a third one.
 */
#define PRESET		0x12345678u
#define VALUE_OLD	0x11111111u		/* mov $OLD, %eax */
#define VALUE_XOR	0x22222222u		/* xor $XOR, %eax */
#define VALUE_NEW	(PRESET ^ VALUE_XOR)

/**
 * struct thread - one CPU of the protocol; the poker is number 0
 * @poke:	what the protocol keeps for it
 * @core:	the processor it is bound to
 * @old, @new:	executions of either instruction
 * @torn:	of neither
 * @stale:	of the one that a poke had replaced before
 * @traps, @unclaimed: SIGTRAPs
 * @ipi_pending: the signal came while it was in a slot
 * @count:	the protocol's statistics
 */
struct thread {
	struct poke_cpu poke;
	pthread_t id;
	int number, core;
	u64 old, new, torn, stale, traps, unclaimed;
	bool ipi_pending;
	u64 random;
	u64 count[POKE_STAT_COUNT];
} __aligned(128);

extern struct thread threads[THREADS_MAX];
extern __thread struct thread *self;

/* sites.c: code that is mapped twice */
typedef unsigned int (*site_fn)(void);

/* Four sites each, one for every way in which five bytes can lie there. */
enum site_place { IN_8, CROSS_8, CROSS_16, CROSS_64, CROSS_PAGE, PLACES };
extern const char *const place_names[PLACES];

int sites_map(void);
site_fn site_function(enum site_place place, int i);
void sites_reset(enum site_place place);
void site_fill(struct poke_ent *ent, enum site_place place, int i, bool value);
bool in_slot(unsigned long ip);
const u8 *insn_bytes(bool value);

/* executor.c: the other CPUs */
int signals_init(void);
int executors_start(enum site_place place);
void executors_stop(void);
void settle(bool value);
void unsettle(void);

/* platform.c: what the protocol takes from its surroundings */
int membarrier_init(void);
extern bool skip_int3;		/* breakpoints are not written */
extern bool skip_sync1;		/* nobody serialises in sync 1 */
extern bool by_signal;		/* every sync by signals, no membarrier() */
void take_ipi(void);
u64 thread_random(void);

#endif /* _LIVEPOKE_SILICON_H */
