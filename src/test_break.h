/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Deliberately broken variants of the protocols.
 *
 * A test that has never failed proves nothing. In a test build the parameter
 * lp_break=NAME selects one mistake at run time; the suites check that each
 * is caught. In the product LP_BREAK() is constant false.
 */
#ifndef _LIVEPOKE_TEST_BREAK_H
#define _LIVEPOKE_TEST_BREAK_H

#define LP_BREAKS(B)							\
	B(NONE)								\
	/* poke engine */						\
	B(TAIL_BEFORE_INT3)						\
	B(FIRST_BEFORE_TAIL)						\
	B(NO_SYNC1)							\
	B(NO_SYNC2)							\
	B(NO_SYNC3)							\
	B(ACK_BEFORE_SERIALISE)						\
	B(FORGET_EARLY)							\
	B(LATE_UNCLAIMED)						\
	B(MASK_BITS)							\
	B(SYNC3_ANY_ACK)						\
	B(NO_QUARANTINE)						\
	B(ONE_IF_SLOT)							\
	B(ABORT_FORGETS_BYTES)						\
	B(NO_PSEQ)							\
	B(ROLL_FORWARD_UNSYNCED)					\
	B(GOING_FORGETS)						\
	B(NO_CPUS_LOCK)		/* CPUs come and go during a poke */	\
	B(KPROBE_UNSEEN)	/* poke where a kprobe is armed */	\
	B(NO_VERIFY)		/* poke whatever stands there */	\
	B(TWO_AT_ONCE)		/* the poke mutex dropped half-way */	\
	B(BATCH_FORGETS_LAST)	/* site of several: no tail */		\
	B(SYNC_PER_SITE)	/* not one for the batch */		\
	B(QUAD_PER_SITE)	/* a store puts neighbours' tails back */ \
	B(STUCK_GIVES_UP)	/* on syncs 2 and 3 */			\
	B(NEVER_ROLLS_BACK)						\
	B(INT3_BEHIND_GEN)	/* again, where sync 1 is under way */	\
	B(TRAP_WAITS)		/* a handler, for the poke to go on */	\
	B(HELPS)		/* a handler writes what the poker is to */ \
	B(EMULATES_NOTHING)	/* goes on behind a call or a jump */	\
	B(HOOK_PASSES)		/* the ftrace hook claims nothing */	\
	B(NO_MODULE_REF)	/* a site does not hold livepoke */	\
	B(EXIT_AT_ONCE)		/* livepoke leaves without a round */	\
	B(VALIDATE_NO_KERNEL)	/* do not ask the kernel's kprobes */	\
	B(VALIDATE_NO_REACH)	/* kprobes before the site */		\
	B(VALIDATE_NO_EXTABLE)						\
	B(VALIDATE_ANY_TEXT)						\
	/* klp engine */						\
	B(SKIP_STACK_CHECK)	/* switch without looking */		\
	B(UNKNOWN_DONE)		/* count an unknown task as switched */	\
	B(UNKNOWN_TARGET)	/* record it as target while active */	\
	B(NEWBORN_INI)		/* newborns take the initial universe */ \
	B(NO_SYNC_CLOSING)						\
	B(NO_RESCAN)							\
	B(NO_SYNC_REVERSE)						\
	B(SKIP_OFFLINE_IDLE)						\
	B(OFFLINE_UNLOCKED)	/* test and store without the lock */	\
	B(ONLY_STOP)		/* user tasks: but by stopping the machine */ \
	B(RELEASE_LOCKED)	/* wait for RCU-tasks under lp_mutex */	\
	B(EXITS_LOCKED)		/* the same, for tasks that exit */	\
	B(VISIT_WAITS)		/* for a visitor that never gets the CPU */ \
	/* what a patch can consist of */				\
	B(NO_REDIRECT)							\
	B(NO_NOPS)		/* replacing keeps others' functions */	\
	B(REVERSE_REPLACES)	/* even if it is taken back */	\
	B(KEEP_NOPS)		/* after the replacement */		\
	B(NOP_LIFTS_BLOCK)	/* replacing lifts blocks meanwhile */	\
	B(ALIASES)		/* two names of one function, two replacements */ \
	B(GOING_UNSEEN)		/* replaced, where a module's exit runs */ \
	B(OUT_APPLIES)		/* an immediate patch that is disabled */ \
	B(SYMBOLS_FIRST)	/* unbound before the callbacks */	\
	B(UNDER_IS_ORIGINAL)	/* not the patch below */		\
	B(IGNORE_PRE_PATCH)	/* pre_patch cannot refuse */		\
	B(IGNORE_COMING)	/* a loading module is not patched */	\
	B(IGNORE_LATE)		/* nor one that was loading already */	\
	B(NO_GOING_CALLBACK)	/* no unpatch ones for a going module */ \
	B(KEEP_SYMBOLS)		/* of a module that goes */		\
	B(RETIRED_COUNT)	/* patches that are only to be removed */ \
	B(ANNOUNCE_LATE)	/* the end of a transition */		\
	B(ANY_STATE)		/* states are always compatible */	\
	B(SHADOW_NO_RECHECK)	/* add without looking again */		\
	/* blocking */							\
	B(BLOCK_SLOT_LEAK)	/* a refused block keeps its stub */	\
	B(CONTROL_RAW)		/* requests with any characters */	\
	/* error paths */						\
	B(FORGET_SITES)		/* prepared before one that failed */	\
	B(FORGET_MODULE)	/* the reference to it, of a patch refused */ \
	B(FORGET_MEMORY)	/* of that patch */

#define LP_BREAK_ENUM(name)	LP_BRK_##name,
enum lp_break_id {
	LP_BREAKS(LP_BREAK_ENUM)
	LP_BRK_COUNT
};

#ifdef LP_TEST_BUILD
extern int lp_break_now;
#define LP_BREAK(name)	unlikely(READ_ONCE(lp_break_now) == LP_BRK_##name)
#else
#define LP_BREAK(name)	0
#endif

#endif /* _LIVEPOKE_TEST_BREAK_H */
