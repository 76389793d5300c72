// SPDX-License-Identifier: GPL-2.0
/*
 * Generations and acknowledgements.
 *
 * An acknowledgement is made only on the CPU that owes it, in four steps
 * that must stay in this order and in one context:
 *
 *	read the generation; serialise; publish the generation read
 *
 * Serialising after publishing, or leaving it to the IRET that ends the
 * handler, is unsound: an NMI in between would run the site from stale
 * fetches although the poker believes that they are gone. Publishing another
 * generation than the one read before serialising is the mistake of mask
 * bits: it acknowledges a round whose stores were not yet visible.
 */
#include "poke_sync.h"
#include "poke_stats.h"

#ifdef __KERNEL__
DEFINE_PER_CPU(struct poke_cpu, poke_cpus);
u8 poke_serialise_by;
#endif
#ifdef LP_TEST_BUILD
DEFINE_PER_CPU(u64, poke_serials);
#ifdef __KERNEL__
DEFINE_PER_CPU(unsigned int, poke_traps);
#endif
#define poke_serial_count()	this_cpu_read(poke_serials)
#else
#define poke_serial_count()	0
#endif

/* Written under the locks of a poke; 64 bits do not wrap. */
static u64 poke_gen;

u64 __kprobes poke_generation(void)
{
	return READ_ONCE(poke_gen);
}

static const enum poke_stat poke_ack_stat[] = {
	[POKE_FROM_IPI] = POKE_STAT_ACK_IPI,
	[POKE_FROM_TRAP] = POKE_STAT_ACK_TRAP,
	[POKE_FROM_NMI] = POKE_STAT_ACK_NMI,
	[POKE_FROM_POLL] = POKE_STAT_ACK_POLL,
	[POKE_FROM_HOTPLUG] = POKE_STAT_ACK_HOTPLUG,
};

/* What an acknowledgement begins with: the generation that it may publish. */
struct poke_read {
	u64 gen;
	u64 serials;		/* how often this CPU had serialised by then */
};

/*
 * Raises ack to gen. The handlers of one CPU nest, hence the compare and
 * exchange. It is a full barrier: whatever this CPU fetched or read before
 * is ordered before the poker's acquire in poke_cpu_owes().
 */
static void __kprobes poke_publish_ack(struct poke_cpu *c, u64 gen,
				       const struct poke_read *read,
				       enum poke_ack_from from)
{
	u64 seen, old = READ_ONCE(c->ack);

	POKE_ASSERT(!gen || poke_serial_count() != read->serials,
		    "I3: acknowledged before serialising");
	POKE_ASSERT(!gen || gen == read->gen,
		    "I3: acknowledged a generation not read before serialising");
	if (old < gen)
		LP_RECORD(POKE_ACK, gen, from);
	while (old < gen) {
		seen = poke_cmpxchg(&c->ack, old, gen);
		if (seen == old) {
			poke_stat_inc(poke_ack_stat[from]);
			return;
		}
		old = seen;
	}
}

/*
 * Reads the generation, serialises and publishes what it has read, which is
 * also the result; 0 if this CPU cannot serialise here.
 */
static __always_inline u64 poke_ack(struct poke_cpu *c, enum poke_ack_from from)
{
	struct poke_read read;
	u64 gen;

	/* Pairs with the release of poke_gen in poke_round_begin(). */
	read.gen = smp_load_acquire(&poke_gen);
	read.serials = poke_serial_count();
	LP_RECORD(POKE_READ, read.gen, 0);
	if (LP_BREAK(ACK_BEFORE_SERIALISE))
		poke_publish_ack(c, read.gen, &read, from);
	if (!poke_serialise())
		return 0;
	LP_RECORD(POKE_SERIAL, 0, 0);
	LP_POINT(POKE_ACK_SERIALISED);
	gen = LP_BREAK(MASK_BITS) ? READ_ONCE(poke_gen) : read.gen;
	poke_publish_ack(c, gen, &read, from);
	return gen;
}

/**
 * poke_acknowledge() - serialise this CPU and say so
 * @from:	the context, for the statistics
 *
 * Context: any, on the CPU that acknowledges and not migrating. Waits for
 *	nothing, takes no lock.
 */
void __kprobes poke_acknowledge(enum poke_ack_from from)
{
	poke_ack(poke_cpu_self(), from);
}

/*
 * The IPI function. Interrupts were enabled when it was delivered, so no
 * #BP handler and no out-of-line instruction of an earlier generation is in
 * progress on this CPU: only here ack_irq is written.
 */
void poke_ipi(void *unused)
{
	struct poke_cpu *c = poke_cpu_self();
	u64 gen;

	/*
	 * Store buffering: the release of the call-single data, made before
	 * this function was entered, must not pass the read of poke_gen.
	 * Pairs with the barrier after the new generation in
	 * poke_round_begin(): if the poker finds the data still locked, then
	 * this function reads that generation.
	 */
	smp_mb();
	LP_POINT(POKE_IPI);
	gen = poke_ack(c, POKE_FROM_IPI);
	LP_RECORD(POKE_ACK_IRQ, gen, 0);
	/*
	 * Never goes back: this function does not nest. Release: pairs with
	 * the acquire in poke_cpu_owes().
	 */
	smp_store_release(&c->ack_irq, gen);
}

/* Does @cpu owe this round? */
bool poke_cpu_owes(const struct poke_round *r, int cpu)
{
	struct poke_cpu *c = poke_cpu(cpu);
	u64 *ack = r->irq_only && !LP_BREAK(SYNC3_ANY_ACK) ? &c->ack_irq : &c->ack;

	if (cpu == r->self)
		return false;
	/* Acquire: pairs with the release in poke_ipi(), or poke_publish_ack(). */
	return smp_load_acquire(ack) < r->gen;
}

/*
 * One IPI per CPU and round, unless the round takes long, see
 * poke_round_again(). A queued one from an earlier round (-EBUSY) will most
 * likely acknowledge this round too; should it not, the data is free soon and
 * the next poll sends.
 */
static void poke_round_send(struct poke_round *r, int cpu)
{
	struct poke_cpu *c = poke_cpu(cpu);

	if (c->sent >= r->gen)
		return;
	if (poke_send(cpu)) {
		poke_stat_inc(POKE_STAT_IPI_BUSY);
		return;
	}
	LP_RECORD(POKE_SEND, cpu, r->gen);
	c->sent = r->gen;
	poke_stat_inc(POKE_STAT_IPIS);
}

/**
 * poke_round_begin() - ask every CPU that owes to serialise
 * @r:		the round
 * @which:	its number, for messages and tests
 * @irq_only:	only acknowledgements of the IPI function count
 *
 * The caller is pinned to its CPU from the serialisation to the last send,
 * otherwise the CPU it exempts would not be the one that serialised.
 *
 * Context: process context, interrupts on, locks of a poke held.
 */
void poke_round_begin(struct poke_round *r, unsigned int which, bool irq_only)
{
	int cpu;

	poke_pin();
	r->self = poke_this_cpu();
	r->irq_only = irq_only;
	r->which = which;
	r->start = poke_now_ns();
	poke_serialise();
	LP_RECORD(POKE_SERIAL, 0, 0);
	LP_POINT_ARG(POKE_SYNC_SELF, which);
	/* The stores to text before the generation; pairs with reading poke_gen. */
	smp_mb();
	r->gen = poke_gen + 1;
	LP_RECORD(POKE_GEN, r->gen, which);
	/* Pairs with the acquire in poke_ack(). */
	smp_store_release(&poke_gen, r->gen);
	/* Store buffering, pairs with the barrier in poke_ipi(). */
	smp_mb();
	LP_POINT_ARG(POKE_SYNC_GEN, which);
	poke_stat_inc(POKE_STAT_SYNCS);
	poke_for_each_cpu(cpu) {
		if (poke_cpu_owes(r, cpu))
			poke_round_send(r, cpu);
	}
	poke_unpin();
	LP_POINT_ARG(POKE_SYNC_SENT, which);
}

/**
 * poke_round_poll() - who still owes?
 * @r:	a round that was begun
 *
 * Return: a CPU that owes, or -1 if the round is complete.
 */
int poke_round_poll(struct poke_round *r)
{
	int cpu, owes = -1;

	poke_for_each_cpu(cpu) {
		if (!poke_cpu_owes(r, cpu))
			continue;
		owes = cpu;
		poke_round_send(r, cpu);
	}
	return owes;
}

/**
 * poke_round_again() - let the next poll ask every CPU that owes once more
 * @r:	a round that takes long
 *
 * A request that is still queued is not sent twice. One that went astray,
 * which a round would otherwise wait for until the end of time, is.
 */
void poke_round_again(struct poke_round *r)
{
	int cpu;

	poke_for_each_cpu(cpu) {
		if (poke_cpu_owes(r, cpu))
			poke_cpu(cpu)->sent = 0;
	}
}

/* Checks a round that ended well, independently of how it was waited for. */
void poke_round_end(const struct poke_round *r)
{
	int cpu;

	LP_RECORD(POKE_ROUND, r->gen, r->which);
	poke_stat_sync_time(r->which, poke_now_ns() - r->start);
	poke_for_each_cpu(cpu) {
		if (cpu == r->self)
			continue;
		POKE_ASSERT(READ_ONCE(poke_cpu(cpu)->ack) >= r->gen,
			    "I2: a CPU has not acknowledged");
		POKE_ASSERT(!r->irq_only ||
			    READ_ONCE(poke_cpu(cpu)->ack_irq) >= r->gen,
			    "I6: a CPU has not acknowledged by IPI");
	}
}
