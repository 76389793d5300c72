/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The conformance checker: whether a record of src/test_record.h keeps the
 * invariants of the two protocols.
 */
#ifndef _LP_CONFORM_H
#define _LP_CONFORM_H

#include <stdbool.h>
#include <stddef.h>
#include "../../src/test_record.h"

#define CPUS	64
#define NONE	((size_t)-1)	/* no entry of the record */

#define __printf(fmt, args)	__attribute__((format(printf, fmt, args)))

/*
 * I1..I7 and J1..J5 as in DESIGN.md. The others: steps in an order that the
 * protocol does not have; a breakpoint of ours that nobody claims; slots;
 * sections that a synchronise has not waited for; entries that make no sense.
 */
#define RULES_OF(R)							\
	R(I1) R(I2) R(I3) R(I4) R(I5) R(I6) R(I7)			\
	R(J1) R(J2) R(J3) R(J4) R(J5)					\
	R(ORDER) R(CLAIM) R(SLOT) R(SYNC) R(FORM)

#define RULE_ENUM(name)	RULE_##name,
enum rule {
	RULES_OF(RULE_ENUM)
	RULES
};

/**
 * struct trace - a record in memory
 * @r:		entries, without the header
 * @n:		their number
 * @room:	of @r; mutations insert
 * @lost:	entries that the recorder had no room for
 */
struct trace {
	struct lp_record *r;
	size_t n;
	size_t room;
	u64 lost;
};

struct seen {
	unsigned long pokes, rounds, traps, old, new, rolled, errors;
	unsigned long transitions, reversals, sections, records, sets, choices, frames;
};

extern struct seen seen;

__printf(3, 4)
void violated(enum rule which, size_t at, const char *fmt, ...);

void check_poke(const struct trace *t);
void check_klp(const struct trace *t);
bool mutate(struct trace *t, enum rule which, bool second, unsigned int percent);

/*
 * Values of a word over time. A value may have been read from the entry that
 * announces it until the entry that says that another one is there.
 */
#define HISTORY	32

struct history {
	struct value {
		u64 v;
		size_t from, to;
		unsigned int depth;
		bool pending;
	} value[HISTORY];
	unsigned int next, now;
};

void history_start(struct history *h, u64 v);
void history_to(struct history *h, u64 v, size_t at, unsigned int depth);
void history_is(struct history *h, u64 v, size_t at, unsigned int depth);
u64 history_now(const struct history *h);
bool history_had(const struct history *h, u64 v, size_t since);

/* Sets and maps of 64-bit keys; 0 is no key. */
struct map {
	u64 *key;
	void **value;
	size_t size, used;
};

void **map_at(struct map *m, u64 key);

#endif /* _LP_CONFORM_H */
