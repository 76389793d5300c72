// SPDX-License-Identifier: GPL-2.0
/*
 * I1..I7 of the poke protocol.
 */
#include <stdlib.h>
#include <string.h>
#include "conform.h"
#include "poke_words.h"

#define READS	16		/* generations that a CPU remembers */
#define DEPTH	8		/* #BP handlers and slots of a CPU that nest */
#define SITES	1024

/*
 * @old: it executes the old instruction
 */
struct in_slot {
	u64 slot;
	bool old;
};

struct in_trap {
	u64 addr;
	size_t at;
	bool irqs_on;
	unsigned int decided, steps;
	enum lp_decision decision;
};

/* All numbers of entries are those of the last one of their kind. */
struct cpu {
	struct { u64 gen; bool serialised; } read[READS];
	unsigned int next_read;
	size_t serial, ack_irq;
	u64 acked, acked_irq;
	int refs;
	struct in_trap trap[DEPTH];
	struct in_slot slot[DEPTH];
	unsigned int traps, slots;
};

struct site {
	u64 addr;
	bool has_tail;
	size_t int3, tail, first;
	unsigned int variant;
};

static struct cpu cpus[CPUS];
static struct site sites[SITES];
static unsigned int nr_sites;
static struct map ever;
static struct history phases;

/* The batch. @first, @tail, @int3: last stores of the poker itself */
static struct {
	bool active, middle, drained;
	u64 task, online;
	int patch_cpu, self;
	size_t int3, tail, first;
	unsigned long new, tails;
} poke;

static u64 generation;

/*
 * The round in progress: from its generation to its end the poker and who
 * rolls for it store nothing. @since: the entry, 0 if there is none
 */
static struct {
	size_t since;
	unsigned int which;
} round;

static bool is_online(unsigned int cpu)
{
	return cpu < CPUS && poke.online >> cpu & 1;
}

static struct site *site_of(u64 addr)
{
	unsigned int i;

	for (i = 0; i < nr_sites; i++) {
		if (sites[i].addr == addr)
			return &sites[i];
	}
	return NULL;
}

/* What may be read as the phase by whoever made entry @i. */
static bool phase_may_be(const struct cpu *c, u64 phase, size_t i)
{
	if (!c->traps)
		return history_now(&phases) == phase;
	return history_had(&phases, phase, c->trap[c->traps - 1].at) && i;
}

/*
 * I5: the poker, or the handler that interrupts it on the patching CPU
 */
static void check_writer(const struct lp_record *r, const struct cpu *c, size_t i)
{
	if (!poke.active)
		violated(RULE_I5, i, "text or phase written outside a poke");
	else if (r->task != poke.task)
		violated(RULE_I5, i, "text or phase written by another task than the poker");
	else if (poke.patch_cpu >= 0 && r->cpu != poke.patch_cpu)
		violated(RULE_I5, i, "text or phase written on CPU %u, patching CPU is %d",
			 r->cpu, poke.patch_cpu);
	else if (c->traps && poke.patch_cpu < 0)
		violated(RULE_I5, i, "text or phase written by a handler that does not roll");
}

/*
 * I3: a generation stands for the stores before it. One that comes later, and
 * before the round is over, is in nobody's promise. The handler may roll in
 * every round, and then the attempt is over, or nothing is left to store.
 */
static void check_no_round(const struct cpu *c, size_t i)
{
	if (round.since && !c->traps)
		violated(RULE_I3, i, "stored in sync %u, behind its generation", round.which);
}

/* I2: every online CPU has serialised since @since. */
static void check_serialised(size_t since, size_t i, const char *what)
{
	unsigned int cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		if (is_online(cpu) && cpus[cpu].serial <= since)
			violated(RULE_I2, i, "CPU %u has not serialised since %s", cpu, what);
	}
}

/* I6: an IPI was taken by every other CPU after the first bytes. */
static void check_left(size_t i)
{
	unsigned int cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		if (is_online(cpu) && (int)cpu != poke.self &&
		    cpus[cpu].ack_irq <= poke.first)
			violated(RULE_I6, i, "retired, but CPU %u took no IPI since the first bytes were stored", cpu);
	}
}

static void phase_entered(u64 phase, size_t i)
{
	switch (phase) {
	case PHASE_COMMIT:
		if (!poke.int3)
			violated(RULE_I1, i, "committed without an INT3");
		check_serialised(poke.int3, i, "INT3 was stored");
		break;
	case PHASE_COMMIT_SYNCED:
		if (poke.middle && poke.tail)
			check_serialised(poke.tail, i, "the tails were stored");
		break;
	case PHASE_ABORT:
		/* Nobody relies on the first round any more. */
		round.since = 0;
		break;
	}
}

static const bool may_follow[PHASES][PHASES] = {
	[PHASE_IDLE] = { [PHASE_DEPLOY] = true },
	[PHASE_DEPLOY] = { [PHASE_COMMIT] = true, [PHASE_ABORT] = true },
	[PHASE_COMMIT] = { [PHASE_COMMIT_SYNCED] = true },
	[PHASE_COMMIT_SYNCED] = { [PHASE_IDLE] = true },
	[PHASE_ABORT] = { [PHASE_IDLE] = true },
};

static void on_phase(const struct lp_record *r, struct cpu *c, size_t i)
{
	u64 old = history_now(&phases);

	check_writer(r, c, i);
	history_is(&phases, r->a, i, c->traps);
	if (old == r->a || history_now(&phases) == old)
		return;
	if (old >= PHASES || r->a >= PHASES || !may_follow[old][r->a])
		violated(RULE_ORDER, i, "phase %d after %d", (int)r->a, (int)old);
	phase_entered(r->a, i);
	if (r->a == PHASE_IDLE && old == PHASE_COMMIT_SYNCED)
		check_left(i);
}

static void on_int3(const struct lp_record *r, struct cpu *c, size_t i)
{
	struct site *s = site_of(r->a);

	check_writer(r, c, i);
	check_no_round(c, i);
	if (!s || history_now(&phases) != PHASE_DEPLOY)
		violated(RULE_ORDER, i, "INT3 outside DEPLOY, or where no site is");
	if (s)
		s->int3 = i;
	poke.int3 = i;
}

static void on_new_first(const struct site *s, const struct cpu *c, size_t i)
{
	if (!s->int3)
		violated(RULE_I1, i, "new first byte where no INT3 was stored");
	if (s->has_tail && !s->tail)
		violated(RULE_I2, i, "new first byte before its tail");
	if (!phase_may_be(c, PHASE_COMMIT_SYNCED, i) &&
	    (poke.middle || !phase_may_be(c, PHASE_COMMIT, i)))
		violated(RULE_I2, i, "new first byte before sync 2, or outside COMMIT");
}

static void on_first(const struct lp_record *r, struct cpu *c, size_t i)
{
	struct site *s = site_of(r->a);

	check_writer(r, c, i);
	check_no_round(c, i);
	if (!s) {
		violated(RULE_FORM, i, "first byte where no site is");
		return;
	}
	if (r->b == VARIANT_NEW)
		on_new_first(s, c, i);
	else if (!phase_may_be(c, PHASE_ABORT, i))
		violated(RULE_ORDER, i, "old first byte outside ABORT");
	s->first = i;
	s->variant = r->b;
	if (!c->traps)
		poke.first = i;
}

/* I1 */
static void on_tail(const struct lp_record *r, struct cpu *c, size_t i)
{
	struct site *s = site_of(r->a);

	check_writer(r, c, i);
	check_no_round(c, i);
	if (!phase_may_be(c, PHASE_COMMIT, i) &&
	    !phase_may_be(c, PHASE_COMMIT_SYNCED, i))
		violated(RULE_I1, i, "tail written in phase %d", (int)history_now(&phases));
	if (!s || !s->int3)
		violated(RULE_I1, i, "tail written where no INT3 was stored");
	if (s)
		s->tail = i;
	poke.tails++;
	if (!c->traps)
		poke.tail = i;
}

static void on_begin(const struct lp_record *r, size_t i)
{
	if (poke.active)
		violated(RULE_FORM, i, "a poke inside a poke");
	memset(&poke, 0, sizeof(poke));
	poke.active = true;
	poke.task = r->task;
	poke.online = r->b;
	poke.patch_cpu = -1;
	poke.self = -1;
	nr_sites = 0;
	seen.pokes++;
}

static void on_site(const struct lp_record *r)
{
	if (nr_sites < SITES)
		sites[nr_sites++] = (struct site){ .addr = r->a, .has_tail = r->b };
	*map_at(&ever, r->a) = &ever;
}

/* A new attempt */
static void on_publish(const struct lp_record *r)
{
	unsigned int i;

	poke.middle = r->a;
	poke.drained = false;
	poke.int3 = 0;
	poke.tail = 0;
	poke.first = 0;
	round.since = 0;
	for (i = 0; i < nr_sites; i++) {
		sites[i].int3 = 0;
		sites[i].tail = 0;
		sites[i].first = 0;
	}
}

static void check_references(size_t i, const char *when)
{
	unsigned int cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		if (cpus[cpu].refs)
			violated(RULE_I6, i, "%s, but a handler on CPU %u holds a reference", when, cpu);
	}
}

static void end_in_success(size_t i)
{
	unsigned int cpu, j;

	check_references(i, "success");
	if (!poke.drained || history_now(&phases) != PHASE_IDLE)
		violated(RULE_I6, i, "success, but the references were not waited for");
	for (j = 0; j < nr_sites; j++) {
		if (!sites[j].first || sites[j].variant != VARIANT_NEW)
			violated(RULE_I6, i, "success, but the bytes are not the new ones");
	}
	for (cpu = 0; cpu < CPUS; cpu++) {
		for (j = 0; j < cpus[cpu].slots; j++) {
			if (cpus[cpu].slot[j].old)
				violated(RULE_I6, i, "success, but CPU %u executes the old instruction", cpu);
		}
	}
}

/* I7 */
static void end_in_error(size_t i)
{
	unsigned int j;

	seen.errors++;
	check_references(i, "error");
	if (!poke.drained || history_now(&phases) != PHASE_IDLE)
		violated(RULE_I7, i, "error, but the references were not waited for");
	if (poke.new || poke.tails)
		violated(RULE_I7, i, "error, but the new instruction was executed, or its tail written");
	for (j = 0; j < nr_sites; j++) {
		if (sites[j].int3 && (sites[j].first < sites[j].int3 ||
				      sites[j].variant != VARIANT_OLD))
			violated(RULE_I7, i, "error, but the old first byte is not back");
	}
}

static void on_end(const struct lp_record *r, size_t i)
{
	if (!poke.active) {
		violated(RULE_FORM, i, "the end of no poke");
		return;
	}
	if (r->a)
		end_in_error(i);
	else
		end_in_success(i);
	poke.active = false;
}

static void on_generation(const struct lp_record *r, size_t i)
{
	if (generation && r->a != generation + 1)
		violated(RULE_I3, i, "generation %llu after %llu",
			 (unsigned long long)r->a, (unsigned long long)generation);
	generation = r->a;
	poke.self = r->cpu;
	/* A handler may have given the attempt up before its first round. */
	round.since = poke.active && history_now(&phases) != PHASE_ABORT ? i : 0;
	round.which = r->b;
}

/* I2 and I6: what the round has waited for was there. */
static void on_round(const struct lp_record *r, size_t i)
{
	unsigned int cpu;

	seen.rounds++;
	round.since = 0;
	if (!poke.active)
		return;
	for (cpu = 0; cpu < CPUS; cpu++) {
		if (!is_online(cpu) || (int)cpu == poke.self)
			continue;
		if (cpus[cpu].acked < r->a)
			violated(RULE_I2, i, "sync %u is over, CPU %u has not acknowledged", (unsigned int)r->b, cpu);
		if ((r->b == 0 || r->b == 3) && cpus[cpu].acked_irq < r->a)
			violated(RULE_I6, i, "sync %u is over, CPU %u has not acknowledged by IPI", (unsigned int)r->b, cpu);
	}
}

static void on_read(const struct lp_record *r, struct cpu *c, size_t i)
{
	unsigned int j;

	if (generation && r->a > generation)
		violated(RULE_I3, i, "generation %llu read before it was there",
			 (unsigned long long)r->a);
	for (j = 0; j < READS; j++) {
		if (c->read[j].gen == r->a)
			return;
	}
	c->read[c->next_read].gen = r->a;
	c->read[c->next_read].serialised = false;
	c->next_read = (c->next_read + 1) % READS;
}

static void on_serial(struct cpu *c, size_t i)
{
	unsigned int j;

	c->serial = i;
	for (j = 0; j < READS; j++)
		c->read[j].serialised = true;
}

/* I3 */
static void check_ack(const struct lp_record *r, const struct cpu *c, size_t i)
{
	unsigned int j;

	for (j = 0; j < READS; j++) {
		if (c->read[j].gen == r->a && c->read[j].serialised)
			return;
	}
	violated(RULE_I3, i, "CPU %u acknowledges %llu, but has not read it and then serialised",
		 r->cpu, (unsigned long long)r->a);
}

static void on_ack(const struct lp_record *r, struct cpu *c, size_t i)
{
	check_ack(r, c, i);
	if (c->acked < r->a)
		c->acked = r->a;
}

static void on_ack_irq(const struct lp_record *r, struct cpu *c, size_t i)
{
	if (r->a)
		check_ack(r, c, i);
	if (c->traps || c->slots || r->flags & LP_REC_NMI)
		violated(RULE_I6, i, "acknowledged by IPI inside a handler or a slot");
	c->acked_irq = r->a;
	c->ack_irq = i;
}

static void on_trap(const struct lp_record *r, struct cpu *c, size_t i)
{
	seen.traps++;
	if (c->traps == DEPTH) {
		violated(RULE_FORM, i, "handlers nest too deep");
		return;
	}
	c->trap[c->traps++] = (struct in_trap){
		.addr = r->a, .at = i, .irqs_on = r->b,
	};
}

/* I4: one decision, and on it goes. */
static void on_trap_end(const struct lp_record *r, struct cpu *c, size_t i)
{
	struct in_trap *trap;

	if (!c->traps) {
		violated(RULE_I4, i, "a handler ends that has not begun");
		return;
	}
	trap = &c->trap[--c->traps];
	if (trap->addr != r->a || trap->decided != 1)
		violated(RULE_I4, i, "a handler ends after %u decisions", trap->decided);
}

static void on_diversion(const struct lp_record *r, const struct cpu *c, size_t i)
{
	if (!poke.active || !site_of(r->a))
		violated(RULE_I6, i, "a batch that is over is executed");
	if (c->refs <= 0)
		violated(RULE_I6, i, "executed without a reference");
}

static void on_old_or_new(const struct lp_record *r, const struct cpu *c, size_t i)
{
	u64 phase = r->b >> 8;
	bool new = (r->b & 0xff) == LP_DECIDE_NEW;
	bool committed = phase == PHASE_COMMIT || phase == PHASE_COMMIT_SYNCED;

	on_diversion(r, c, i);
	if (new != committed)
		violated(new ? RULE_I7 : RULE_I6, i, "%s executed in phase %d",
			 new ? "NEW" : "OLD", (int)phase);
	if (new) {
		seen.new++;
		poke.new++;
	} else {
		seen.old++;
	}
}

static void on_decision(const struct lp_record *r, struct cpu *c, size_t i)
{
	enum lp_decision what = r->b & 0xff;
	struct in_trap *trap;

	if (!c->traps || c->trap[c->traps - 1].addr != r->a) {
		violated(RULE_I4, i, "a decision outside a handler");
		return;
	}
	trap = &c->trap[c->traps - 1];
	trap->decided++;
	trap->decision = what;
	if (what <= LP_DECIDE_IDLE && !phase_may_be(c, r->b >> 8, i))
		violated(RULE_FORM, i, "phase %d seen, which was not there", (int)(r->b >> 8));
	if (what == LP_DECIDE_OLD || what == LP_DECIDE_NEW)
		on_old_or_new(r, c, i);
	if (what == LP_DECIDE_BACK) {
		seen.rolled++;
		if (r->task != poke.task || r->cpu != poke.patch_cpu)
			violated(RULE_I5, i, "rolled by another than the patching CPU");
	}
	if (what == LP_DECIDE_NOT_OURS && *map_at(&ever, r->a))
		violated(RULE_CLAIM, i, "a breakpoint at a poked address is not claimed");
}

static void on_slot(const struct lp_record *r, struct cpu *c, size_t i)
{
	const struct in_trap *trap;

	if (!c->traps || c->slots == DEPTH) {
		violated(RULE_SLOT, i, "a slot is entered without a breakpoint");
		return;
	}
	trap = &c->trap[c->traps - 1];
	if (trap->irqs_on != !!r->b)
		violated(RULE_SLOT, i, "a slot that leaves interrupts %s for a context that had them %s",
			 r->b ? "on" : "off", trap->irqs_on ? "on" : "off");
	c->slot[c->slots++] = (struct in_slot){
		.slot = r->a, .old = trap->decision == LP_DECIDE_OLD,
	};
}

static void on_slot_end(const struct lp_record *r, struct cpu *c, size_t i)
{
	if (!c->slots || c->slot[c->slots - 1].slot != r->a)
		violated(RULE_SLOT, i, "the end of a slot that was not entered last");
	if (c->slots)
		c->slots--;
}

static void on_slot_write(const struct lp_record *r, size_t i)
{
	unsigned int cpu, j;

	for (cpu = 0; cpu < CPUS; cpu++) {
		for (j = 0; j < cpus[cpu].slots; j++) {
			if (cpus[cpu].slot[j].slot == r->a)
				violated(RULE_SLOT, i, "a slot is written while CPU %u is inside", cpu);
		}
	}
}

static void on_unref(const struct lp_record *r, struct cpu *c, size_t i)
{
	if (--c->refs < 0)
		violated(RULE_FORM, i, "CPU %u drops a reference that it has not", r->cpu);
}

/* I4: in a handler nobody is waited for, and there is an end. */
static void check_step(const struct lp_record *r, struct cpu *c, size_t i)
{
	struct in_trap *trap;

	if (!c->traps)
		return;
	switch (r->what) {
	case LP_REC_POKE_WAIT:
	case LP_REC_POKE_GEN:
	case LP_REC_POKE_SEND:
	case LP_REC_POKE_ROUND:
	case LP_REC_POKE_DRAINED:
		violated(RULE_I4, i, "a handler waits");
	}
	trap = &c->trap[c->traps - 1];
	if (++trap->steps == 4 * nr_sites + 64)
		violated(RULE_I4, i, "a handler does not come to its end");
}

/* The poker's own entries */
static void poker_step(const struct lp_record *r, struct cpu *c, size_t i)
{
	switch (r->what) {
	case LP_REC_POKE_BEGIN:
		on_begin(r, i);
		break;
	case LP_REC_POKE_SITE:
		on_site(r);
		break;
	case LP_REC_POKE_PUBLISH:
		on_publish(r);
		break;
	case LP_REC_POKE_PATCH_CPU:
		poke.patch_cpu = (int)r->a;
		break;
	case LP_REC_POKE_PHASE_TO:
		history_to(&phases, r->a, i, c->traps);
		break;
	case LP_REC_POKE_PHASE:
		on_phase(r, c, i);
		break;
	case LP_REC_POKE_INT3:
		on_int3(r, c, i);
		break;
	case LP_REC_POKE_FIRST:
		on_first(r, c, i);
		break;
	case LP_REC_POKE_TAIL:
		on_tail(r, c, i);
		break;
	case LP_REC_POKE_GEN:
		on_generation(r, i);
		break;
	case LP_REC_POKE_ROUND:
		on_round(r, i);
		break;
	case LP_REC_POKE_DRAINED:
		check_references(i, "drained");
		poke.drained = true;
		break;
	case LP_REC_POKE_END:
		on_end(r, i);
		break;
	case LP_REC_POKE_SLOT_WRITE:
		on_slot_write(r, i);
		break;
	}
}

static void any_step(const struct lp_record *r, struct cpu *c, size_t i)
{
	switch (r->what) {
	case LP_REC_POKE_READ:
		on_read(r, c, i);
		break;
	case LP_REC_POKE_SERIAL:
		on_serial(c, i);
		break;
	case LP_REC_POKE_ACK:
		on_ack(r, c, i);
		break;
	case LP_REC_POKE_ACK_IRQ:
		on_ack_irq(r, c, i);
		break;
	case LP_REC_POKE_REF:
		c->refs++;
		break;
	case LP_REC_POKE_UNREF:
		on_unref(r, c, i);
		break;
	case LP_REC_POKE_TRAP:
		on_trap(r, c, i);
		break;
	case LP_REC_POKE_TRAP_END:
		on_trap_end(r, c, i);
		break;
	case LP_REC_POKE_DECIDE:
		on_decision(r, c, i);
		break;
	case LP_REC_POKE_SLOT:
		on_slot(r, c, i);
		break;
	case LP_REC_POKE_SLOT_END:
		on_slot_end(r, c, i);
		break;
	}
}

/* Entry 0 stands for "never"; a record begins with a poke that begins. */
void check_poke(const struct trace *t)
{
	unsigned int cpu;
	size_t i;

	history_start(&phases, PHASE_IDLE);
	for (i = 0; i < t->n; i++) {
		const struct lp_record *r = &t->r[i];
		struct cpu *c;

		if (r->cpu >= CPUS) {
			violated(RULE_FORM, i, "CPU %u", r->cpu);
			continue;
		}
		c = &cpus[r->cpu];
		check_step(r, c, i);
		poker_step(r, c, i);
		any_step(r, c, i);
	}
	for (cpu = 0; cpu < CPUS; cpu++) {
		if (cpus[cpu].traps)
			violated(RULE_I4, t->n, "CPU %u is still in a handler", cpu);
	}
	if (poke.active)
		violated(RULE_FORM, t->n, "the last poke has not ended");
}
