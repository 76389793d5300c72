/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the unit tests share: counting and reporting.
 *
 * A test is a number of checks under one name; tests/unit/run numbers them.
 */
#ifndef _LIVEPOKE_UNIT_H
#define _LIVEPOKE_UNIT_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "poke_insn.h"

#define MAX_COMPLAINTS	8

struct unit_test {
	const char *name;
	unsigned long checks;
	unsigned long failed;
	unsigned int length;
	char said[4096];	/* what follows the result; more is cut off */
};

static int unit_failures;

static inline __printf(2, 0)
void unit_vsay(struct unit_test *t, const char *format, va_list args)
{
	unsigned int room = sizeof(t->said) - t->length;
	unsigned int n = vsnprintf(t->said + t->length, room, format, args);

	t->length += n < room ? n : room - 1;
}

static inline __printf(2, 3)
void unit_say(struct unit_test *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	unit_vsay(t, format, args);
	va_end(args);
}

static inline void unit_hex(struct unit_test *t, const char *what,
			    const u8 *bytes, unsigned int len)
{
	unit_say(t, "#   %s", what);
	while (len--)
		unit_say(t, " %02x", *bytes++);
	unit_say(t, "\n");
}

/* Counts a check; complains about the first few that fail. */
static inline __printf(3, 4)
bool unit_check(struct unit_test *t, bool good, const char *format, ...)
{
	va_list args;

	t->checks++;
	if (good || t->failed++ >= MAX_COMPLAINTS)
		return good;
	unit_say(t, "# ");
	va_start(args, format);
	unit_vsay(t, format, args);
	va_end(args);
	unit_say(t, "\n");
	return false;
}

/* A test without a single check has shown nothing. */
static inline void unit_done(const struct unit_test *t)
{
	bool good = t->checks && !t->failed;

	printf("%s - %s\n", good ? "ok" : "not ok", t->name);
	printf("# %s: %lu checks, %lu failed\n", t->name, t->checks, t->failed);
	fputs(t->said, stdout);
	unit_failures += !good;
}

/* xorshift64*: the same sequence everywhere */
static uint64_t unit_seed = 0x9e3779b97f4a7c15ull;

static inline uint64_t unit_random(void)
{
	unit_seed ^= unit_seed >> 12;
	unit_seed ^= unit_seed << 25;
	unit_seed ^= unit_seed >> 27;
	return unit_seed * 0x2545f4914f6cdd1dull;
}

static inline unsigned int unit_below(unsigned int n)
{
	return unit_random() % n;
}

#endif /* _LIVEPOKE_UNIT_H */
