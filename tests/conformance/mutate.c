// SPDX-License-Identifier: GPL-2.0
/*
 * One mistake in a good record, for each invariant.
 */
#include <stdlib.h>
#include <string.h>
#include "conform.h"
#include "klp_words.h"
#include "poke_words.h"

#define OTHER_TASK	64	/* no task_struct is there */

static bool is_commit(const struct lp_record *r)
{
	return r->what == LP_REC_POKE_PHASE && r->a == PHASE_COMMIT;
}

static size_t last_before(const struct trace *t, size_t i, enum lp_record_what what)
{
	while (i--) {
		if (t->r[i].what == what)
			return i;
	}
	return NONE;
}

static void delete_entries(struct trace *t, size_t i, size_t n)
{
	memmove(&t->r[i], &t->r[i + n], (t->n - i - n) * sizeof(*t->r));
	t->n -= n;
}

/* A copy of entry @i behind it, to be changed by the caller */
static struct lp_record *insert_after(struct trace *t, size_t i)
{
	if (t->n == t->room)
		abort();
	memmove(&t->r[i + 1], &t->r[i], (t->n - i) * sizeof(*t->r));
	t->n++;
	return &t->r[i + 1];
}

static void move_entry(struct trace *t, size_t from, size_t to)
{
	struct lp_record r = t->r[from];

	delete_entries(t, from, 1);
	insert_after(t, to);
	t->r[to] = r;
}

/* A tail is written before COMMIT. */
static void break_i1(struct trace *t, size_t i)
{
	while (!is_commit(&t->r[i]) && i)
		i--;
	for (size_t j = i; j < t->n; j++) {
		if (t->r[j].what == LP_REC_POKE_TAIL) {
			move_entry(t, j, last_before(t, i, LP_REC_POKE_PHASE_TO));
			return;
		}
	}
}

static bool is_answer(const struct lp_record *r)
{
	return r->what == LP_REC_POKE_READ || r->what == LP_REC_POKE_SERIAL ||
	       r->what == LP_REC_POKE_ACK || r->what == LP_REC_POKE_ACK_IRQ;
}

/* A CPU has done nothing between INT3 and COMMIT. */
static void break_i2(struct trace *t, size_t i)
{
	unsigned int cpu = t->r[i].cpu ? 0 : 1;

	while (i-- && t->r[i].what != LP_REC_POKE_INT3) {
		if (t->r[i].cpu == cpu && is_answer(&t->r[i]))
			delete_entries(t, i, 1);
	}
}

/* A generation is acknowledged that was not read. */
static void break_i3(struct trace *t, size_t i)
{
	t->r[i].a++;
}

/* A handler waits. */
static void break_i4(struct trace *t, size_t i)
{
	insert_after(t, i)->what = LP_REC_POKE_WAIT;
}

/* Another task writes text. */
static void break_i5(struct trace *t, size_t i)
{
	t->r[i].task += OTHER_TASK;
}

/* A reference is not dropped. */
static void break_i6(struct trace *t, size_t i)
{
	delete_entries(t, i, 1);
}

/* An error is reported where the new instruction was written. */
static void break_i7(struct trace *t, size_t i)
{
	t->r[i].a = -110;
}

/* A universe is written by a task that has nothing to do with it. */
static void break_j1(struct trace *t, size_t i)
{
	t->r[i].task += OTHER_TASK;
}

/* The target changes while tasks are switched. */
static void break_j2(struct trace *t, size_t i)
{
	u64 flipped = t->r[i].a ^ 8;

	insert_after(t, i)->what = LP_REC_KLP_WORD_TO;
	t->r[i + 1].a = flipped;
	insert_after(t, i + 1)->what = LP_REC_KLP_WORD;
}

/* A task changes over inside a function. */
static void break_j3(struct trace *t, size_t i)
{
	struct lp_record *r = insert_after(t, i);

	r->what = LP_REC_KLP_SET;
	r->flags |= LP_REC_PREEMPT_OFF;
	r->a = r->task;
	r->b = 3 - r->b;
}

/* A task calls a function and is not recorded. */
static void break_j4(struct trace *t, size_t i)
{
	delete_entries(t, i, 1);
}

/* Nobody is waited for before the second look. */
static void break_j5(struct trace *t, size_t i)
{
	size_t closing = last_before(t, i, LP_REC_KLP_WORD);

	while (i-- > closing) {
		if (t->r[i].what == LP_REC_KLP_SYNC ||
		    t->r[i].what == LP_REC_KLP_SYNC_END)
			delete_entries(t, i, 1);
	}
}

static bool is_new_record(const struct lp_record *r)
{
	return r->what == LP_REC_KLP_RECORD && r->b & 1;
}

/* Where each mistake can be made */
static bool fits(const struct trace *t, size_t i, enum rule which)
{
	const struct lp_record *r = &t->r[i];

	switch (which) {
	case RULE_I1:
		return r->what == LP_REC_POKE_TAIL;
	case RULE_I2:
		return is_commit(r);
	case RULE_I3:
		return r->what == LP_REC_POKE_ACK;
	case RULE_I4:
		return r->what == LP_REC_POKE_TRAP;
	case RULE_I5:
		return r->what == LP_REC_POKE_INT3 || r->what == LP_REC_POKE_FIRST;
	case RULE_I6:
		return r->what == LP_REC_POKE_UNREF;
	case RULE_I7:
		return r->what == LP_REC_POKE_END && !r->a;
	case RULE_J1:
		return r->what == LP_REC_KLP_SET || is_new_record(r);
	case RULE_J2:
		return r->what == LP_REC_KLP_WORD && (r->a & W_PHASE) == W_ACTIVE;
	case RULE_J3:
		return r->what == LP_REC_FRAME;
	case RULE_J4:
		return is_new_record(r);
	case RULE_J5:
		return r->what == LP_REC_KLP_DONE;
	default:
		return false;
	}
}

static void (*const breaks[])(struct trace *t, size_t i) = {
	[RULE_I1] = break_i1, [RULE_I2] = break_i2, [RULE_I3] = break_i3,
	[RULE_I4] = break_i4, [RULE_I5] = break_i5, [RULE_I6] = break_i6,
	[RULE_I7] = break_i7, [RULE_J1] = break_j1, [RULE_J2] = break_j2,
	[RULE_J3] = break_j3, [RULE_J4] = break_j4, [RULE_J5] = break_j5,
};

/*
 * The second part of a rule
 */

/* A site never gets its INT3. */
static void break_i1b(struct trace *t, size_t i)
{
	u64 addr = t->r[i].a;

	while (i-- && t->r[i].what != LP_REC_POKE_BEGIN) {
		if (t->r[i].what == LP_REC_POKE_INT3 && t->r[i].a == addr)
			delete_entries(t, i, 1);
	}
}

/* INT3 is written when the generation of its sync is there. */
static void break_i3b(struct trace *t, size_t i)
{
	size_t int3 = last_before(t, i, LP_REC_POKE_INT3);

	*insert_after(t, i) = t->r[int3];
}

/* An error is returned while handlers may still look at the batch. */
static void break_i7b(struct trace *t, size_t i)
{
	delete_entries(t, last_before(t, i, LP_REC_POKE_DRAINED), 1);
}

/* After the end a function of the other universe is called. */
static void break_j5b(struct trace *t, size_t i)
{
	struct lp_record *r = insert_after(t, i);

	r->what = LP_REC_FRAME;
	r->b = r->a ? 1 : 2;
	r->a = 1;
}

/* Are both steps of one task, in one context? */
static bool same_context(const struct lp_record *a, const struct lp_record *b)
{
	return a->task == b->task && context_of(a) == context_of(b);
}

/* Where the handler began that makes choice @i */
static size_t section_of(const struct trace *t, size_t i)
{
	size_t j = i;

	do {
		j = last_before(t, j, LP_REC_KLP_SECTION);
	} while (j != NONE && !same_context(&t->r[j], &t->r[i]));
	return j;
}

/* The call that choice @i is for */
static size_t frame_of(const struct trace *t, size_t i)
{
	size_t j;

	for (j = i + 1; j < t->n; j++) {
		if (t->r[j].what == LP_REC_FRAME &&
		    same_context(&t->r[j], &t->r[i]))
			return j;
	}
	return NONE;
}

/*
 * Does a handler that makes choice @i have to? Not one that began before all
 * flags were set and all functions put on, nor one whose call comes when a way
 * back is done, or when the flags are being cleared.
 */
static bool has_to_choose(const struct trace *t, size_t i)
{
	size_t section = section_of(t, i), frame = frame_of(t, i);
	size_t flags, done, word;

	if (section == NONE || frame == NONE)
		return false;
	flags = last_before(t, frame, LP_REC_KLP_FLAGS);
	done = last_before(t, frame, LP_REC_KLP_DONE);
	word = last_before(t, section, LP_REC_KLP_WORD);
	return flags != NONE && flags < section && t->r[flags].a == 2 &&
	       (done == NONE || done < flags || t->r[done].a) &&
	       (word == NONE || !is_enabling(t->r[word].a));
}

/* Did section @i begin where none was open on its CPU? */
static bool is_outermost(const struct trace *t, size_t i)
{
	size_t j = i;

	while (j--) {
		if (t->r[j].cpu == t->r[i].cpu && t->r[j].what == LP_REC_KLP_SECTION)
			return false;
		if (t->r[j].cpu == t->r[i].cpu && t->r[j].what == LP_REC_KLP_SECTION_END)
			return true;
	}
	return true;
}

/* A task is recorded by a handler that is in no section. */
static void break_j1b(struct trace *t, size_t i)
{
	delete_entries(t, section_of(t, i), 1);
}

static bool fits_second(const struct trace *t, size_t i, enum rule which)
{
	const struct lp_record *r = &t->r[i];
	size_t section;

	switch (which) {
	case RULE_I1:
		return r->what == LP_REC_POKE_TAIL;
	case RULE_J1:
		section = is_new_record(r) ? section_of(t, i) : NONE;
		return section != NONE && is_outermost(t, section);
	case RULE_I3:
		return r->what == LP_REC_POKE_GEN && r->b == 1;
	case RULE_I7:
		return r->what == LP_REC_POKE_END && r->a;
	case RULE_J4:
		return r->what == LP_REC_KLP_CHOICE && has_to_choose(t, i);
	case RULE_J5:
		return r->what == LP_REC_KLP_DONE;
	default:
		return false;
	}
}

/* A handler does not choose where it has to: by leaving a choice out. */
static void (*const breaks_second[])(struct trace *t, size_t i) = {
	[RULE_I1] = break_i1b, [RULE_I3] = break_i3b, [RULE_I7] = break_i7b,
	[RULE_J1] = break_j1b, [RULE_J4] = break_j4, [RULE_J5] = break_j5b,
};

/* Makes the mistake at @percent of the places where it can be made. */
bool mutate(struct trace *t, enum rule which, bool second, unsigned int percent)
{
	bool (*fit)(const struct trace *t, size_t i, enum rule which) = second ? fits_second : fits;
	size_t i, n = 0, at;

	if (which > RULE_J5)
		return false;
	for (i = 0; i < t->n; i++)
		n += fit(t, i, which);
	if (!n)
		return false;
	at = (n - 1) * percent / 100;
	for (i = 0; i < t->n; i++) {
		if (fit(t, i, which) && !at--)
			break;
	}
	(second ? breaks_second : breaks)[which](t, i);
	return true;
}
