// SPDX-License-Identifier: GPL-2.0
/*
 * The protocol that replaces instructions under running CPUs.
 *
 *	publish	references, pseq, phase = DEPLOY
 *	INT3	over the first byte of every site
 *	sync 1	bounded; gives up by writing the old first bytes back
 *	COMMIT	point of no return
 *	tails	of every site
 *	sync 2	where a tail may be fetched staler than its first byte
 *	first	bytes of every site
 *	sync 3	by IPI only: nobody is left in a handler or out of line
 *	IDLE	references withdrawn and drained
 *
 * Who traps in between never waits. Other CPUs execute the old instruction
 * up to COMMIT and the new one from there on, beside the site. The patching
 * CPU itself rolls the batch back (DEPLOY) or forward (COMMIT), as H. Peter
 * Anvin proposed for the kernel's own poker in 2019, so that an interrupt
 * handler which executes a site finds plain code again; see poke_trap.c.
 *
 * Invariants, asserted in test builds:
 *   I1 a tail is written only in COMMIT
 *   I2 COMMIT: every online CPU serialised after INT3 was visible
 *   I3 ack = g: the CPU serialised after reading g (poke_sync.c)
 *   I4 the handler never waits
 *   I5 only the poker, or the handler on patch_cpu, writes text and phase
 *   I6 success: no reference left, no CPU executes the old instruction
 *   I7 error: the bytes are the old ones, the new one was never executed
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "poke_core.h"
#include "poke_stats.h"
#include "poke_sync.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#endif

/* Roll-backs before the poke goes on without rolling. */
#define POKE_RETRIES	10

struct poke_state poke_state = {
	.patch_cpu = -1,
};

/*
 * A poke in progress, the poker's own.
 * rolling: it is pinned, and patch_cpu says where.
 */
struct poke_run {
	const struct poke_policy *policy;
	bool rolling;
	int laggard;
};

/*
 * References
 *
 * One word per CPU. The poker publishes by setting each to 1 and withdraws
 * by dropping these; a handler adds its own only while the word is not 0.
 */

/* The compare-and-exchange is the full barrier that poke_retire() pairs with. */
bool __kprobes poke_ref_get(void)
{
	int *refs = &poke_cpu_self()->refs;
	int seen, old = READ_ONCE(*refs);

	while (old) {
		seen = poke_cmpxchg(refs, old, old + 1);
		if (seen == old) {
			LP_RECORD(POKE_REF, 0, 0);
			return true;
		}
		old = seen;
	}
	return false;
}

static void __kprobes poke_ref_drop(int *refs)
{
	int seen, old = READ_ONCE(*refs);

	while ((seen = poke_cmpxchg(refs, old, old - 1)) != old)
		old = seen;
}

void __kprobes poke_ref_put(void)
{
	LP_RECORD(POKE_UNREF, 0, 0);
	poke_ref_drop(&poke_cpu_self()->refs);
}

/*
 * Stores to text
 *
 * Only the poker and, interrupting it, the handler on patch_cpu come here,
 * so these loops are never run by two CPUs at once. Interrupted anywhere by
 * their own kind they end in the same bytes.
 */

static void __kprobes poke_assert_writer(void)
{
	POKE_ASSERT(READ_ONCE(poke_state.patch_cpu) == -1 ||
		    READ_ONCE(poke_state.patch_cpu) == poke_this_cpu(),
		    "I5: text written by another than the patching CPU");
}

static void poke_store_int3(void)
{
	struct poke_vec *vec = &poke_state.vec;
	unsigned int i;

	for (i = 0; i < vec->count; i++) {
		poke_store8(vec->ent[i].alias, POKE_INT3);
		LP_RECORD(POKE_INT3, vec->ent[i].addr, 0);
	}
}

void __kprobes poke_store_first(enum poke_variant variant)
{
	struct poke_vec *vec = &poke_state.vec;
	unsigned int i;

	poke_assert_writer();
	for (i = 0; i < vec->count; i++) {
		poke_store8(vec->ent[i].alias,
			    vec->ent[i].insn[variant].bytes[0]);
		LP_RECORD(POKE_FIRST, vec->ent[i].addr, variant);
	}
}

/* Does the site lie in the aligned group of eight bytes at @base? */
static __kprobes bool poke_in_quad(const struct poke_ent *ent, unsigned long base)
{
	return (ent->addr & ~7ul) == base && poke_in_one_quad(ent);
}

/*
 * One store for the tails of all sites from @ent on that share its eight
 * bytes; the first bytes stay INT3. Between the load and the store the handler
 * on this CPU may roll the batch forward: a tail that came from memory would
 * then take the new one of a neighbour away again, below its new first byte.
 * A first byte that becomes INT3 once more does no harm in COMMIT.
 */
static __kprobes unsigned int poke_store_quad(struct poke_ent *ent,
					      unsigned int max)
{
	u64 *quad = (u64 *)((unsigned long)ent->alias & ~7ul);
	unsigned long base = ent->addr & ~7ul;
	u64 val = READ_ONCE(*quad);
	u8 *bytes = (u8 *)&val;
	unsigned int i, n;

	for (n = 0; n < max && poke_in_quad(&ent[n], base); n++) {
		bytes[ent[n].addr - base] = POKE_INT3;
		for (i = 1; i < ent[n].len; i++)
			bytes[ent[n].addr - base + i] = ent[n].insn[POKE_NEW].bytes[i];
		if (LP_BREAK(QUAD_PER_SITE))
			max = 1;
	}
	poke_store64(quad, val);
	return n;
}

static __kprobes void poke_store_bytes(struct poke_ent *ent)
{
	unsigned int i;

	for (i = 1; i < ent->len; i++)
		poke_store8(ent->alias + i, ent->insn[POKE_NEW].bytes[i]);
}

/* Returns how many of the @max sites from @ent on are done. */
static __kprobes unsigned int poke_store_tail(struct poke_ent *ent,
					      unsigned int max)
{
	unsigned int i, n = 1;

	if (!ent->tail_differs)
		return 1;
	if (poke_in_one_quad(ent))
		n = poke_store_quad(ent, max);
	else
		poke_store_bytes(ent);
	for (i = 0; i < n; i++) {
		if (ent[i].tail_differs)
			LP_RECORD(POKE_TAIL, ent[i].addr, 0);
	}
	return n;
}

void __kprobes poke_store_tails(void)
{
	struct poke_vec *vec = &poke_state.vec;
	unsigned int i, count = vec->count;
	int phase __maybe_unused = READ_ONCE(poke_state.phase);

	POKE_ASSERT(phase == POKE_COMMIT || phase == POKE_COMMIT_SYNCED,
		    "I1: tail written outside COMMIT");
	poke_assert_writer();
	if (LP_BREAK(BATCH_FORGETS_LAST) && count > 1)
		count--;
	for (i = 0; i < count; i += poke_store_tail(&vec->ent[i], count - i))
		;
}

/*
 * The phase: of two contexts that want to leave DEPLOY one gets its way.
 */

static void poke_set_phase(int phase)
{
	LP_RECORD(POKE_PHASE_TO, phase, 0);
	WRITE_ONCE(poke_state.phase, phase);
	LP_RECORD(POKE_PHASE, phase, 0);
}

bool __kprobes poke_leave_deploy(int phase)
{
	int seen;

	LP_RECORD(POKE_PHASE_TO, phase, 0);
	seen = poke_cmpxchg(&poke_state.phase, POKE_DEPLOY, phase);
	LP_RECORD(POKE_PHASE, seen == POKE_DEPLOY ? phase : seen, 0);
	return seen == POKE_DEPLOY;
}

/*
 * Publication and withdrawal
 */

static void poke_publish(struct poke_run *run)
{
	int cpu;

	LP_RECORD(POKE_PUBLISH, poke_state.vec.middle_sync, 0);
	poke_for_each_cpu(cpu) {
		/* Release: vec is complete; pairs with poke_ref_get(). */
		smp_store_release(&poke_cpu(cpu)->refs, 1);
	}
	/*
	 * After the references and before the first INT3: a handler that met
	 * such an INT3 without getting a reference must see pseq changed.
	 * Pairs with the two read barriers in poke_trap.c.
	 */
	smp_wmb();
	WRITE_ONCE(poke_state.pseq, poke_state.pseq + 1);
	LP_POINT(POKE_PUBLISHED);
	if (run->rolling) {
		poke_pin();
		LP_RECORD(POKE_PATCH_CPU, poke_this_cpu(), 0);
		WRITE_ONCE(poke_state.patch_cpu, poke_this_cpu());
	}
	poke_set_phase(POKE_DEPLOY);
	/* Phase before INT3; pairs with taking the trap and poke_ref_get(). */
	smp_wmb();
	LP_POINT(POKE_DEPLOY);
}

/* No more rolling: this CPU diverts like the others, and may be preempted. */
static void poke_stop_rolling(struct poke_run *run)
{
	if (!run->rolling)
		return;
	run->rolling = false;
	WRITE_ONCE(poke_state.patch_cpu, -1);
	LP_RECORD(POKE_PATCH_CPU, -1, 0);
	poke_unpin();
}

static void poke_retire(struct poke_run *run)
{
	int cpu;

	poke_set_phase(POKE_IDLE);
	poke_stop_rolling(run);
	/*
	 * Store buffering: either a handler sees IDLE, or the reference that
	 * it took is seen below. Pairs with the full barrier in poke_ref_get().
	 */
	smp_mb();
	LP_POINT(POKE_RETIRE);
	LP_RECORD(POKE_WAIT, 4, 0);
	poke_for_each_cpu(cpu)
		poke_ref_drop(&poke_cpu(cpu)->refs);
	poke_for_each_cpu(cpu) {
		/* Acquire: the handler is done with vec; pairs with its put. */
		while (smp_load_acquire(&poke_cpu(cpu)->refs))
			poke_relax();
	}
	LP_RECORD(POKE_DRAINED, 0, 0);
	LP_POINT(POKE_DRAINED);
}

/*
 * Synchronisation
 */

/*
 * Polls until the round is complete, the time since its begin is over, or
 * (sync 1) the handler on this CPU has rolled back. Returns the laggard or -1.
 * The poker's own CPU may have stood still, below a hypervisor for instance:
 * what came in meanwhile counts, however late it is.
 */
static int poke_wait(struct poke_round *r, unsigned int limit_ms, bool sleep)
{
	u64 limit = (u64)limit_ms * 1000000;
	int cpu;

	LP_RECORD(POKE_WAIT, r->which, 0);
	while ((cpu = poke_round_poll(r)) >= 0) {
		if (READ_ONCE(poke_state.phase) == POKE_ABORT)
			break;
		if (poke_now_ns() - r->start >= limit) {
			cpu = poke_round_poll(r);
			break;
		}
		if (sleep) {
			poke_sleep();
			poke_round_again(r);
		} else {
			poke_relax();
		}
	}
	return cpu;
}

static void poke_report(const struct poke_round *r, int cpu)
{
	unsigned int sec = (poke_now_ns() - r->start) / 1000000000;

	poke_stat_inc(POKE_STAT_STUCK_REPORTS);
	pr_warn("CPU %d has not acknowledged sync %u for %u s; waiting, the code in use is correct\n",
		cpu, r->which, sec);
}

/* Sleeps until the round, which waits for @cpu, is complete; never gives up. */
static void poke_wait_long(struct poke_run *run, struct poke_round *r, int cpu)
{
	u64 period = (u64)run->policy->report_ms * 1000000;
	u64 next = r->start + period;

	poke_stat_hand_over(r->which, cpu);
	LP_POINT_ARG(POKE_STUCK, r->which);
	while ((cpu = poke_round_poll(r)) >= 0) {
		if (LP_BREAK(STUCK_GIVES_UP))
			break;
		if (poke_now_ns() >= next) {
			poke_report(r, cpu);
			next += period;
		}
		poke_sleep();
		poke_round_again(r);
	}
}

/* Syncs 2 and 3, after the point of no return. */
static void poke_sync_surely(struct poke_run *run, unsigned int which, bool irq_only)
{
	struct poke_round r;
	int cpu;

	poke_round_begin(&r, which, irq_only);
	cpu = poke_wait(&r, run->policy->hand_over_ms, false);
	if (cpu >= 0) {
		poke_stop_rolling(run);
		poke_wait_long(run, &r, cpu);
	}
	poke_round_end(&r);
	LP_POINT_ARG(POKE_SYNC_DONE, which);
}

/*
 * Sync 1: 0, -ETIMEDOUT, or -EAGAIN after a roll-back. Rolling pins the poker,
 * so a long wait goes on without.
 */
static int poke_sync_bounded(struct poke_run *run)
{
	unsigned int limit = run->policy->sync_timeout_ms;
	unsigned int spin = run->policy->hand_over_ms;
	struct poke_round r;
	int cpu;

	poke_round_begin(&r, 1, false);
	if (LP_BREAK(INT3_BEHIND_GEN))
		poke_store_int3();
	cpu = poke_wait(&r, spin < limit ? spin : limit, false);
	if (cpu >= 0 && spin < limit) {
		poke_stop_rolling(run);
		cpu = poke_wait(&r, limit, true);
	}
	if (READ_ONCE(poke_state.phase) == POKE_ABORT)
		return -EAGAIN;
	if (cpu >= 0) {
		run->laggard = cpu;
		return -ETIMEDOUT;
	}
	poke_round_end(&r);
	LP_POINT_ARG(POKE_SYNC_DONE, 1);
	return 0;
}

/*
 * The batch
 */

static int poke_deploy(struct poke_run *run)
{
	u64 gen __maybe_unused = poke_generation();
	int ret;

	poke_store_int3();
	LP_POINT(POKE_INT3);
	ret = LP_BREAK(NO_SYNC1) ? 0 : poke_sync_bounded(run);
	if (!ret && run->policy->recheck)
		ret = poke_recheck(&poke_state.vec);
	POKE_ASSERT(ret || poke_generation() > gen,
		    "I2: no round since INT3 was stored");
	if (ret)
		return ret;
	if (!poke_leave_deploy(POKE_COMMIT))
		return -EAGAIN;
	LP_POINT(POKE_COMMIT);
	return 0;
}

/*
 * Gives the attempt up. The handler may have restored some of the bytes, or
 * all, or have been interrupted by the poker's own time-out: they are
 * written again, before the references go.
 */
static void poke_abort(struct poke_run *run)
{
	poke_leave_deploy(POKE_ABORT);
	LP_POINT(POKE_ABORT);
	if (!LP_BREAK(ABORT_FORGETS_BYTES))
		poke_store_first(POKE_OLD);
	LP_POINT(POKE_ABORTED);
	poke_retire(run);
}

static void poke_commit(struct poke_run *run)
{
	u64 gen __maybe_unused = poke_generation();
	unsigned int i;

	if (LP_BREAK(FIRST_BEFORE_TAIL)) {
		poke_store_first(POKE_NEW);
		poke_sync_surely(run, 2, false);
	}
	poke_store_tails();
	if (LP_BREAK(FIRST_BEFORE_TAIL))
		poke_store_first(POKE_NEW);
	LP_POINT(POKE_TAIL);
	if (poke_state.vec.middle_sync && !LP_BREAK(NO_SYNC2))
		poke_sync_surely(run, 2, false);
	POKE_ASSERT(!poke_state.vec.middle_sync || poke_generation() > gen,
		    "I2: no round between tails and first bytes");
	/* The handler on patch_cpu may roll forward from here on. */
	poke_set_phase(POKE_COMMIT_SYNCED);
	LP_POINT(POKE_COMMIT_SYNCED);
	gen = poke_generation();
	poke_store_first(POKE_NEW);
	LP_POINT(POKE_FIRST);
	if (!LP_BREAK(NO_SYNC3) && !LP_BREAK(FORGET_EARLY))
		poke_sync_surely(run, 3, true);
	for (i = 1; LP_BREAK(SYNC_PER_SITE) && i < poke_state.vec.count; i++)
		poke_sync_surely(run, 3, true);
	POKE_ASSERT(LP_BREAK(FORGET_EARLY) || poke_generation() > gen,
		    "I6: no round since the first bytes were stored");
	poke_retire(run);
	if (LP_BREAK(FORGET_EARLY))
		poke_sync_surely(run, 3, true);
}

static int poke_attempt(struct poke_run *run)
{
	int ret;

	if (LP_BREAK(TAIL_BEFORE_INT3)) {
		poke_store_tails();
		poke_store_first(POKE_OLD);
		poke_sleep();
	}
	poke_publish(run);
	ret = poke_deploy(run);
	if (ret) {
		poke_abort(run);
		return ret;
	}
	poke_commit(run);
	return 0;
}

/* I6 and I7: on return the bytes are all new, or all old. */
static void poke_check_bytes(enum poke_variant variant __maybe_unused)
{
	struct poke_vec *vec = &poke_state.vec;
	unsigned int i, j;

	for (i = 0; i < vec->count; i++) {
		struct poke_ent *ent __maybe_unused = &vec->ent[i];

		for (j = 0; j < vec->ent[i].len; j++)
			POKE_ASSERT(ent->alias[j] == ent->insn[variant].bytes[j],
				    "I6/I7: wrong bytes at the end");
	}
}

static void poke_record_begin(void)
{
	struct poke_vec *vec = &poke_state.vec;
	u64 online __maybe_unused = 0;
	unsigned int i;
	int cpu;

	poke_for_each_cpu(cpu) {
		if (cpu < 64)
			online |= 1ull << cpu;
	}
	LP_RECORD(POKE_BEGIN, vec->count, online);
	for (i = 0; i < vec->count; i++)
		LP_RECORD(POKE_SITE, vec->ent[i].addr, vec->ent[i].tail_differs);
}

/**
 * poke_run() - replace the batch in poke_state.vec
 * @policy:	choices, see struct poke_policy
 * @laggard:	result of -ETIMEDOUT: a CPU that has not acknowledged
 *
 * Rolls at first, unless the policy says otherwise. An event that hits a
 * site on the patching CPU at every attempt would roll back for ever:
 * after POKE_RETRIES attempts the poke goes on without rolling, so that it
 * ends whatever happens.
 *
 * Context: process context, interrupts on, all locks of a poke held.
 * Return: 0, -ETIMEDOUT, or the error of poke_recheck(); after an
 *	error the old bytes are in place and the new ones were never executed.
 */
int poke_run(const struct poke_policy *policy, int *laggard)
{
	struct poke_run run = { .policy = policy, .laggard = -1 };
	unsigned int attempt = 0;
	int ret;

	poke_record_begin();
	poke_stat_inc(POKE_STAT_BATCHES);
	poke_stat_add(POKE_STAT_POKES, poke_state.vec.count);
	for (;;) {
		run.rolling = !policy->emulate && attempt < POKE_RETRIES;
		ret = poke_attempt(&run);
		if (ret != -EAGAIN)
			break;
		poke_stat_retry(attempt + 1);
		if (++attempt == POKE_RETRIES)
			poke_stat_inc(POKE_STAT_RETRY_LIMIT);
	}
	if (ret == -ETIMEDOUT)
		poke_stat_inc(POKE_STAT_TIMEOUTS);
	*laggard = run.laggard;
	poke_check_bytes(ret ? POKE_OLD : POKE_NEW);
	LP_RECORD(POKE_END, ret, 0);
	return ret;
}

/**
 * poke_quiesce() - wait until every CPU has left what it was in before
 * @policy:	choices; only the reporting interval is used
 *
 * After it no handler that began before, and no out-of-line instruction that
 * such a handler sent a CPU to, is in progress anywhere.
 *
 * Context: process context, interrupts on, all locks of a poke held.
 */
void poke_quiesce(const struct poke_policy *policy)
{
	struct poke_run run = { .policy = policy };
	struct poke_round r;
	int cpu;

	poke_round_begin(&r, 0, true);
	cpu = poke_wait(&r, 1, false);
	if (cpu >= 0)
		poke_wait_long(&run, &r, cpu);
	poke_round_end(&r);
}
