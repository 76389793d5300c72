// SPDX-License-Identifier: GPL-2.0
/*
 * klp-flags.pml - the transition with two flags per task, as kernel livepatch
 *
 * The world is that of klp.pml (tasks, one worker, one fork, one idle task with
 * its CPU), the protocol is the one that livepoke does not use: a universe U
 * and a pending flag P per task, set at the start, cleared when the task
 * switches, inherited at fork. It is kept because the mistakes of the 2016/17
 * discussion exist in this form only: the naive reverse, fork without
 * inheritance, a fork hook outside tasklist_lock, idle tasks of offline CPUs.
 * The same switches on klp.pml are shown to be harmless there.
 *
 *   (default)	fork copies U and P under tasklist_lock, as the kernel does
 *   BAD_FORK_HOOK	a hook copies them after the child is on the list
 *   BAD_NO_INHERIT	nothing is copied
 *   BAD_NAIVE_REVERSE	the target is flipped, without clearing P and waiting
 *
 * The idle tasks, as the 2017 discussion had it:
 *   (default)	all possible CPUs are marked, the idle task of an offline CPU is
 *		switched directly, under the hotplug lock (what the kernel does)
 *   HP_DISABLE	hotplug is disabled at the start and at completion, where the
 *		online CPUs are looked at; in between CPUs come and go
 *   BAD_HP_POSSIBLE	all possible CPUs are marked, and each switches itself
 */

#ifndef NT
#define NT 2
#endif
#ifdef FORK
#define NCHILD 1
#else
#define NCHILD 0
#endif
#ifdef IDLE_CPU
#define NIDLE 1
#else
#define NIDLE 0
#endif
#ifndef NREV
#define NREV 0
#endif
#define N	(NT + NCHILD + NIDLE)
#define CHILD	NT
#define IDLER	(NT + NCHILD)
#define BIT(t)	(1 << (t))

#define UNDEF	0
#define OLD	1
#define NEW	2
#define OTHER(u)	(3 - (u))
#ifdef DISABLE
#define START	NEW
#else
#define START	OLD
#endif

/* the ways to be wrong, numbered as in klp.pml */
#define MIXED	1
#define FRAME	2
#define STATE	3
#define INEXACT	4
#ifdef ONLY
#define FAIL(what)	if :: (what) == ONLY -> assert((what) == 0) :: else fi
#else
#define FAIL(what)	assert((what) == 0)
#endif

byte U[N], fr[N];		/* universe; frame of f, as in klp.pml */
byte P;				/* bit t: task t is pending */
byte target;
bool trans, reg = (START == NEW);
byte insec, waited;
byte listed = (1 << NT) - 1 + NIDLE * BIT(IDLER), awake = (1 << NT) - 1;
bool tasklist;			/* tasklist_lock is held by the worker */
bool online = 1, rd;
byte steady = START, goal;	/* ghosts, as in klp.pml */
bool finished;

#define LEAVE(t)	insec = insec & ~BIT(t); waited = waited & ~BIT(t)

inline handler(t)
{
	d_step { insec = insec | BIT(t); v = (reg -> 0 : OLD); must = steady };
	if
	:: v == 0 ->
		d_step { v = (trans -> 0 : NEW) };
		if
		:: v == 0 -> d_step { v = (U[t] == OLD -> OLD : NEW) }
		:: else
		fi
	:: else
	fi;
	d_step {
		if :: must && must == steady && v != must -> FAIL(INEXACT) :: else fi;
		if :: fr[t] && fr[t] != v -> FAIL(MIXED) :: else fi;
		fr[t] = v;
		v = 0; must = 0;
		LEAVE(t)
	}
}

/* The way to user space, or the idle loop: test and clear P, take the target. */
inline switch_self(t)
{
	d_step { insec = insec | BIT(t); v = (P & BIT(t) -> 1 : 0); P = P & ~BIT(t) };
	if
	:: v ->
		d_step { v = target };
		d_step { U[t] = v }
	:: else
	fi;
	d_step { v = 0; LEAVE(t) }
}

inline fork(t)
{
#if !defined(FORK)
	false
#elif defined(BAD_FORK_HOOK) || defined(BAD_NO_INHERIT)
	d_step { t != CHILD && t != IDLER && !(listed & BIT(CHILD)) ->
		listed = listed | BIT(CHILD); U[CHILD] = OLD };
#ifdef BAD_FORK_HOOK
	d_step { insec = insec | BIT(t); v = U[t] + (P & BIT(t) -> 4 : 0) };
	d_step { U[CHILD] = v & 3 };
	d_step { if :: v & 4 -> P = P | BIT(CHILD) :: else fi; v = 0; LEAVE(t) };
#endif
	awake = awake | BIT(CHILD)
#else
	d_step { t != CHILD && t != IDLER && !(listed & BIT(CHILD)) && !tasklist ->
		listed = listed | BIT(CHILD); awake = awake | BIT(CHILD);
		U[CHILD] = U[t];
		if :: P & BIT(t) -> P = P | BIT(CHILD) :: else fi }
#endif
}

inline call(t)
{
	handler(t);
	do
#ifdef LTL
	:: !nested -> nested = 1; handler(t)
#else
	:: handler(t)
#endif
#ifdef FORK
	:: fork(t)
#endif
	:: d_step { fr[t] = 0; nested = 0 }; break
	od
}

active [NT + NCHILD] proctype task()
{
	byte v, must, nested;

end_unborn:
	(awake & BIT(_pid));
	do
	:: call(_pid);
#ifdef LTL
	   switch_self(_pid)
#endif
	:: switch_self(_pid)
#ifdef FORK
	:: fork(_pid)
#endif
	:: break
	od;
end_asleep:
	false
}

#ifdef IDLE_CPU
active proctype idler()
{
	byte v, must, nested;

	do
	:: online -> call(IDLER); switch_self(IDLER)
	:: online -> switch_self(IDLER)
	:: d_step { online && !rd -> online = 0 }
	:: d_step { !online && !rd -> online = 1 }
	:: break
	od;
end_quiet:
	false
}
#endif

/* ---- the worker ---- */
inline synchronise()
{
	atomic { waited = insec };
	(waited == 0)
}

/* Whoever is not in the target universe becomes pending; also a fresh child. */
inline mark()
{
	d_step { i = 0; tasklist = 1 };
	do
	:: d_step { i < N ->
		if
		:: (listed & BIT(i)) && U[i] != target -> P = P | BIT(i)
		:: else
		fi;
		i++ }
	:: d_step { i == N -> i = 0; tasklist = 0 }; break
	od
}

inline set_all(u)
{
	d_step {
		i = 0;
		do
		:: i < N -> U[i] = u; i++
		:: else -> break
		od;
		i = 0; P = 0
	}
}

inline check_task(t)
{
	d_step {
		if
		:: !(listed & BIT(t)) || U[t] == target -> skip
		:: else ->
			if
			:: !(insec & BIT(t)) && !fr[t] -> U[t] = target; P = P & ~BIT(t)
			:: else -> clean = 0
			fi
		fi
	}
}

#ifdef BAD_OFFLINE_UNLOCKED
#define CPUS_LOCK	skip
#else
#define CPUS_LOCK	rd = 1
#endif

inline check_possible()
{
	d_step { if :: U[IDLER] != target -> clean = 0 :: else fi }
}

inline scan()
{
	d_step { i = 0; clean = 1; tasklist = 1 };
	do
	:: i < NT + NCHILD ->
#ifdef BAD_FORK_HOOK
		/* The hook's world: a task not yet switched is (again) made pending. */
		d_step { if :: (listed & BIT(i)) && U[i] != target -> v = 1 :: else fi };
		d_step { if :: v -> P = P | BIT(i); v = 0 :: else fi };
#endif
		check_task(i);
		i++
	:: else -> break
	od;
	tasklist = 0;
#ifdef IDLE_CPU
	d_step { CPUS_LOCK; on = online };
	if
	:: on -> check_task(IDLER)
#if defined(BAD_SKIP_OFFLINE) || defined(HP_DISABLE)
	:: else
#elif defined(BAD_HP_POSSIBLE)
	:: else -> check_possible()
#else
	:: else -> d_step { U[IDLER] = target; P = P & ~BIT(IDLER) }
#endif
	fi;
#ifdef HP_DISABLE
	/* Completion: nobody comes or goes until finish() is through. */
	d_step { if :: !clean -> rd = 0 :: else fi; on = 0 };
#else
	d_step { rd = 0; on = 0 };
#endif
#endif
	i = 0
}

inline reverse()
{
#ifdef BAD_NAIVE_REVERSE
	d_step { target = OTHER(target); goal = OTHER(goal); revs++ };
#else
	atomic { P = 0 };
	synchronise();
	d_step { target = OTHER(target); goal = OTHER(goal); revs++ };
#endif
	mark()
}

#ifdef BAD_FINISH_WRONG
#define ENDS_IN	OTHER(START)	/* as it was begun, whatever was reversed since */
#else
#define ENDS_IN	target
#endif

inline finish()
{
	if
	:: ENDS_IN == OLD -> reg = 0; synchronise()
	:: else
	fi;
	trans = 0;
	synchronise();
	d_step {
		do
		:: i < N ->
			if :: fr[i] && fr[i] != target -> FAIL(FRAME) :: else fi;
#ifndef NO_INV
			if
#ifdef HP_DISABLE
			:: i == IDLER && !online -> skip
#endif
			:: (listed & BIT(i)) && U[i] != target -> FAIL(STATE)
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
		steady = goal
	};
	set_all(UNDEF);
	rd = 0
}

active proctype worker()
{
	byte i, clean, on, revs, v;

	d_step {
		goal = OTHER(steady); target = OTHER(START); steady = 0;
#ifdef HP_DISABLE
		rd = 1
#endif
	};
	set_all(START);
	trans = 1;
	reg = 1;
	mark();
	rd = 0;
	do
	:: revs < NREV -> reverse()
	:: scan();
	   if
	   :: clean -> break
	   :: else
	   fi
	od;
	finish();
	finished = 1;
end_worker:
	false
}

#ifdef LTL
ltl term { <> finished }
#endif
