// SPDX-License-Identifier: GPL-2.0
/*
 * klp.pml - the transition protocol (DESIGN.md section 5) as a Promela model
 *
 * Tasks enter the kernel, call a patched function f, may call a second patched
 * function from inside it, sleep there, fork, exit, and return to user space.
 * One worker (klp_transition.c) starts, reverses and completes transitions. An
 * idle task belongs to a CPU that comes and goes.
 *
 * E[t] is the task's entry: 0 = UNKNOWN, else a universe. fr[t] is what the
 * reliable stack check sees: the universe of the frame of f on its stack, 0 if
 * there is none. Between entering the handler and entering the chosen function
 * a task is in insec (preemption off, our own code on its stack): the worker
 * never changes it there, and synchronise() waits for it.
 *
 * Where the steps are in the sources
 *   handler			lp_ftrace_handler(), lp_choose()
 *   first_call			lp_current_universe(), lp_record_current()
 *   callback			the task_work callback; also lp_ipi_switch(), which
 *				may interrupt the task anywhere outside a section
 *   went_down			lp_switch_idle_offline()
 *   start			lp_transition_prepare(), lp_transition_begin()
 *   scan, check_task, check_idle	lp_switch_pass(), lp_switch_held(), lp_switch_idle()
 *   enlarge			lp_handle_overflow()
 *   CLOSING, rescan		lp_try_close(), lp_switch_all_done(), lp_reopen()
 *   reverse, finish		lp_transition_reverse(), lp_transition_finish()
 *   synchronise			lp_synchronise()
 *
 * Lazy means: nothing is copied at fork, an entry appears at the first patched
 * call. klp-flags.pml is the same world with the kernel's two flags per task.
 *
 * Once the listing is complete (all), an unknown task that is not in it was
 * born since, and takes the target: its stack holds no frame of f. Without
 * that, a stream of children, each asleep in f when the scan comes by, holds
 * the transition open for ever (STREAM).
 *
 * What is not modelled: replace, COMING and GOING modules, force, immediate;
 * memory ordering (litmus tests); more than one fork and one exit.
 */

/* ---- configuration ---- */
#ifndef NT
#define NT 2			/* tasks there from the beginning */
#endif
#ifdef FORK
#define NCHILD FORK		/* children, born one after the other */
#else
#define NCHILD 0
#endif
#ifdef IDLE_CPU
#define NIDLE 1
#else
#define NIDLE 0
#endif
#ifdef BAD_NEWBORN_INI
#define ALL	0		/* a newborn takes ini, like every unknown task */
#elif defined(BAD_NEWBORN_EARLY)
#define ALL	(phase != IDLE)	/* unlisted counts as newborn before the listing */
#else
#define ALL	all
#endif
#ifndef NREV
#define NREV 0			/* reversals of each transition, at most */
#endif
#ifndef NTRANS
#define NTRANS 1		/* transitions in a row: enable, disable, ... */
#endif
#ifndef OVERFLOWS
#define OVERFLOWS 0		/* failed insertions */
#endif
#define N	(NT + NCHILD + NIDLE)
#define CHILD	NT
#define IDLER	(NT + NCHILD)
#define BIT(t)	(1 << (t))

/* universes, and the third value of an entry */
#define UNKNOWN	0
#define OLD	1
#define NEW	2
#define OTHER(u)	(3 - (u))

#ifdef DISABLE
#define START	NEW
#else
#define START	OLD
#endif

/* phase */
#define IDLE	0
#define PREP	1
#define ACTIVE	2
#define FROZEN	3
#define CLOSING	4

/* the ways to be wrong; the runner names them by these numbers */
#define MIXED	1		/* one stack runs both universes */
#define FRAME	2		/* completed under a frame of the other universe */
#define STATE	3		/* completed with a live task known to be elsewhere */
#define INEXACT	4		/* the end is not what was asked for */
#define INV	5		/* J2 or J3 as such */
#ifdef ONLY
/* The others are silenced, so that this one is the first found. */
#define FAIL(what)	if :: (what) == ONLY -> assert((what) == 0) :: else fi
#else
#define FAIL(what)	assert((what) == 0)
#endif

#ifdef BAD_STALE_INI
#define STALE_INI 1		/* left over from an earlier transition */
#else
#define STALE_INI 0
#endif

/* ---- state ---- */
byte E[N], fr[N];
/* The word W: always read and written as a whole. */
byte phase, target, ini = (1 - STALE_INI) * START + STALE_INI * OTHER(START);
bool overflow, all;		/* all: the listing is complete (LP_W_LISTED) */
byte known;			/* tasks that the first pass entered (LP_LISTED) */
bool trans, reg = (START == NEW);	/* in transition; handler registered */
byte insec, waited;		/* sections in flight; those synchronise() waits for */
byte listed = (1 << NT) - 1 + NIDLE * BIT(IDLER);
byte exiting, dead;		/* unlisted; gone for good */
byte rcu;			/* those synchronize_rcu_tasks() waits for */
bool online = 1, rd;		/* the idle task's CPU; cpus_read_lock */
bool wr;			/* hotplug's write lock: a CPU is going down */
#ifdef LTL
bool want;			/* a reader waits: no further writer passes it */
#define WANTED	want
#else
#define WANTED	0		/* matters to what must happen only */
#endif
byte steady = START;		/* ghost: universe since completion, 0 in transition */
byte goal;			/* ghost: where this transition has to end */
byte late_writers;		/* ghost, for J2: sections that are about to store a target */
byte ovf = OVERFLOWS;
bool finished;

/* J3: an entry never changes under a frame of the other universe. */
inline set_entry(t, u)
{
#ifndef NO_INV
	if :: fr[t] && fr[t] != (u) -> FAIL(INV) :: else fi;
#endif
	E[t] = u
}

#define LEAVE(t) \
	insec = insec & ~BIT(t); waited = waited & ~BIT(t); \
	late_writers = late_writers & ~BIT(t)

/* ---- the ftrace handler: klp_patch.c ---- */
/*
 * Preemption is off from the first read to the entry of the chosen function.
 * must: what a section that begins after completion has to choose.
 */
inline handler(t)
{
#ifdef BAD_PREEMPTIBLE
	d_step { v = (reg -> UNKNOWN : OLD); must = steady };
#else
	d_step { insec = insec | BIT(t); v = (reg -> UNKNOWN : OLD); must = steady };
#endif
	if
	:: v == UNKNOWN ->
		d_step { v = (trans -> UNKNOWN : NEW) };
		if
		:: v == UNKNOWN ->
#ifdef BAD_NEWBORN_LOOKUP_FIRST
			d_step { lookup(t) };
			d_step { read_word() };
#else
			d_step { read_word() };
			d_step { lookup(t) };
#endif
			if
			:: v == UNKNOWN -> first_call(t)
			:: else -> d_step { born = 0; first = 0; late = 0 }
			fi
		:: else
		fi
	:: else
	fi;
	d_step {
		if :: must && must == steady && v != must -> FAIL(INEXACT) :: else fi;
		if :: fr[t] && fr[t] != v -> FAIL(MIXED) :: else fi;
		fr[t] = v;
		v = 0; must = 0;
#ifndef BAD_PREEMPTIBLE
		LEAVE(t)
#endif
	}
}

/*
 * The word is read before the table: whoever was listed before the word said
 * "all" is found listed. first: the universe of a task that everybody has to
 * take for old; late: that of a newborn, or the same.
 */
inline read_word()
{
	first = ini;
	late = (ALL -> target : ini)
}

#ifdef BAD_NEWBORN_EXITING
#define UNLISTED(t)	false
#else
#define UNLISTED(t)	(exiting & BIT(t))
#endif
#define NEWBORN(t)	(!(known & BIT(t)) && !UNLISTED(t) && (t) != IDLER_OR_NONE)
#ifdef IDLE_CPU
#define IDLER_OR_NONE	IDLER
#else
#define IDLER_OR_NONE	N
#endif

inline lookup(t)
{
	v = E[t];
	born = (NEWBORN(t) -> 1 : 0)
}

#ifdef BAD_NEWBORN_OVERFLOW
#define FORGET_ALL	skip
#else
#define FORGET_ALL	all = 0
#endif

/*
 * UNKNOWN: record ini, for a newborn target, by cmpxchg; or raise the overflow
 * bit, which also says that somebody is missing from the listing, and use the
 * ini that this read-modify-write of W returned. An interrupt of the same task
 * may get there first (IRQ): the loser uses what is recorded.
 */
inline first_call(t)
{
	if
	:: d_step { v = (born -> late : first); born = 0; first = 0; late = 0 };
#ifdef IRQ
	   if
	   :: d_step { E[t] == UNKNOWN -> E[t] = (NEWBORN(t) && ALL -> target : ini) }
	   :: skip
	   fi;
#endif
#ifdef PLAIN_RECORD
	   d_step { E[t] = v }
#else
	   d_step { if :: E[t] == UNKNOWN -> E[t] = v :: else -> v = E[t] fi }
#endif
#if OVERFLOWS > 0
	:: d_step { ovf > 0 -> ovf--; overflow = 1; FORGET_ALL; v = ini; born = 0; first = 0; late = 0 }
#endif
	fi
}

/*
 * The task switches itself: task_work on the way to user space, or in the
 * middle of the kernel, which is why it looks at its own stack.
 */
inline callback(t)
{
	d_step {
		insec = insec | BIT(t);
		if :: phase == ACTIVE -> v = target; late_writers = late_writers | BIT(t) :: else fi
	};
	d_step {
#ifdef BAD_CALLBACK_BLIND
		if :: v -> set_entry(t, v) :: else fi;
#else
		if :: v && !fr[t] -> set_entry(t, v) :: else fi;
#endif
		v = 0;
		LEAVE(t)
	}
}

inline fork(t)
{
#ifdef FORK
	d_step { t < NT && !(listed & BIT(NT + FORK - 1)) ->
		listed = listed | (listed & BIT(CHILD) -> BIT(CHILD + 1) : BIT(CHILD)) }
#else
	false
#endif
}

/*
 * f, from its handler to its return; it may sleep at any point in it. For
 * termination it makes one nested call at most: f has to return some day.
 */
inline call(t)
{
	handler(t);
	do
#ifdef LTL
	:: !nested -> nested = 1; handler(t)
#else
	:: handler(t)
#endif
#ifdef MIDWAY
	:: callback(t)
#endif
#ifdef FORK
	:: fork(t)
#endif
	:: d_step { fr[t] = 0; nested = 0 }; break
	od
}

active [NT + NCHILD] proctype task()
{
	byte v, must, nested, first, late;
	bool born;

end_unborn:
	(listed & BIT(_pid));
	do
	:: call(_pid);
#ifdef LTL
	   callback(_pid)
	:: callback(_pid)
#else
	:: callback(_pid)
#endif
#ifdef FORK
	:: fork(_pid)
#endif
#ifdef EXIT
	:: _pid == 0 -> break
#endif
#ifdef STREAM
	/* Dies, and its parent has the next child at once. */
	:: d_step { _pid >= NT -> E[_pid] = UNKNOWN; known = known & ~BIT(_pid) }
	:: _pid < NT -> goto asleep
#else
	:: goto asleep		/* in user space, for good */
#endif
	od;
#ifdef EXIT
	/* Exit: leaves the task list, runs on, dies. */
#ifdef EXIT_CALLS
	if
	:: handler(_pid)
	:: skip
	fi;
#endif
	atomic { listed = listed & ~BIT(_pid); exiting = exiting | BIT(_pid) };
#ifdef EXIT_CALLS
	do
	:: call(_pid)
#ifdef LTL
	   ; break
#endif
	:: break
	od;
#endif
	atomic { fr[_pid] = 0; dead = dead | BIT(_pid); rcu = rcu & ~BIT(_pid) };
#endif
asleep:
end_asleep:
	false
}

/* Hotplug takes the CPU only when its idle task is outside f. */
#ifdef IDLE_CPU
/*
 * The hotplug callback, on another CPU, under the write lock. The idle task
 * cannot be in a section, so its bit stands for that of the callback.
 */
inline went_down(t)
{
	d_step {
		insec = insec | BIT(t);
		if :: phase == ACTIVE -> v = target; late_writers = late_writers | BIT(t) :: else fi
	};
	d_step {
		if :: v -> set_entry(t, v) :: else fi;
		v = 0; wr = 0;
		LEAVE(t)
	}
}

active proctype idler()
{
	byte v, must, nested, first, late;
	bool born;

	do
	:: online ->
		call(IDLER);
#ifdef LTL
		callback(IDLER)
#endif
	:: d_step { online && !rd && !WANTED -> online = 0; wr = 1 };
	   went_down(IDLER)
	:: d_step { !online && !rd -> online = 1 }
	:: goto quiet
	od;
quiet:
end_quiet:
	false
}
#endif

/* ---- the worker: klp_transition.c ---- */
/* Every section in flight at the call has ended. */
inline synchronise()
{
	atomic { waited = insec };
	(waited == 0)
}

#ifdef BAD_DEAD_COUNT
#define GONE(t)	false
#else
#define GONE(t)	(dead & BIT(t))
#endif
/*
 * The scan knows who was on the task list in the first pass (lp_list_tasks())
 * and who has recorded himself since. LIVE_LIST: who is on the list now.
 */
#ifdef LIVE_LIST
#define KNOWN	listed
#else
#define KNOWN	known
#endif
#define SEEN(t)	(((KNOWN & BIT(t)) || E[t]) && !GONE(t))

/* Held off its CPU (or seen by IPI on it) with no blocking range on its stack. */
#define HELD_CLEAN(t)	(!(insec & BIT(t)) && !fr[t] && !(dead & BIT(t)))

/* An old and unknown task is in ini: after a reversal that is the target. */
#ifdef BAD_UNKNOWN_DONE
#define UNKNOWN_DONE(t)	(E[t] == UNKNOWN)
#else
#define UNKNOWN_DONE(t)	(E[t] == UNKNOWN && ini == target)
#endif

inline check_task(t)
{
	d_step {
		if
		:: !SEEN(t) || E[t] == target || UNKNOWN_DONE(t) -> skip
		:: else ->
			if
			:: HELD_CLEAN(t) -> set_entry(t, target)
			:: else -> clean = 0
			fi
		fi
	}
}

#ifdef BAD_OFFLINE_UNLOCKED
#define CPUS_LOCK	skip
#elif defined(LTL)
#define CPUS_LOCK	!wr -> rd = 1; want = 0
#else
#define CPUS_LOCK	!wr -> rd = 1
#endif

inline check_idle()
{
#ifdef LTL
	want = 1;
#endif
	d_step { CPUS_LOCK; on = online };
	if
	:: on -> check_task(IDLER)
#ifdef BAD_SKIP_OFFLINE
	:: else
#else
	:: else -> d_step { set_entry(IDLER, target) }
#endif
	fi;
	d_step { rd = 0; on = 0 }
}

#ifdef SCAN_BACKWARDS
#define WHICH	(NT + NCHILD - 1 - i)
#else
#define WHICH	i
#endif

inline scan()
{
	/* The listing takes its time; what it misses was born meanwhile. */
	if
	:: relist ->
		d_step { known = known | listed; relist = 0 };
		d_step { if :: !overflow -> all = 1 :: else fi }
	:: else
	fi;
	d_step { i = 0; clean = 1 };
	do
	:: i < NT + NCHILD -> check_task(WHICH); i++
	:: else -> break
	od;
#ifdef IDLE_CPU
	check_idle();
#endif
	i = 0
}

/* CLOSING: is anyone known to be elsewhere? */
#ifdef BAD_SKIP_OFFLINE
#define COUNTS(t)	(!GONE(t) && (t != IDLER || online))
#else
#define COUNTS(t)	(!GONE(t))
#endif

inline rescan()
{
	d_step {
		i = 0; clean = 1;
		do
		:: i < N ->
			if
			:: E[i] && E[i] != target && COUNTS(i) -> clean = 0
			:: else
			fi;
			i++
		:: else -> break
		od;
		i = 0
#ifdef BAD_OVERFLOW_REOPENS
		; if :: overflow -> clean = 0 :: else fi
#endif
	}
}

inline start()
{
#ifdef BAD_STALE_INI
	d_step { phase = PREP; target = OTHER(now_at); all = 0 };
#else
	d_step { phase = PREP; target = OTHER(now_at); ini = now_at; all = 0 };
#endif
	d_step {
		goal = OTHER(steady); steady = 0;
		i = 0;
		do
		:: i < N -> E[i] = UNKNOWN; i++
		:: else -> break
		od;
		i = 0
	};
	trans = 1;
	reg = 1;
	d_step { phase = ACTIVE; ini = now_at; relist = 1; known = 0 }
}

/* FROZEN stops the callbacks that read the old target before it is flipped. */
inline reverse()
{
#ifndef NAIVE_REVERSE
	atomic { phase = FROZEN };
	synchronise();
#endif
	d_step {
#if !defined(NO_INV) && !defined(NO_J2)
		/* J2: nobody is left who could still store the old target. */
		if :: late_writers -> FAIL(INV) :: else fi;
#endif
		target = OTHER(target); goal = OTHER(goal); revs++;
#ifdef BAD_REVERSE_FLIPS_INI
		ini = OTHER(ini);
#endif
		phase = ACTIVE
	}
}

/* A larger table: copy, publish, synchronise, clear the bit, scan in full. */
inline enlarge()
{
	synchronise();
	d_step { overflow = 0; relist = 1 }
}

/* synchronize_rcu_tasks(): exiting tasks that no scan can find die first. */
inline rcu_tasks()
{
#if defined(EXIT_CALLS) && !defined(BAD_NO_RCU_TASKS)
	atomic { rcu = exiting & ~dead };
	(rcu == 0)
#else
	skip
#endif
}

#ifdef BAD_OVERFLOW_IGNORED
#define MAY_CLOSE	(phase == ACTIVE)
#else
#define MAY_CLOSE	(phase == ACTIVE && !overflow)
#endif

#ifdef BAD_FINISH_WRONG
#define ENDS_IN	OTHER(now_at)	/* as it was begun, whatever was reversed since */
#else
#define ENDS_IN	target
#endif

inline finish()
{
	if
	:: ENDS_IN == NEW ->
		trans = 0;
		synchronise()
	:: else ->
#ifdef BAD_DISABLE_ORDER
		trans = 0;
		synchronise();
		reg = 0
#else
		reg = 0;
		synchronise();
		trans = 0
#endif
	fi;
	d_step { phase = IDLE; overflow = 0; all = 0 };
#ifndef NO_START_SYNC
	synchronise();
#endif
	/* J5, and exactness: every reversal has turned the goal round. */
	d_step {
		do
		:: i < N ->
			if :: fr[i] && fr[i] != target -> FAIL(FRAME) :: else fi;
#ifndef NO_INV
			if
			:: E[i] && E[i] != target && !(dead & BIT(i)) -> FAIL(STATE)
			:: else
			fi;
#endif
			i++
		:: else -> break
		od;
		i = 0;
		if
		:: target != goal || reg != (goal == NEW) || trans -> FAIL(INEXACT)
		:: else
		fi;
		now_at = target; steady = goal; goal = 0; revs = 0
	}
}

active proctype worker()
{
	byte i, clean, on, revs, relist, todo = NTRANS, now_at = START;

	do
	:: todo == 0 -> break
	:: else ->
		start();
		do
		:: revs < NREV -> reverse()
		::
#ifndef BAD_OVERFLOW_IGNORED
		   if :: overflow -> enlarge() :: else fi;
#endif
		   scan();
		   if
#ifdef BAD_OVERFLOW_IGNORED
		   :: clean ->
#else
		   :: clean && !overflow ->
#endif
#ifndef BAD_RCU_TASKS_LATE
			rcu_tasks();
#endif
			if
			:: d_step { MAY_CLOSE -> phase = CLOSING; ini = target };
#ifdef BAD_RCU_TASKS_LATE
				rcu_tasks();
#endif
#ifndef BAD_NO_CLOSING_SYNC
				synchronise();
#endif
#ifdef BAD_NO_RESCAN
				clean = 1;
#else
				rescan();
#endif
				if
				:: clean -> break
				:: else ->
					d_step {
#ifdef BAD_OVERFLOW_REOPENS
						if :: overflow -> ini = OTHER(target) :: else fi;
#endif
#ifdef BAD_REOPEN_FORGETS
						overflow = 0;
#endif
						phase = ACTIVE; clean = 0
					}
				fi
			:: else
			fi
		   :: else
		   fi
		od;
		finish();
		todo--
	od;
	finished = 1;
end_worker:
	false
}

#ifdef LTL
ltl term { <> finished }
#endif
