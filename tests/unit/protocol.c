// SPDX-License-Identifier: GPL-2.0
/*
 * The poke protocol on simulated CPUs.
 *
 * Each CPU is a coroutine; they change wherever the protocol can be overtaken.
 * Interrupts and NMIs come at the same places, on the poker's CPU too. Above
 * all, CPUs fetch as stale as they may: the first byte and the tail of an
 * instruction come from any two moments since the CPU last serialised. No
 * emulator does that, so a missing sync is seen here and nowhere else. In
 * pokes without the middle sync the tail is never older than the first byte,
 * which is what these rely on; sites share eight aligned bytes.
 *
 * protocol POKES [MISTAKE]: with a mistake, see src/test_break.h, something
 * must go wrong, and the exit status is 0 if it does not.
 */
#include <ucontext.h>
#include "poke_core.h"
#include "poke_ever.h"
#include "poke_slot.h"
#include "poke_stats.h"
#include "poke_sync.h"
#include "poke_trap.h"
#include "unit.h"

#define CPUS		4
#define SITES		4
#define LEN		4
#define STRIDE		4
#define HISTORY		4096		/* stores to text that are remembered */
#define STACK		(256 * 1024)
#define NS_PER_LOOK	4000
#define DEAF		500		/* looks: long enough for a time-out */
#define REEXECUTIONS	100000

static struct unit_test torn = { .name = "no mixture of old and new is executed" };
static struct unit_test stale = { .name = "what a poke has settled stays so" };
static struct unit_test claimed = { .name = "every breakpoint is claimed" };
static struct unit_test bytes = { .name = "the bytes are right when a poke returns" };
static struct unit_test stalls = { .name = "a poker that stood still counts what came meanwhile" };
static struct unit_test slots = { .name = "no slot is written under a CPU" };

int poke_cpu_count = CPUS;
int harness_break;

/*
 * CPUs
 *
 * @since: version of text at its last serialisation
 * @ipi: one is pending
 * @deaf: no NMI comes either
 */
static struct cpu {
	struct poke_cpu poke;
	ucontext_t context;
	unsigned long since;
	bool in_nmi, irqs_off, ipi, deaf;
	unsigned int pinned;
} cpus[CPUS];

static int now_on;
static bool finished;
static bool in_order;		/* no CPU fetches a tail older than the first byte */
static ucontext_t main_context;
static u64 clock_ns;

/*
 * Text, and every version of it since anybody serialised
 */
static u8 text[SITES * STRIDE] __aligned(64);
static u8 history[HISTORY][sizeof(text)];
static unsigned long version;

/* @value: which of the two instructions stands there; @poked: being changed */
static struct site {
	int value;
	bool poked;
} sites[SITES];

static const u8 insns[2][LEN] = {
	{ 0xb8, 0x11, 0x11, 0x11 }, { 0x35, 0x22, 0x22, 0x22 },
};

static void new_version(void)
{
	version++;
	memcpy(history[version % HISTORY], text, sizeof(text));
	harness_point();
}

/* What is stored was decided on before: anything may happen in between. */
void poke_store8(u8 *p, u8 val)
{
	harness_point();
	*p = val;
	new_version();
}

void poke_store64(u64 *p, u64 val)
{
	harness_point();
	*p = val;
	new_version();
}

/* Any version from @oldest on. */
static unsigned long fetch(unsigned long oldest)
{
	if (version - oldest >= HISTORY)
		oldest = version - HISTORY + 1;
	return oldest + unit_below(version - oldest + 1);
}

bool poke_serialise(void)
{
	harness_point();
	cpus[now_on].since = version;
	return true;
}

/*
 * Slots: numbers in place of code. What runs in one is what it was written
 * with; a round of its own ends the quarantine.
 */
#define SLOT_BASE	0x10000ul
#define SLOTS		48

static struct {
	int value;		/* the instruction in it */
	int site;
	bool irqs_on, used, quarantine;
	int users;
} slot[SLOTS];
static struct poke_round slot_round;

static unsigned long slot_get(int site, int value, bool irqs_on)
{
	int i;

	for (i = 0; i < SLOTS; i++) {
		if (slot[i].used || slot[i].quarantine)
			continue;
		unit_check(&slots, !slot[i].users, "slot %d is in use", i);
		slot[i].value = value;
		slot[i].site = site;
		slot[i].irqs_on = irqs_on;
		slot[i].used = true;
		return SLOT_BASE + i * 16;
	}
	return 0;
}

static void slots_end(bool failed)
{
	bool quarantine = failed && !LP_BREAK(NO_QUARANTINE);
	int i;

	for (i = 0; i < SLOTS; i++) {
		slot[i].quarantine |= slot[i].used && quarantine;
		slot[i].used = false;
	}
	if (quarantine)
		poke_round_begin(&slot_round, 0, true);
}

static void slots_poll(void)
{
	int i;

	if (poke_round_poll(&slot_round) >= 0)
		return;
	for (i = 0; i < SLOTS; i++)
		slot[i].quarantine = false;
}

bool poke_slot_end(struct pt_regs *regs, unsigned long addr)
{
	unsigned long i = (addr - SLOT_BASE - LEN) / 16;

	if (addr < SLOT_BASE || i >= SLOTS)
		return false;
	regs->ip = (unsigned long)&text[slot[i].site * STRIDE] + LEN;
	if (slot[i].irqs_on)
		regs->flags |= X86_EFLAGS_IF;
	return true;
}

bool poke_ever_poked(unsigned long addr)
{
	return addr - (unsigned long)text < sizeof(text);
}

/*
 * Execution
 */

static void executed(int s, int value)
{
	bool right = sites[s].poked || value == sites[s].value;

	unit_check(&stale, right, "site %d: instruction %d was run, %d is in place",
		   s, value, sites[s].value);
}

static void run_slot(struct pt_regs *regs)
{
	unsigned long i = (regs->ip - SLOT_BASE) / 16;

	slot[i].users++;
	harness_point();
	executed(slot[i].site, slot[i].value);
	harness_point();
	slot[i].users--;
	regs->ip += LEN + 1;		/* behind the INT3 */
	unit_check(&claimed, poke_trap(regs), "end of slot %lu", i);
}

/* The breakpoint: true if the instruction has been executed beside the site. */
static bool trap(int s)
{
	struct cpu *cpu = &cpus[now_on];
	bool irqs_off = cpu->irqs_off;
	unsigned long addr = (unsigned long)&text[s * STRIDE];
	struct pt_regs regs = {
		.ip = addr + 1,
		.flags = irqs_off ? 0 : X86_EFLAGS_IF,
	};
	bool ours;

	cpu->irqs_off = true;
	ours = poke_trap(&regs);
	unit_check(&claimed, ours, "site %d", s);
	cpu->since = version;		/* IRET */
	if (ours && regs.ip >= SLOT_BASE && regs.ip < SLOT_BASE + SLOTS * 16)
		run_slot(&regs);
	cpu->irqs_off = irqs_off;
	return !ours || regs.ip != addr;
}

static void execute(int s)
{
	unsigned int tries;

	for (tries = 0; tries < REEXECUTIONS; tries++) {
		unsigned long since = cpus[now_on].since;
		unsigned long first = fetch(since);
		unsigned long second = fetch(in_order ? first : since);
		const u8 *head = history[first % HISTORY] + s * STRIDE;
		const u8 *tail = history[second % HISTORY] + s * STRIDE;
		int value = head[0] == insns[1][0];

		if (head[0] == POKE_INT3) {
			if (trap(s))
				return;
			continue;
		}
		if (unit_check(&torn, !memcmp(tail + 1, insns[value] + 1, LEN - 1),
			       "site %d: first byte %02x, tail %02x", s, head[0], tail[1]))
			executed(s, value);
		return;
	}
	unit_check(&claimed, false, "site %d traps for ever", s);
}

/*
 * Interrupts
 */

int poke_send(int cpu)
{
	if (cpus[cpu].ipi)
		return -EBUSY;
	cpus[cpu].ipi = true;
	return 0;
}

static void take_nmi(struct cpu *cpu)
{
	cpu->in_nmi = true;
	if (unit_below(2))
		poke_acknowledge(POKE_FROM_NMI);
	if (unit_below(2))
		execute(unit_below(SITES));
	cpu->in_nmi = false;
}

static void take_irq(struct cpu *cpu)
{
	cpu->irqs_off = true;
	if (cpu->ipi) {
		cpu->ipi = false;	/* the data is free before the function runs */
		poke_ipi(NULL);
	} else {
		execute(unit_below(SITES));
	}
	cpu->irqs_off = false;
}

static void switch_cpu(void)
{
	int from = now_on, to = unit_below(CPUS);

	if (to == from)
		return;
	now_on = to;
	swapcontext(&cpus[from].context, &cpus[to].context);
}

void harness_point(void)
{
	struct cpu *cpu = &cpus[now_on];

	if (finished)
		return;
	if (!unit_below(3))
		switch_cpu();
	cpu = &cpus[now_on];
	if (!cpu->in_nmi && !cpu->deaf && !unit_below(60))
		take_nmi(cpu);
	if (!cpu->irqs_off && !cpu->in_nmi &&
	    (cpu->ipi ? !unit_below(4) : !unit_below(50)))
		take_irq(cpu);
}

int poke_this_cpu(void)
{
	return now_on;
}

struct poke_cpu *poke_cpu(int cpu)
{
	return &cpus[cpu].poke;
}

void poke_relax(void)
{
	harness_point();
}

/*
 * The host may take the poker's CPU away: in sync 1 all others acknowledge
 * meanwhile, and the time is over.
 */
static u64 stalled_in;

static void stall(void)
{
	int cpu;

	for (cpu = 1; cpu < CPUS; cpu++) {
		cpus[cpu].since = version;
		cpus[cpu].poke.ack = poke_generation();
	}
	clock_ns += 10000000000ull;
	stalled_in = poke_generation();
}

u64 poke_now_ns(void)
{
	clock_ns += NS_PER_LOOK;
	if (!now_on && poke_state.phase == POKE_DEPLOY && !unit_below(1000))
		stall();
	return clock_ns;
}

void poke_pin(void)
{
	cpus[now_on].pinned++;
}

void poke_unpin(void)
{
	cpus[now_on].pinned--;
}

/* CPUs 1 and up: execute, with interrupts off now and then, or hear nothing. */
static void executor(void)
{
	for (;;) {
		struct cpu *cpu = &cpus[now_on];
		unsigned int i, n = unit_below(40);

		cpu->irqs_off = !unit_below(4);
		cpu->deaf = cpu->irqs_off && !unit_below(30);
		if (cpu->deaf)
			n = DEAF;
		for (i = 0; i < n; i++) {
			unsigned int what = cpu->deaf ? 10 : unit_below(10);

			if (what < 3)
				execute(unit_below(SITES));
			else if (what == 3)
				poke_acknowledge(POKE_FROM_POLL);
			else if (what == 4 && !cpu->irqs_off)
				cpu->since = version;	/* some IRET */
			harness_point();
		}
		cpu->deaf = false;
		cpu->irqs_off = false;
		harness_point();
	}
}

/*
 * The poker, CPU 0
 */

static unsigned long pokes_left, results[2];

int poke_recheck(const struct poke_vec *vec)
{
	return vec->count && !unit_below(8) ? -EBUSY : 0;
}

static bool fill(struct poke_ent *ent, int s)
{
	int v, irqs_on;

	memset(ent, 0, sizeof(*ent));
	ent->addr = (unsigned long)&text[s * STRIDE];
	ent->alias = &text[s * STRIDE];
	ent->len = LEN;
	ent->tail_differs = true;
	for (v = POKE_OLD; v <= POKE_NEW; v++) {
		int value = v == POKE_NEW ? !sites[s].value : sites[s].value;

		ent->insn[v].kind = POKE_INSN_COPY;
		ent->insn[v].len = LEN;
		memcpy(ent->insn[v].bytes, insns[value], LEN);
		for (irqs_on = 0; irqs_on < 2; irqs_on++) {
			ent->slot[v][irqs_on] = slot_get(s, value, irqs_on);
			if (!ent->slot[v][irqs_on])
				return false;
		}
	}
	return true;
}

static void settle(unsigned int mask, bool changed)
{
	int s;

	for (s = 0; s < SITES; s++) {
		if (!(mask & 1 << s))
			continue;
		sites[s].value ^= changed;
		sites[s].poked = false;
		unit_check(&bytes, !memcmp(&text[s * STRIDE], insns[sites[s].value], LEN),
			   "site %d after %s", s, changed ? "success" : "an error");
	}
}

static void poke(void)
{
	struct poke_policy policy = {
		.emulate = !unit_below(3),
		.sync_timeout_ms = 1 + unit_below(2),
		.hand_over_ms = unit_below(2) ? 1 : 1000,
		.report_ms = 1000,
		.recheck = !unit_below(10),
	};
	unsigned int mask = 1 + unit_below((1 << SITES) - 1), s;
	struct poke_vec *vec = &poke_state.vec;
	int laggard, ret;

	slots_poll();
	vec->count = 0;
	in_order = !unit_below(3);
	vec->middle_sync = !in_order || unit_below(2);
	for (s = 0; s < SITES; s++) {
		if (mask & 1 << s && !fill(&vec->ent[vec->count++], s)) {
			slots_end(false);
			return;
		}
	}
	for (s = 0; s < SITES; s++)
		sites[s].poked |= !!(mask & 1 << s);
	ret = poke_run(&policy, &laggard);
	unit_check(&stalls, ret != -ETIMEDOUT || stalled_in != poke_generation(),
		   "time-out although all have acknowledged");
	settle(mask, !ret);
	slots_end(ret);
	results[!!ret]++;
	pokes_left--;
}

static void poker(void)
{
	unsigned int i;

	while (pokes_left && !stale.failed && !torn.failed && !claimed.failed &&
	       !bytes.failed && !slots.failed && !stalls.failed) {
		poke();
		for (i = unit_below(50); i; i--)
			harness_point();
	}
	finished = true;
	setcontext(&main_context);
}

static u64 counters[POKE_STAT_COUNT];

void poke_stat_add(enum poke_stat id, unsigned long long n)
{
	counters[id] += n;
}

void poke_stat_sync_time(unsigned int which, unsigned long long ns)
{
	(void)which;
	(void)ns;
}

static void start(void)
{
	static int i;		/* getcontext() seems to return twice */

	for (i = 0; i < SITES; i++)
		memcpy(&text[i * STRIDE], insns[0], LEN);
	memcpy(history[0], text, sizeof(text));
	for (i = 0; i < CPUS; i++) {
		getcontext(&cpus[i].context);
		cpus[i].context.uc_stack.ss_sp = malloc(STACK);
		cpus[i].context.uc_stack.ss_size = STACK;
		makecontext(&cpus[i].context, i ? executor : poker, 0);
	}
}

static int find_mistake(const char *name)
{
#define NAME(n)	#n,
	static const char * const names[] = { LP_BREAKS(NAME) };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return i;
	}
	exit(2);
}

int main(int argc, char **argv)
{
	pokes_left = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000;
	harness_break = argc > 2 ? find_mistake(argv[2]) : 0;
	start();
	swapcontext(&main_context, &cpus[0].context);
	unit_done(&torn);
	unit_done(&stale);
	unit_done(&claimed);
	unit_done(&bytes);
	unit_done(&slots);
	unit_done(&stalls);
	printf("# %lu pokes succeeded, %lu were given up; %llu time-outs, %llu roll-backs, %llu roll-forwards, %llu hand-overs, %llu late hits, %llu republished\n",
	       results[0], results[1],
	       (unsigned long long)counters[POKE_STAT_TIMEOUTS],
	       (unsigned long long)counters[POKE_STAT_ROLL_BACK],
	       (unsigned long long)counters[POKE_STAT_ROLL_FORWARD],
	       (unsigned long long)counters[POKE_STAT_HAND_OVERS],
	       (unsigned long long)counters[POKE_STAT_LATE],
	       (unsigned long long)counters[POKE_STAT_REPUBLISHED]);
	return unit_failures != 0;
}
