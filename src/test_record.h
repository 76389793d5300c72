/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record of what the two protocols do, for the conformance checker.
 *
 * In a test build LP_RECORD() appends one entry to a buffer, in any context.
 * Entries have one order for all CPUs: the place in the buffer, which is
 * taken with a locked instruction. A step that others may only take after
 * this one is recorded before what lets them go on, and what a step waited
 * for is recorded after the wait: so the order of the entries shows every
 * order that the protocol makes. Where a store itself matters there is an
 * entry on either side (..._TO and the same without).
 *
 * In the product the entries do not exist. The checker (tests/conformance)
 * is built in user space from the same list.
 */
#ifndef _LIVEPOKE_TEST_RECORD_H
#define _LIVEPOKE_TEST_RECORD_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint64_t u64;
#endif

/* R(name): what a and b are */
#define LP_RECORDS(R)							\
	R(NONE)			/* a hole: never filled */		\
	R(HEADER)		/* the first: entries, entries lost */	\
	/* poke engine, the poker */					\
	R(POKE_BEGIN)		/* sites, online CPUs as a mask */	\
	R(POKE_SITE)		/* address, a tail to write */		\
	R(POKE_PUBLISH)		/* sync 2 is needed */			\
	R(POKE_PATCH_CPU)	/* CPU or -1 */				\
	R(POKE_PHASE_TO)	/* the phase to be */			\
	R(POKE_PHASE)		/* the phase that is */			\
	R(POKE_INT3)		/* address: all three after the store */ \
	R(POKE_FIRST)		/* address, variant */			\
	R(POKE_TAIL)		/* address */				\
	R(POKE_GEN)		/* generation, which sync; before it is public */ \
	R(POKE_SEND)		/* CPU, generation */			\
	R(POKE_WAIT)		/* which sync; 4: for references; 5: in a handler */ \
	R(POKE_ROUND)		/* generation, which sync; complete */	\
	R(POKE_DRAINED)							\
	R(POKE_END)		/* result */				\
	/* poke engine, any CPU */					\
	R(POKE_READ)		/* generation read */			\
	R(POKE_SERIAL)		/* this CPU has serialised */		\
	R(POKE_ACK)		/* generation, enum poke_ack_from; before */ \
	R(POKE_ACK_IRQ)		/* generation; before it is stored */	\
	R(POKE_REF)							\
	R(POKE_UNREF)							\
	R(POKE_TRAP)		/* address, interrupts were on */	\
	R(POKE_TRAP_END)	/* address, claimed */			\
	R(POKE_DECIDE)		/* address, phase << 8 | enum lp_decision */ \
	R(POKE_SLOT)		/* slot, it turns interrupts on */	\
	R(POKE_SLOT_END)	/* slot */				\
	R(POKE_SLOT_WRITE)	/* slot, address */			\
	/* klp engine */						\
	R(KLP_WORD_TO)							\
	R(KLP_WORD)		/* the word */				\
	R(KLP_OVERFLOW)		/* the word before */			\
	R(KLP_FLAGS)		/* transition flags: being set 1, set 2, being cleared 0 */ \
	R(KLP_SECTION)							\
	R(KLP_SECTION_END)						\
	R(KLP_SYNC)							\
	R(KLP_SYNC_END)							\
	R(KLP_RECORD)		/* task, word << 8 | universe in force << 4 | newly */ \
	R(KLP_SET)		/* task, universe */			\
	R(KLP_FORCED)		/* task, universe; whatever it is in */	\
	R(KLP_HELD)		/* task, it is on a CPU */		\
	R(KLP_RELEASED)		/* task */				\
	R(KLP_OFFLINE)		/* idle task, its CPU is online */	\
	R(KLP_CPUS)		/* CPUs cannot come or go */		\
	R(KLP_CPUS_END)							\
	R(KLP_CHOICE)		/* function, in transition << 4 | universe */ \
	R(KLP_LISTED)		/* task */				\
	R(KLP_DEAD)		/* task */				\
	R(KLP_GONE)		/* task, its entry is given up */	\
	R(KLP_RESCAN)		/* nobody is known to be elsewhere */	\
	R(KLP_DONE)		/* target */				\
	/* the functions that the tests patch */			\
	R(FRAME)		/* function, universe */		\
	R(FRAME_END)		/* function, universe */

#define LP_RECORD_ENUM(name)	LP_REC_##name,
enum lp_record_what {
	LP_RECORDS(LP_RECORD_ENUM)
	LP_REC_COUNT
};

/* What a #BP handler of the poke engine does. */
enum lp_decision {
	LP_DECIDE_OLD,
	LP_DECIDE_NEW,
	LP_DECIDE_BACK,		/* rolled, back or forward: execute again */
	LP_DECIDE_IDLE,		/* over: execute again */
	LP_DECIDE_LATE,		/* likewise, found without a batch */
	LP_DECIDE_NOT_OURS,
};

/**
 * struct lp_record - an entry
 * @what:	enum lp_record_what; written last
 * @flags:	the context, see below
 * @cpu:	where
 * @nr:		preemption count
 * @task:	current
 * @a:		see LP_RECORDS
 * @b:		see LP_RECORDS
 */
struct lp_record {
	u8 what;
	u8 flags;
	u16 cpu;
	unsigned int nr;
	u64 task;
	u64 a;
	u64 b;
};

#define LP_REC_NMI		1
#define LP_REC_HARDIRQ		2
#define LP_REC_IRQS_OFF		4
#define LP_REC_PREEMPT_OFF	8	/* for whatever reason */

#if defined(__KERNEL__) && defined(LP_TEST_BUILD)
extern bool lp_record_on;
void lp_record_add(enum lp_record_what what, u64 a, u64 b);
void lp_record_init(void);
void lp_record_exit(void);

#define LP_RECORD(what, a, b)						\
	do {								\
		if (unlikely(READ_ONCE(lp_record_on)))			\
			lp_record_add(LP_REC_##what, (u64)(a), (u64)(b)); \
	} while (0)
#else
#define LP_RECORD(what, a, b)	do { } while (0)
static inline void lp_record_init(void) { }
static inline void lp_record_exit(void) { }
#endif

#endif /* _LIVEPOKE_TEST_RECORD_H */
