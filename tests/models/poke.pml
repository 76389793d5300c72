// SPDX-License-Identifier: GPL-2.0
/*
 * poke.pml - the poke protocol (DESIGN.md section 4) as a Promela model
 *
 * What is modelled
 *   CPU 0 runs the poker (poke_core.c) and, when configured, interrupts and
 *   NMIs that execute the very instructions being replaced. CPUs 1..NEX run
 *   executors: they execute sites for ever, optionally while they hold a lock
 *   or while they spin for it with interrupts off. Every CPU takes IPIs when
 *   its interrupts are on, and up to NMI0/NMIX NMIs anywhere.
 *
 * Instruction fetch
 *   Spin interleaves sequentially consistent steps. What a CPU *fetches* is
 *   kept apart from memory: view[cpu, site] is the set of (first byte, tail)
 *   pairs that the CPU could still fetch since it last serialised. A store
 *   adds to every set, serialise() empties it down to what memory holds.
 *     default   any mixture of first bytes and tails seen since then
 *     -DORDERED a tail is never fetched staler than its first byte
 *   The set is never thinned by fetching: one fetch may go back in time.
 *
 * What is not modelled: data-side store buffers except where a BAD_SB_ switch
 * reorders two steps (the litmus tests see to the rest), NMIs nested in NMIs,
 * and which instruction it is: "emulated" and "out of line" are the two ways to
 * execute OLD or NEW.
 *
 * Where the steps are in the sources
 *   PUBLISH, take_slots		poke_publish(), poke_slot.c
 *   first do loop, send, await	poke_deploy(), poke_round_begin(), poke_wait()
 *   begin_quarantine, poll_slots	poke_slots_quarantine(), poke_slots_poll()
 *   give_up			poke_abort(), poke_retire()
 *   COMMIT to SYNCED, first bytes	poke_commit(), poke_store_tails(), poke_store_first()
 *   drop_refs			poke_retire()
 *   acknowledge, put_ack		poke_acknowledge(), poke_publish_ack()
 *   ipi				poke_ipi()
 *   trap, divert			poke_trap(), poke_trap_site(), poke_divert()
 *   roll_back, roll_forward	poke_roll()
 *   late breakpoints in trap	poke_trap_late()
 *   end of a slot in execute	poke_slot_end()
 *
 * Every BAD_ switch is a known-broken variant, whose counterexample the run
 * expects. The table of configurations is in the file "configs".
 */

/* ---- configuration ---- */
#ifndef NEX
#define NEX 1			/* executors: CPUs 1..NEX */
#endif
#ifndef NSITE
#define NSITE 1			/* sites of one poke */
#endif
#ifndef NPOKE
#define NPOKE 1			/* pokes in a row, A -> B -> A ... */
#endif
#ifndef NMI0
#define NMI0 0			/* NMIs that execute a site on CPU 0 */
#endif
#ifndef NMIX
#define NMIX 0			/* the same on each other CPU */
#endif
#ifndef IRQ0
#define IRQ0 0			/* interrupts that execute a site on CPU 0 */
#endif
#ifndef MAXTRY
#define MAXTRY 2		/* attempts under roll before emulate */
#endif
#ifdef ORDERED
#define SYNC2 0			/* policy: no second sync */
#else
#ifdef BAD_NO_SYNC2
#define SYNC2 0
#else
#define SYNC2 1
#endif
#endif

#define NCPU	(NEX + 1)
#define BIT(c)	(1 << (c))

/* bytes: the two instructions, and the breakpoint as first byte */
#define A	0
#define B	1
#define INT3	2

/* phase */
#define IDLE	0
#define DEPLOY	1
#define COMMIT	2
#define SYNCED	3		/* COMMIT_SYNCED */
#define ABORT	4

/* what a trap came to */
#define RETRY	0		/* step back, execute the site again */
#define DONE	1		/* emulated */
#define SLOT	2		/* out of line, interrupts off */

/* the ways to be wrong; the runner names them by these numbers */
#define TORN	1		/* bytes of two instructions executed */
#define STALE	2		/* OLD after success, NEW before COMMIT or after an error */
#define OOPS	3		/* #BP that nobody claims */
#define REUSED	4		/* slot rewritten under a CPU */
#define LEFT	5		/* wrong bytes in memory at the end */
#define INV	6		/* an invariant I1..I7 as such */
#ifdef ONLY
/* The others are silenced, so that this one is the first found. */
#define FAIL(what)	if :: (what) == ONLY -> assert((what) == 0) :: else fi
#else
#define FAIL(what)	assert((what) == 0)
#endif

/* ---- state ---- */
byte f[NSITE], t[NSITE];	/* memory: first bytes, tails */
byte view[NCPU * NSITE] = 1;	/* bits 0-2: first bytes with tail A, 3-5: with tail B */
byte phase;
byte gen, ack[NCPU], ack_irq[NCPU];
byte refs[NCPU], pseq;
byte ov = A, nv = B;		/* OLD and NEW of the poke in progress */
bool rolling;			/* policy roll; patch_cpu is always CPU 0 */
byte csd;			/* bit c: call-single-data of CPU c is queued */
byte inirq, innmi, ifoff;	/* bit c: CPU c is in that context */
byte sl[4], sluse[4];		/* slots: [set * 2 + is new]; contents, CPUs inside */
byte set, quarantine;		/* slot set in use; sets not to be rewritten yet */
byte qgen;			/* the round that ends the quarantine */
byte lock;			/* owner's CPU, 0 = free */
byte allow = BIT(A);		/* ghost: instructions that may execute now */
bool finished, rd, wr, off1;	/* poker finished; cpus_read_lock; CPU 1 is offline */
byte hp;			/* hotplug's dialogue with CPU 1 */
#ifdef MIGRATE
byte pcpu;			/* where the poker runs */
#endif
#ifdef LOSE
byte lose = LOSE;		/* IPIs that go astray */
#endif
#ifdef EVENTS_PER_TRY
byte ev;			/* events left on CPU 0 in this attempt */
#endif
#ifdef BAD_HELP
bool mask_set;			/* the round has begun: acknowledgements count */
#define MASK_SET	mask_set = 1
#else
#define MASK_SET	skip
#endif
#ifdef GHOST
byte sergen[NCPU];		/* generation at the last serialisation, for I3 */
#endif
hidden byte i_, j_;

/* ---- memory and fetch ---- */
#define V(c, s)		view[(c) * NSITE + (s)]
#define PAIR(s)		((1 << f[s]) << (3 * t[s]))
/* All first bytes in a view, and the tails they may be combined with. */
#define FIRSTS(v)	(((v) | ((v) >> 3)) & 7)

inline store_first(s, x)
{
	f[s] = x;
	i_ = 0;
	do
	:: i_ < NCPU ->
#ifdef ORDERED
		V(i_, s) = V(i_, s) | ((1 << (x)) << (3 * t[s]));
#else
		if :: V(i_, s) & 7 -> V(i_, s) = V(i_, s) | (1 << (x)) :: else fi;
		if :: V(i_, s) & 56 -> V(i_, s) = V(i_, s) | (8 << (x)) :: else fi;
#endif
		i_++
	:: else -> break
	od;
	i_ = 0
}

inline store_tail(s, x)
{
#ifndef NO_INV
	/* I1: a tail is written in COMMIT only. */
	if :: phase != COMMIT && phase != SYNCED -> FAIL(INV) :: else fi;
#endif
	t[s] = x;
	i_ = 0;
	do
	:: i_ < NCPU ->
		V(i_, s) = V(i_, s) | (FIRSTS(V(i_, s)) << (3 * (x)));
		i_++
	:: else -> break
	od;
	i_ = 0
}

inline serialise(c)
{
	j_ = 0;
	do
	:: j_ < NSITE -> V(c, j_) = PAIR(j_); j_++
	:: else -> break
	od;
	j_ = 0;
#ifdef GHOST
	sergen[c] = gen;
#endif
}

/* An instruction was executed, wherever it was executed. */
inline executed(x)
{
	if :: !(allow & (1 << (x))) -> FAIL(STALE) :: else fi
}

/* IRET serialises; -DIRET_PLAIN shows which results lean on that. */
inline iret(c)
{
#ifndef IRET_PLAIN
	serialise(c)
#else
	skip
#endif
}

/* ---- acknowledgement: poke_sync.c ---- */
/*
 * g = acquire(gen); serialise(); ack = max(ack, g). The first two are one step
 * unless -DFINE: reading an older generation can only acknowledge less.
 */
#ifdef BAD_MASK
#define GEN	1		/* one bit per CPU, set by the poker, cleared here */
#define NEW_GEN	ack[1] = 0; if :: NEX > 1 -> ack[NEX] = 0 :: else fi
#else
#define GEN	gen
#define NEW_GEN	gen++
#endif
#define READ_GEN(g)	g = GEN

inline put_ack(c, g)
{
#ifdef GHOST
	/* I3: serialised after reading g. */
	if :: g > sergen[c] -> FAIL(INV) :: else fi;
#endif
#ifdef BAD_ACK_PLAIN
	ack[c] = g;
#else
	if :: ack[c] < g -> ack[c] = g :: else fi;
#endif
}

inline acknowledge(c, g)
{
#ifdef BAD_ACK_FIRST
	d_step { READ_GEN(g); put_ack(c, g) };
	d_step { serialise(c); g = 0 }
#else
#ifdef FINE
	d_step { READ_GEN(g) };
	d_step { serialise(c) };
#else
	d_step { READ_GEN(g); serialise(c) };
#endif
	d_step { put_ack(c, g); g = 0 }
#endif
}

/* CPU c (online) has not acknowledged generation g. */
#ifdef HOTPLUG
#define ONLINE(c)	((c) != 1 || !off1)
#else
#define ONLINE(c)	true
#endif
#ifdef MIGRATE
#define OWE0(a, g)	(a[0] < (g))
#else
#define OWE0(a, g)	0	/* the patching CPU owes itself nothing */
#endif
#define OWE1(a, c, g)	((NEX >= c && ONLINE(c) && a[((NEX >= c) -> c : 0)] < (g)) << c)
#define OWING(a, g)	(OWE0(a, g) | OWE1(a, 1, g) | OWE1(a, 2, g) | OWE1(a, 3, g))

#define OWES(c)		(ack[c] < GEN)

/* ---- the #BP handler: poke_trap.c ---- */
/*
 * The patching CPU meets its own breakpoint under roll (step 3). Only the
 * interrupted poker shares phase with it, so read and cmpxchg are one step.
 */
inline roll_back()
{
	d_step { phase = ABORT; k = 0 };
	do
	:: d_step { k < NSITE -> store_first(k, ov); k++ }
	:: d_step { k == NSITE -> k = 0; serialise(0) }; break
	od
}

inline roll_forward()
{
	do
	:: d_step { k < NSITE -> store_tail(k, nv); k++ }
	:: d_step { k == NSITE -> k = 0 }; break
	od;
	do
	:: d_step { k < NSITE -> store_first(k, nv); k++ }
	:: d_step { k == NSITE -> k = 0; serialise(0) }; break
	od
}

#ifdef BAD_ROLLFWD_UNSYNCED
#define MAY_FINISH	(phase == SYNCED || phase == COMMIT)
#else
#define MAY_FINISH	(phase == SYNCED || (phase == COMMIT && !SYNC2))
#endif

/* Step 2: decide by phase; emulated while the reference is held. */
inline divert()
{
	atomic {
		if
		:: phase == IDLE -> how = RETRY
		:: phase == DEPLOY || phase == ABORT -> x = 0; how = SLOT
		:: phase == COMMIT || phase == SYNCED -> x = 1; how = SLOT
		fi
	};
#ifdef EMULATE
	if
	:: how == SLOT ->
		d_step {
			if :: x -> executed(nv) :: else -> executed(ov) fi;
			x = 0; how = DONE
		}
	:: else
	fi
#endif
}

/*
 * "Helping": whoever acknowledges last completes for the poker. It claims that
 * by the change of the phase; HELP_ALL: whoever comes by completes as well.
 */
#ifdef HELP_ALL
#define MAY_HELP	(phase == DEPLOY || phase == COMMIT)
#else
#define MAY_HELP	(phase == DEPLOY)
#endif

inline help(c)
{
	if
	:: d_step { MAY_HELP && mask_set && OWING(ack, gen) == 0 ->
		phase = COMMIT; allow = BIT(ov) | BIT(nv) };
	   d_step { store_tail(0, nv) };
	   d_step { store_first(0, nv) }
	:: else
	fi
}

/*
 * The rejected handlers wait for the breakpoint to go away. To be fair to them
 * they acknowledge while they spin, and hold no reference.
 */
inline await_removal(c, s)
{
	d_step { refs[c]--; act = 0 };
	do
	:: f[s] != INT3 -> break
	:: OWES(c) ->
		acknowledge(c, g);
#ifdef BAD_HELP
		help(c)
#endif
	od;
	how = RETRY
}

inline trap(c, s)
{
	/* Step 1: pseq, then inc-not-zero of the references. */
	d_step { seq = pseq };
	d_step { act = (refs[c] > 0 -> 1 : 0); refs[c] = refs[c] + act };
	if
	:: !act ->
		/* Late breakpoint, or one published since pseq was read. */
		d_step { act = (f[s] == INT3 -> 1 : 0); how = RETRY };
		if
		:: act ->
#if defined(BAD_NO_PSEQ)
			FAIL(OOPS)
#elif !defined(BAD_ROLL_FOREVER)
			if :: pseq == seq -> FAIL(OOPS) :: else fi
#else
			skip
#endif
		:: else
		fi
	:: else ->
		/* poke_trap_site(): all but the patching CPU acknowledge. */
		if
		:: c == 0 && rolling
		:: else -> acknowledge(c, g)
		fi;
#if defined(BAD_SPIN)
		await_removal(c, s)
#elif defined(BAD_HELP)
		help(c);
		await_removal(c, s)
#elif defined(BAD_ANY_ROLL)
		d_step { if :: rolling && phase == DEPLOY -> phase = ABORT :: else fi };
		if
		:: rolling && phase == ABORT -> roll_back(); how = RETRY
		:: else -> divert()
		fi;
		d_step {
			refs[c]--;
			if
			:: how == SLOT -> x = set * 2 + x; sluse[x]++
			:: else
			fi
		}
#else
		if
		:: c == 0 && rolling && (phase == DEPLOY || phase == ABORT) ->
			roll_back(); how = RETRY
		:: c == 0 && rolling && MAY_FINISH ->
			roll_forward(); how = RETRY
		:: else ->
#ifdef BAD_HPA
			if
			:: c != 0 -> await_removal(c, s)
			:: else -> divert()
			fi
#else
			divert()
#endif
		fi;
		/* Step 4: drop the reference; a slot is occupied from here on. */
		d_step {
			refs[c] = refs[c] - act;
			if
			:: how == SLOT ->
				x = set * 2 + x; sluse[x]++
			:: else
			fi
		}
#endif
	fi;
	d_step { act = 0; seq = 0 }
}

/*
 * CPU c executes site s in a thread (level 0), an interrupt (1) or an NMI (2).
 * The trap and the slot run with interrupts off; the slot's ending INT3 brings
 * back what the slot says (was: interrupts were already off).
 */
inline execute(c, s, level)
{
	do
	:: atomic {
		if
		:: V(c, s) & 10 -> FAIL(TORN)
		:: V(c, s) & 1 -> executed(A); break
		:: V(c, s) & 16 -> executed(B); break
		:: V(c, s) & 36 ->
			if
			:: level == 0 -> was = ifoff & BIT(c); ifoff = ifoff | BIT(c)
			:: else
			fi
		fi
	   };
	   trap(c, s);
	   atomic {
		iret(c);
		if
		:: how == SLOT -> skip
		:: else ->
			if :: level == 0 && !was -> ifoff = ifoff & ~BIT(c) :: else fi;
			was = 0;
			if
			:: how == DONE -> how = 0; break
			:: else
			fi
		fi
	   };
	   if
	   :: how == SLOT ->
#ifdef BAD_SLOT_IRQS_ON
		d_step { if :: level == 0 && !was -> ifoff = ifoff & ~BIT(c) :: else fi };
#endif
		atomic {
			executed(sl[x]);
			sluse[x]--;
			x = 0; how = 0;
			/* Step 0: the trap at the slot's end. */
			iret(c);
			if :: level == 0 && !was -> ifoff = ifoff & ~BIT(c) :: else fi;
			was = 0;
			break
		}
	   :: else
	   fi
	od
}

#define CONTEXT	byte g, seq, act, how, x, was, k, s

/* ---- the poker: poke_core.c, poke_sync.c ---- */
#if defined(NO_RESEND)
#define RESEND	false
#else
#define RESEND	true
#endif

/*
 * The poker runs on CPU 0, where it stays while it rolls. Under MIGRATE it may
 * begin any other round on another CPU, where no handler is in progress then,
 * and CPU 0 owes like the rest.
 */
#ifdef MIGRATE
#define POKER_CPU	pcpu
#define MOVE \
	if \
	:: pcpu = 0 \
	:: !rolling && !((ifoff | inirq | innmi) & BIT(1)) -> pcpu = 1 \
	fi
#else
#define POKER_CPU	0
#define MOVE		skip
#endif

#if defined(BAD_NO_SELF_SERIALISE)
#define SELF	skip
#elif defined(BAD_MIGRATE_IN_SYNC)
#define SELF	serialise(POKER_CPU); MOVE
#else
#define SELF	MOVE; serialise(POKER_CPU)
#endif

/* poke_round_begin(): serialise, publish the generation, send to who owes. */
inline send(owing)
{
#ifdef BAD_SB_POKER
	/* No full barrier: the busy test overtakes the store to gen. */
	atomic { k = csd; SELF };
	d_step { NEW_GEN; ack[0] = GEN; ack_irq[0] = GEN };
	d_step { sent = owing & ~k; csd = csd | sent; k = 0 }
#else
	atomic { SELF; MASK_SET; NEW_GEN; ack[POKER_CPU] = GEN; ack_irq[POKER_CPU] = GEN };
	d_step { sent = owing & ~csd; csd = csd | sent }
#endif
}

/*
 * poke_wait(), poke_wait_long(): a CPU whose data was busy is sent to again,
 * once per round, and under LOSE any CPU that owes, once the poker sleeps and
 * does not roll any more (poke_round_again()). Sync 1 ends early with a
 * roll-back, or with a time-out, which is also how poke_recheck() fails; any
 * sync that takes long is handed over.
 */
inline await(owing, resending, number)
{
	do
	:: owing == 0 -> break
	:: d_step { RESEND && (resending & ~csd & ~sent) ->
		k = resending & ~csd & ~sent;
		sent = sent | k; csd = csd | k; k = 0 }
#if defined(LOSE) && !defined(BAD_NO_AGAIN)
	:: d_step { !rolling && (resending & ~csd & sent) ->
		sent = sent & ~(resending & ~csd) }
#endif
	:: number == 1 && phase == ABORT && owing != 0 -> break
#ifdef TIMEOUT
	:: number == 1 -> timed = 1; break
#endif
#ifdef HANDOVER
	:: d_step { rolling && owing != 0 -> rolling = 0 }
#endif
#ifdef BAD_TIMEOUT_LATE
	:: d_step { number == 2 && owing != 0 -> allow = BIT(ov) };
	   timed = 1; break
#endif
	od;
	sent = 0
}

#ifdef BAD_SYNC3_ACK
#define WAIT3	OWING(ack, GEN)
#define SEND3	OWING(ack, GEN)
#else
#define WAIT3	OWING(ack_irq, GEN)
#ifdef BAD_SYNC3_OWES
#define SEND3	OWING(ack, GEN)
#else
#define SEND3	OWING(ack_irq, GEN)
#endif
#endif

#ifdef BAD_PSEQ_FIRST
#define PUBLISH	atomic { pseq++ }; d_step { PUT_REFS(1) }
#else
#ifdef BAD_ROLL_FOREVER
#define PUBLISH	atomic { PUT_REFS(1) }
#else
#define PUBLISH	atomic { PUT_REFS(1) }; d_step { pseq++ }
#endif
#endif

/*
 * The base references: one per CPU, handlers count on their own CPU. They were
 * drained, unless BAD_NO_DRAIN lets the late ones count on.
 */
#ifdef BAD_NO_DRAIN
#define LATE_REFS(k)	refs[k]
#else
#define LATE_REFS(k)	0
#endif
#define PUT_REFS(n) \
	k = 0; \
	do \
	:: k < NCPU -> refs[k] = n + LATE_REFS(k); k++ \
	:: else -> break \
	od; \
	k = 0
#define DRAINED	(refs[0] + refs[1] + refs[NEX] + refs[NEX / 2 + 1] == 0)

inline drop_refs()
{
	d_step {
		k = 0;
		do
		:: k < NCPU -> refs[k]--; k++
		:: else -> break
		od;
		k = 0
	};
	DRAINED
}

/* After an attempt; BAD_NO_DRAIN does not wait for the handlers. */
inline drop_refs_given_up()
{
#ifdef BAD_NO_DRAIN
	d_step {
		k = 0;
		do
		:: k < NCPU -> refs[k]--; k++
		:: else -> break
		od;
		k = 0
	}
#else
	drop_refs()
#endif
}

/*
 * poke_slots_quarantine(): a round that only interrupts answer. Nobody waits
 * for it; poke_slots_poll() asks, before the next poke. With one poke nobody
 * would.
 */
inline begin_quarantine()
{
#if NPOKE > 1
	if
	:: timed ->
		send(OWING(ack_irq, GEN));
		d_step { sent = 0; qgen = GEN }
	:: else
	fi
#else
	skip
#endif
}

inline poll_slots()
{
#if NPOKE > 1
	d_step {
		if
		:: quarantine && OWING(ack_irq, qgen) == 0 -> quarantine = 0; qgen = 0
		:: else -> csd = csd | OWING(ack_irq, qgen)
		fi
	}
#else
	skip
#endif
}

/* Slots: a quarantined set is not rewritten (two pokes never fill both). */
inline take_slots()
{
	poll_slots();
	d_step {
#ifdef BAD_SLOT_REUSE
		set = 0;
#else
		set = (quarantine & 1 -> 1 : 0);
#endif
		if :: sluse[set * 2] || sluse[set * 2 + 1] -> FAIL(REUSED) :: else fi;
		sl[set * 2] = ov; sl[set * 2 + 1] = nv
	}
}

/*
 * poke_abort(): whoever caused it, the poker itself restores every first byte,
 * then drains.
 */
inline give_up()
{
	phase = ABORT;
#ifdef BAD_QUARANTINE_BEFORE_BYTES
	begin_quarantine();
#endif
#ifndef BAD_NO_REWRITE
	do
	:: d_step { k < NSITE -> store_first(k, ov); k++ }
	:: d_step { k == NSITE -> k = 0 }; break
	od;
#endif
#ifdef BAD_TIMEOUT_LATE
	do
	:: d_step { k < NSITE -> store_tail(k, ov); k++ }
	:: d_step { k == NSITE -> k = 0 }; break
	od;
#endif
#ifdef BAD_QUARANTINE_BEFORE_DRAIN
	begin_quarantine();
#endif
	atomic { phase = IDLE; rolling = 0 };
	drop_refs_given_up();
#if !defined(BAD_QUARANTINE_BEFORE_BYTES) && !defined(BAD_QUARANTINE_BEFORE_DRAIN)
	begin_quarantine();
#endif
	d_step {
		/* I7: the old bytes are back. */
		k = 0;
		do
		:: k < NSITE ->
			if :: f[k] != ov || t[k] != ov -> FAIL(LEFT) :: else fi;
			k++
		:: else -> break
		od;
		k = 0
	}
}

#define POKER_RUNS	(!((innmi | inirq) & BIT(POKER_CPU)))

active proctype poker() provided (POKER_RUNS)
{
	byte k, poke, tries, timed, sent;

	do
	:: poke < NPOKE ->
#if defined(HOTPLUG) && !defined(BAD_HOTPLUG)
		d_step { !wr -> rd = 1 };
#endif
		take_slots();
again:
#ifdef BAD_TAIL_FIRST
		do
		:: d_step { k < NSITE -> store_tail(k, nv); k++ }
		:: d_step { k == NSITE -> k = 0 }; break
		od;
#endif
		/* 1: references, pseq, roll, phase; wmb; the breakpoints. */
		PUBLISH;
		d_step {
#ifdef MIGRATE
			pcpu = 0;
#endif
#if defined(BAD_ROLL_FOREVER)
			rolling = 1;
#elif defined(ROLL)
			rolling = (tries < MAXTRY -> 1 : 0);
#endif
#ifdef EVENTS_PER_TRY
			ev = EVENTS_PER_TRY;
#endif
			phase = DEPLOY
		};
#ifdef HELP_ATOMIC
		/* Not to be had: breakpoint, mask and IPIs in one step. */
		atomic { store_first(0, INT3); SELF; MASK_SET; NEW_GEN; csd = OWING(ack, GEN) };
		help(0);
		(f[0] == nv);
		goto finish;
#endif
#ifndef BAD_NO_INT3
		do
		:: d_step { k < NSITE -> store_first(k, INT3); k++ }
		:: d_step { k == NSITE -> k = 0 }; break
		od;
#endif

		/* 2: sync 1; a time-out only moves DEPLOY to ABORT. */
#ifndef BAD_NO_SYNC1
		send(OWING(ack, GEN));
#ifdef BAD_HELP
		help(0);
		(f[0] == nv);
		goto finish;
#endif
		await(OWING(ack, GEN), OWING(ack, GEN), 1);
#endif
		/* 3: the point of no return. */
		if
		:: d_step { phase == DEPLOY && !timed ->
			phase = COMMIT; allow = BIT(ov) | BIT(nv);
#ifndef NO_INV
			/* I2: every CPU serialised after INT3 was visible. */
			do
			:: k < NCPU * NSITE ->
				if :: FIRSTS(view[k]) != 4 && (ONLINE(k / NSITE)) -> FAIL(INV) :: else fi;
				k++
			:: else -> break
			od;
			k = 0
#endif
		   }
		:: else ->
			give_up();
			if
			:: timed ->
				/* Returns -ETIMEDOUT; the slots wait for an IPI-only sync. */
				d_step { timed = 0; tries = 0; quarantine = quarantine | BIT(set) };
				goto next
			:: else -> tries = (tries < MAXTRY -> tries + 1 : tries); goto again
			fi
		fi;
#ifdef BAD_HEAD_FIRST
		do
		:: d_step { k < NSITE -> store_first(k, nv); k++ }
		:: d_step { k == NSITE -> k = 0 }; break
		od;
#endif
		do
		:: d_step { k < NSITE -> store_tail(k, nv); k++ }
		:: d_step { k == NSITE -> k = 0 }; break
		od;
		if
		:: SYNC2 ->
			send(OWING(ack, GEN));
			await(OWING(ack, GEN), OWING(ack, GEN), 2);
#ifdef BAD_TIMEOUT_LATE
			if
			:: timed -> give_up(); timed = 0; goto next
			:: else
			fi;
#endif
			skip
		:: else
		fi;
		phase = SYNCED;

		/* 4: first bytes, then a sync that only interrupts answer. */
		do
		:: d_step { k < NSITE -> store_first(k, nv); k++ }
		:: d_step { k == NSITE -> k = 0 }; break
		od;
#ifndef NO_SYNC3
		send(SEND3);
		await(WAIT3, SEND3, 3);
#endif
finish:
		atomic { phase = IDLE; rolling = 0 };
#ifdef NO_REFS
		d_step { PUT_REFS(0) };
#else
		drop_refs();
#endif
		/* Success: from here on only NEW may execute (I6). */
		d_step {
			k = 0;
			do
			:: k < NSITE ->
				if :: f[k] != nv || t[k] != nv -> FAIL(LEFT) :: else fi;
				k++
			:: else -> break
			od;
			k = 0;
			allow = BIT(nv); ov = nv; nv = 1 - nv;
			tries = 0; timed = 0
#ifdef BAD_HELP
			; mask_set = 0
#endif
		};
next:
		atomic { rd = 0; poke++ }
	:: else -> break
	od;
	finished = 1;
end_poker:
	false
}

/* ---- the executors ---- */
#if defined(LTL) || defined(LTL_LOCK)
/* Liveness: a pending interrupt is taken as soon as interrupts are on. */
#define PROMPT(c)	(!((csd & ~ifoff) & BIT(c)))
#else
#define PROMPT(c)	true
#endif
#define CPU	_pid		/* the poker is 0 */

active [NEX] proctype executor() provided (!((innmi | inirq) & BIT(_pid)) && PROMPT(_pid))
{
	CONTEXT;
	byte held;
#ifdef LOCKS
	byte rounds = LOCKS;
#endif
	do
	:: atomic {
		if
		:: true
#ifdef LOCKS
		:: rounds > 0 && lock == 0 -> lock = CPU; held = 1; rounds--
#endif
		fi;
		if
		:: s = 0
		:: NSITE > 1 -> s = NSITE - 1
		fi
	   };
	   execute(CPU, s, 0);
	   atomic {
		s = 0;
		if :: held -> lock = 0; held = 0 :: else fi
	   }
#ifdef LOCKS
	/* spin_lock_irqsave(): no IPI is taken while it spins. */
	:: d_step { rounds > 0 -> rounds--; ifoff = ifoff | BIT(CPU) };
	   do
	   :: d_step { lock == 0 -> lock = CPU }; break
#ifdef POLL
	   :: ack[CPU] < gen -> acknowledge(CPU, g)
#endif
	   od;
	   atomic { lock = 0; ifoff = ifoff & ~BIT(CPU) }
#endif
	/* An executor may stop for good: nobody relies on its trapping. */
	:: break
	od;
end_executor:
#ifdef HOTPLUG
	/* Parked, the CPU keeps its stale view until it is brought up. */
	atomic { CPU == 1 && hp == 1 -> hp = 2 };
end_parked:
	(hp == 3);
	d_step { hp = 4 };
	do
	:: s = 0; execute(CPU, s, 0)
	:: break
	od;
end_again:
#endif
	false
}

/*
 * IPIs. The call data is unlocked before the function runs, so that a second
 * send is possible from then on; a full barrier comes first in the function.
 */
#ifdef MIGRATE
#define NIPI	NCPU		/* CPU 0 may owe as well */
#else
#define NIPI	NEX
#endif
#define ICPU	(_pid - NIPI)

active [NIPI] proctype ipi() provided (!(innmi & BIT(_pid - NIPI)))
{
	byte g;

end:	do
	:: d_step { (csd & BIT(ICPU)) && !(ifoff & BIT(ICPU)) ->
		inirq = inirq | BIT(ICPU);
#ifdef BAD_SB_IPI
		g = GEN;
	   };
	   d_step { csd = csd & ~BIT(ICPU); serialise(ICPU) };
#else
#ifndef BAD_UNLOCK_AFTER
		csd = csd & ~BIT(ICPU)
#endif
	   };
	   d_step { READ_GEN(g); serialise(ICPU) };
#endif
#ifdef BAD_UNLOCK_AFTER
	   d_step { put_ack(ICPU, g); if :: ack_irq[ICPU] < g -> ack_irq[ICPU] = g :: else fi };
	   d_step { g = 0; csd = csd & ~BIT(ICPU); inirq = inirq & ~BIT(ICPU) }
#else
	   d_step {
		put_ack(ICPU, g);
		if :: ack_irq[ICPU] < g -> ack_irq[ICPU] = g :: else fi;
		inirq = (inirq & ~BIT(ICPU))
	   };
#ifdef BAD_HELP
	   inirq = inirq | BIT(ICPU);
	   help(ICPU);
	   inirq = inirq & ~BIT(ICPU);
#endif
	   g = 0
#endif
#ifdef LOSE
	/* Taken, and never heard of again. */
	:: d_step { lose > 0 && (csd & BIT(ICPU)) -> lose--; csd = csd & ~BIT(ICPU) }
#endif
	od
}

/* NMIs anywhere, on every CPU; NMI_ACKS: the NMI handler acknowledges too. */
#if NMI0 + NMIX > 0 || defined(EVENTS_PER_TRY)
#define NCPUNMI	(_pid - NEX - NIPI - 1)

active [NCPU] proctype nmi()
{
	CONTEXT;
	byte n;

	n = (NCPUNMI == 0 -> NMI0 : NMIX);
end:	do
#ifdef EVENTS_PER_TRY
	:: d_step { NCPUNMI == 0 && ev > 0 && !(innmi & 1) -> ev--; innmi = innmi | 1 };
#else
	:: d_step { n > 0 -> n--; innmi = innmi | BIT(NCPUNMI) };
#endif
#ifdef NMI_ACKS
	   if
	   :: acknowledge(NCPUNMI, g)
	   :: skip
	   fi;
#endif
	   atomic {
		if
		:: s = 0
		:: NSITE > 1 -> s = NSITE - 1
		fi
	   };
	   execute(NCPUNMI, s, 2);
	   atomic { s = 0; iret(NCPUNMI); innmi = innmi & ~BIT(NCPUNMI) }
	od
}
#endif

/* An interrupt on the patching CPU that executes a site, with the lock or without. */
#if IRQ0 > 0
active proctype irq0() provided (!(innmi & 1))
{
	CONTEXT;
	byte n = IRQ0, held;

end:	do
	:: d_step { n > 0 -> n--; inirq = inirq | 1 };
#ifdef LOCKS
	   /* spin_lock(): the poker cannot go on before the owner has. */
	   if
	   :: true -> d_step { lock == 0 -> lock = NCPU; held = 1 }
	   :: true
	   fi;
#endif
	   execute(0, s, 1);
	   atomic { if :: held -> lock = 0; held = 0 :: else fi; iret(0); inirq = inirq & ~1 }
	od
}
#endif

/*
 * CPU 1 goes away and comes back. Poker and hotplug exclude each other by
 * cpus_read_lock; the CPU acknowledges when it counts as online. BAD_HOTPLUG
 * drops the lock and serialises before "online"; HOTPLUG_UNLOCKED drops the
 * lock alone.
 */
#ifdef HOTPLUG
#if defined(BAD_HOTPLUG) || defined(HOTPLUG_UNLOCKED)
#define WRLOCK	skip
#else
#define WRLOCK	d_step { !rd && !wr -> wr = 1 }
#endif
active proctype hotplug()
{
	byte g;

	(hp == 0);
end_hp:	WRLOCK;
	hp = 1;
end_wait:
	d_step { hp == 2 -> off1 = 1; wr = 0 };
end_up:	WRLOCK;
#if defined(BAD_HOTPLUG) && !defined(HOTPLUG_UNLOCKED)
	d_step { serialise(1) };
	d_step { off1 = 0 };
#else
	off1 = 0;
	acknowledge(1, g);
#endif
	hp = 3;
	(hp == 4);
	wr = 0;
end_done:
	false
}
#endif

#if defined(LTL)
ltl term { <> finished }
#endif
#ifdef LTL_LOCK
ltl released { [] ((lock == 1) -> <> (lock != 1)) }
#endif
