// SPDX-License-Identifier: GPL-2.0
/*
 * The per-task transition: its phases, and the worker that drives it.
 *
 * Origin: the consistency model of kernel livepatch and the discussion of its
 * reversal (Poimboeuf and Mladek, live-patching list, 2016/17). Here the
 * state lives outside the task struct, a task that nobody knows registers
 * itself at its first patched call, and no hook into fork, exit or the idle
 * loop is needed.
 *
 * The universe of a task is UNKNOWN until it calls a patched function (it then
 * takes the initial universe) or is switched (it then has the target). As
 * long as it is UNKNOWN it has entered no patched function since the
 * transition began. A task that was born since has entered none at all, and
 * takes the target at its first call: else children that keep coming, each
 * asleep in a patched function for a while, would hold the transition open.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hrtimer.h>
#include <linux/kobject.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/ktime.h>
#include <linux/wait.h>
#include "compat/compat.h"
#include "enum_param.h"
#include "klp_exit_path.h"
#include "klp_nudge.h"
#include "klp_object.h"
#include "klp_patch.h"
#include "klp_report.h"
#include "klp_stack.h"
#include "klp_switch.h"
#include "klp_sync.h"
#include "klp_transition.h"
#include "klp_word.h"
#include "test_break.h"
#include "test_points.h"

#define LP_BACKOFF_MIN_US	1000
#define LP_BACKOFF_MAX_US	128000

/* Signals are repeated at twice the interval each time, up to this. */
#define LP_SIGNAL_INTERVAL_MAX_NS	(15 * NSEC_PER_SEC)

static unsigned int signal_ms = 1000;
LP_UINT_PARAM(signal_ms, 0644);
MODULE_PARM_DESC(signal_ms, "after how long a transition signals the tasks it waits for; repeated ever less often (ms, 0: never)");

static unsigned int stop_machine_ms;
LP_UINT_PARAM(stop_machine_ms, 0644);
MODULE_PARM_DESC(stop_machine_ms, "after how long a transition stops the whole machine for a pass; hurts large machines (ms, 0: never)");

atomic_t lp_word = ATOMIC_INIT(LP_IDLE);
struct lp_live_patch *lp_transition_patch;

static struct task_struct *lp_worker;
static DECLARE_WAIT_QUEUE_HEAD(lp_worker_wait);
static bool lp_kicked;
static unsigned int lp_backoff_us;	/* 0: nothing to retry */
static bool lp_signaled;		/* said so since the start or reversal */
static bool lp_starved;			/* the table cannot grow */
static u64 lp_next_signal_ns, lp_signal_interval_ns, lp_stop_ns;

static bool lp_target_patched(void)
{
	return atomic_read(&lp_word) & LP_W_TARGET;
}

static void lp_set_word(enum lp_phase phase, bool target, bool ini)
{
	int w = lp_word_make(phase, target, ini);

	lp_word_change(w, atomic_set(&lp_word, w));
}

/*
 * Whether the current task was born after the listing of all tasks, so that
 * no patched function can be on its stack: it is not in the list, and not
 * because it had left the task list already (only a task with an exit state
 * has), nor because it is an idle task.
 */
static bool lp_current_is_newborn(const struct lp_task_entry *entry, int w)
{
	if (entry && test_bit(LP_LISTED, &entry->flags))
		return false;
	return (w & LP_W_LISTED) && current->pid && !current->exit_state &&
	       !LP_BREAK(NEWBORN_INI);
}

/*
 * The table is full. The task stays UNKNOWN and keeps using the initial
 * universe that was in force when the overflow was noted; with the note the
 * transition cannot close.
 */
static enum lp_universe lp_note_overflow(void)
{
	int w = lp_word_note_overflow();

	LP_RECORD(KLP_OVERFLOW, w, 0);
	return lp_word_ini(w);
}

/* @entry and @w: what was found in the table, and in the word before that. */
static enum lp_universe lp_record_current(struct lp_task_entry *entry, int w)
{
	enum lp_universe universe = lp_word_ini(w);
	int old;

	if (lp_current_is_newborn(entry, w))
		universe = lp_word_target(w);
	if (LP_BREAK(UNKNOWN_TARGET) && lp_word_phase(w) == LP_ACTIVE)
		universe = lp_word_target(w);
	if (!entry)
		entry = lp_task_insert(current);
	if (!entry)
		return lp_note_overflow();
	LP_POINT_ARG(KLP_HANDLER_RECORD, w & LP_W_LISTED);
	/* An interrupt on top of this task may have recorded it meanwhile. */
	old = cmpxchg(&entry->universe, LP_UNKNOWN, universe);
	if (old != LP_UNKNOWN)
		universe = old;
	LP_RECORD(KLP_RECORD, current,
		  w << 8 | universe << 4 | (old == LP_UNKNOWN));
	return universe;
}

/**
 * lp_current_universe() - the universe of the current task, recorded if new
 *
 * Context: ftrace handler, any context, inside a section; the version in
 * question is in transition.
 */
enum lp_universe lp_current_universe(void)
{
	struct lp_task_entry *entry;
	int universe, w;

	/*
	 * The transition flag was read before the table and the word. Pairs
	 * with the smp_wmb() in lp_transition_prepare().
	 */
	smp_rmb();
	w = atomic_read(&lp_word);
	/*
	 * The word before the table: whom a complete listing entered is found
	 * there. Pairs with the barrier in lp_word_note_listed().
	 */
	smp_rmb();
	entry = lp_task_find(current);
	universe = entry ? READ_ONCE(entry->universe) : LP_UNKNOWN;
	return universe == LP_UNKNOWN ? lp_record_current(entry, w) : universe;
}

static const char *lp_direction(void)
{
	return lp_target_patched() ? "patching" : "unpatching";
}

static void lp_set_version_flags(struct lp_live_patch *live, bool transition)
{
	struct lp_live_object *object;
	struct lp_version *version;

	LP_RECORD(KLP_FLAGS, transition, 0);
	lp_for_each_live_object(live, object)
		lp_for_each_version(object, version)
			WRITE_ONCE(version->transition, transition);
	if (transition)
		LP_RECORD(KLP_FLAGS, 2, 0);
}

static bool lp_live_changes(struct lp_live_patch *live, unsigned long addr)
{
	struct lp_live_object *object;
	struct lp_version *version;

	lp_for_each_live_object(live, object) {
		lp_for_each_version(object, version) {
			if (version->old_addr == addr)
				return true;
		}
	}
	return false;
}

static void lp_add_colds(struct lp_ranges *ranges, const struct lp_texts *colds)
{
	unsigned int i;

	for (i = 0; i < colds->nr; i++)
		lp_ranges_add(ranges, colds->text[i].addr, colds->text[i].size);
}

static void lp_add_texts(struct lp_ranges *ranges, struct lp_version *version)
{
	lp_ranges_add(ranges, version->old_addr, version->old_size);
	lp_ranges_add(ranges, (unsigned long)version->new_func,
		      version->new_size);
	lp_add_colds(ranges, &version->old_colds);
	lp_add_colds(ranges, &version->new_colds);
}

/* How many texts all versions have, at most. */
static unsigned int lp_count_texts(void)
{
	struct lp_live_object *object;
	struct lp_live_patch *live;
	struct lp_version *version;
	unsigned int nr = 0;

	list_for_each_entry(live, &lp_patches, list)
		lp_for_each_live_object(live, object)
			lp_for_each_version(object, version)
				nr += 2 + version->old_colds.nr +
				      version->new_colds.nr;
	return nr;
}

/*
 * What blocks: the original and every version of each function that the patch
 * changes, and our handler.
 */
static struct lp_ranges *lp_collect_ranges(struct lp_live_patch *changing)
{
	struct lp_ranges *ranges = lp_ranges_new(lp_count_texts() + 1);
	struct lp_live_object *object;
	struct lp_live_patch *live;
	struct lp_version *version;
	unsigned long start, size;

	if (!ranges)
		return NULL;
	lp_handler_text(&start, &size);
	lp_ranges_add(ranges, start, size);
	list_for_each_entry(live, &lp_patches, list) {
		lp_for_each_live_object(live, object) {
			lp_for_each_version(object, version) {
				if (version->old_addr &&
				    lp_live_changes(changing, version->old_addr))
					lp_add_texts(ranges, version);
			}
		}
	}
	return ranges;
}

/**
 * lp_transition_ranges() - the patch in transition got more functions
 *
 * Context: process context, sleeps; under lp_mutex, before the functions are
 * redirected.
 * Return: 0 or -ENOMEM.
 */
int lp_transition_ranges(void)
{
	struct lp_ranges *ranges = lp_collect_ranges(lp_transition_patch);

	if (!ranges)
		return -ENOMEM;
	lp_ranges_publish(ranges);
	return 0;
}

/**
 * lp_transition_prepare() - get ready to switch tasks
 * @live:	the patch
 * @enable:	towards the patched universe
 *
 * From here on a task that calls a function of the patch runs what it would
 * have run before, and is recorded. For enabling, the caller now puts the
 * redirections in place. Ends with lp_transition_begin() or
 * lp_transition_cancel().
 *
 * Context: process context, sleeps; under lp_mutex, no transition running.
 * Return: 0 or -ENOMEM; nothing has changed then.
 */
int lp_transition_prepare(struct lp_live_patch *live, bool enable)
{
	struct lp_ranges *ranges = lp_collect_ranges(live);

	pr_debug("'%s': initializing %s transition\n", lp_patch_name(live),
		 enable ? "patching" : "unpatching");
	if (!ranges || lp_switch_start()) {
		kvfree(ranges);
		return -ENOMEM;
	}
	lp_ranges_publish(ranges);
	memset(&live->stats, 0, sizeof(live->stats));
	lp_starved = false;
	lp_transition_patch = live;
	lp_set_word(LP_PREP, enable, !enable);
	LP_POINT(KLP_PREP);
	/*
	 * A handler that sees the transition flag sees the word and the empty
	 * table. Pairs with the smp_rmb() in lp_current_universe().
	 */
	smp_wmb();
	lp_set_version_flags(live, true);
	return 0;
}

/*
 * A patch that replaces is the only one that remains, without the versions
 * that gave originals back: with nothing below they are the original anyway.
 */
static void lp_unpatch_replaced(struct lp_live_patch *by)
{
	struct lp_live_object *object;
	struct lp_live_patch *live;

	list_for_each_entry(live, &lp_patches, list) {
		if (live != by && !live->kind)
			lp_unpatch_live(live);
	}
	lp_for_each_live_object(by, object)
		lp_unpatch_nops(object);
}

/* Leaves phase CLOSING, or PREP if nothing was switched; back to IDLE. */
static void lp_transition_finish(struct lp_live_patch *live, bool patched)
{
	if (!patched)
		lp_unpatch_live(live);
	if (live->patch->replace && (patched || LP_BREAK(REVERSE_REPLACES)))
		lp_unpatch_replaced(live);
	/*
	 * No handler may still choose by universe when the flags go: it would
	 * take a function that was removed for the steady state.
	 */
	lp_synchronise();
	lp_set_version_flags(live, false);
	/* Handlers that saw the flag still look into the table. */
	lp_synchronise();
	if (live->patch->replace && patched)
		lp_discard_nops(live);
	lp_set_word(LP_IDLE, false, false);
	/* Callbacks and IPIs of this transition are over before the next. */
	lp_synchronise();
	lp_switch_end();
	lp_ranges_publish(NULL);
	lp_patch_settled(live, patched);
}

/* Whoever sees no transition finds in the log how it ended. */
static void lp_transition_over(struct lp_live_patch *live, bool patched)
{
	if (LP_BREAK(ANNOUNCE_LATE))
		lp_transition_patch = NULL;
	LP_POINT(KLP_ANNOUNCE);
	pr_notice("'%s': %s complete\n", lp_patch_name(live),
		  patched ? "patching" : "unpatching");
	lp_transition_patch = NULL;
	lp_backoff_us = 0;
}

/**
 * lp_transition_cancel() - give up what lp_transition_prepare() began
 *
 * Context: process context, sleeps; under lp_mutex, before
 * lp_transition_begin(). No task has entered a new function.
 */
void lp_transition_cancel(void)
{
	struct lp_live_patch *live = lp_transition_patch;

	pr_debug("'%s': canceling patching transition, going to unpatch\n",
		 lp_patch_name(live));
	pr_debug("'%s': completing unpatching transition\n", lp_patch_name(live));
	lp_transition_finish(live, false);
	lp_transition_over(live, false);
}

static void lp_announce(struct lp_live_patch *live, bool patched)
{
	char *env[] = { patched ? "TRANSITION=patched" : "TRANSITION=unpatched",
			NULL };

	live->stats.duration_ns = ktime_get_ns() - live->stats.start_ns;
	lp_trace_transition(live, patched, "complete");
	lp_transition_over(live, patched);
	kobject_uevent_env(&live->kobj, KOBJ_CHANGE, env);
}

/**
 * lp_transition_skip() - let all tasks run the new functions at once
 *
 * Context: process context, sleeps; under lp_mutex, after
 * lp_transition_prepare(), instead of lp_transition_begin().
 */
void lp_transition_skip(void)
{
	struct lp_live_patch *live = lp_transition_patch;

	live->stats.start_ns = ktime_get_ns();
	lp_transition_finish(live, true);
	lp_announce(live, true);
	lp_patch_finished(live);
}

static void lp_complete(void)
{
	struct lp_live_patch *live = lp_transition_patch;
	bool patched = lp_target_patched();

	pr_debug("'%s': completing %s transition\n", lp_patch_name(live),
		 lp_direction());
	LP_POINT(KLP_DONE);
	LP_RECORD(KLP_DONE, patched, 0);
	lp_switch_stats(&live->stats);
	lp_transition_finish(live, patched);
	lp_announce(live, patched);
	lp_patch_finished(live);
}

/*
 * Back to switching tasks, with the initial universe that closing set. An
 * overflow noted while closing is kept: that task is in no table, and runs a
 * universe that need not be the target for long.
 */
static void lp_reopen(void)
{
	lp_word_change(lp_word_make(LP_ACTIVE, lp_target_patched(), lp_target_patched()),
		       atomic_add(LP_ACTIVE - LP_CLOSING, &lp_word));
	lp_exits_begin();
	LP_POINT_ARG(KLP_ACTIVE, lp_target_patched());
}

/*
 * First clean scan: close, and look again once everybody knows. A task that
 * recorded itself behind the scan in the old initial universe is found here.
 *
 * Tasks that exit, and that no scan can find any more, die before that: such
 * a task may be inside an old function, and in CLOSING its next call would be
 * sent to the target.
 */
static bool lp_try_close(void)
{
	bool target = lp_target_patched();
	int w, closing;
	bool closed;

	if (lp_transition_patch->on_exit_path && !lp_exits_over())
		return false;
	w = atomic_read(&lp_word);
	if (w & LP_W_OVERFLOW)
		return false;
	LP_POINT(KLP_SCAN_CLEAN);
	closing = lp_word_make(LP_CLOSING, target, target) | (w & LP_W_LISTED);
	lp_word_change(closing,
		       closed = atomic_cmpxchg(&lp_word, w, closing) == w);
	if (!closed)
		return false;
	LP_POINT(KLP_CLOSING);
	if (!LP_BREAK(NO_SYNC_CLOSING))
		lp_synchronise();
	LP_POINT(KLP_RESCAN);
	if (!LP_BREAK(NO_RESCAN) && !lp_switch_all_done()) {
		lp_reopen();
		return false;
	}
	lp_complete();
	return true;
}

/* Whether the table is too small and cannot be made larger; under lp_mutex. */
bool lp_transition_starved(void)
{
	return lp_starved;
}

/* Makes room, and forgets the overflow only when handlers can use the room. */
static void lp_handle_overflow(void)
{
	if (lp_tasks_grow()) {
		if (!lp_starved)
			pr_warn("no memory for a larger table of tasks, the transition of '%s' goes on when there is some\n",
				lp_patch_name(lp_transition_patch));
		lp_starved = true;
		return;
	}
	lp_starved = false;
	lp_synchronise();
	lp_word_change(atomic_read(&lp_word) & ~LP_W_OVERFLOW,
		       atomic_andnot(LP_W_OVERFLOW, &lp_word));
	lp_switch_relist();
	/* Whoever is in no table may have left the task list meanwhile. */
	lp_exits_begin();
}

static bool lp_signal_due(void)
{
	u64 now = ktime_get_ns();

	if (!signal_ms || now < lp_next_signal_ns)
		return false;
	/* signal_ms may have been 0 when the transition began. */
	lp_signal_interval_ns = max_t(u64, signal_ms * NSEC_PER_MSEC,
				      min_t(u64, 2 * lp_signal_interval_ns,
					    LP_SIGNAL_INTERVAL_MAX_NS));
	lp_next_signal_ns = now + lp_signal_interval_ns;
	if (!lp_signaled)
		pr_notice("signaling remaining tasks\n");
	lp_signaled = true;
	return true;
}

static bool lp_stop_due(void)
{
	u64 now = ktime_get_ns();

	if (!stop_machine_ms || now < lp_stop_ns)
		return false;
	lp_stop_ns = now + (u64)stop_machine_ms * NSEC_PER_MSEC;
	return true;
}

/* One attempt to complete the running transition; under lp_mutex. */
static bool lp_try_complete(void)
{
	bool signal;

	if (atomic_read(&lp_word) & LP_W_OVERFLOW)
		lp_handle_overflow();
	lp_transition_patch->stats.passes++;
	if (!lp_switch_pass() && lp_try_close())
		return true;
	signal = lp_signal_due();
	lp_nudge(signal);
	if (lp_backoff_us == LP_BACKOFF_MAX_US)
		lp_trace_blockers();
	/* Whoever was woken may leave the function for a moment only. */
	if (signal)
		lp_backoff_us = LP_BACKOFF_MIN_US;
	if (lp_stop_due())
		lp_nudge_stop_machine();
	return false;
}

/* First attempt in the caller's context, the rest in the worker. */
static void lp_start_driving(void)
{
	u64 now = ktime_get_ns();

	lp_trace_transition(lp_transition_patch, lp_target_patched(), "start");
	lp_exits_begin();
	lp_signaled = false;
	lp_signal_interval_ns = (u64)signal_ms * NSEC_PER_MSEC;
	lp_next_signal_ns = now + lp_signal_interval_ns;
	lp_stop_ns = now + (u64)stop_machine_ms * NSEC_PER_MSEC;
	lp_backoff_us = LP_BACKOFF_MIN_US;
	if (!lp_try_complete())
		lp_transition_kick();
}

/**
 * lp_transition_begin() - start to switch tasks
 *
 * Tries at once; what remains is left to the worker.
 *
 * Context: process context, sleeps; under lp_mutex, after
 * lp_transition_prepare(). The transition may be over on return.
 */
void lp_transition_begin(void)
{
	pr_notice("'%s': starting %s transition\n",
		  lp_patch_name(lp_transition_patch), lp_direction());
	lp_transition_patch->stats.start_ns = ktime_get_ns();
	/*
	 * The redirections and flags are in place before anybody is switched.
	 * Pairs with the full barrier of atomic_cmpxchg() and of the sections
	 * that read the word.
	 */
	smp_wmb();
	/* Keep an overflow that handlers noted meanwhile. */
	lp_word_change(atomic_read(&lp_word) + LP_ACTIVE - LP_PREP,
		       atomic_add(LP_ACTIVE - LP_PREP, &lp_word));
	LP_POINT_ARG(KLP_ACTIVE, lp_target_patched());
	lp_start_driving();
}

/**
 * lp_transition_reverse() - switch everybody back
 *
 * Nobody switches while the target flips: a late switch to the old target
 * would otherwise be taken for one to the new.
 *
 * Context: process context, sleeps; under lp_mutex, in phase ACTIVE. The
 * transition may be over on return.
 */
void lp_transition_reverse(void)
{
	pr_debug("'%s': reversing transition from %s\n",
		 lp_patch_name(lp_transition_patch),
		 lp_target_patched() ? "patching to unpatching" :
				       "unpatching to patching");
	lp_word_change(atomic_read(&lp_word) + LP_FROZEN - LP_ACTIVE,
		       atomic_add(LP_FROZEN - LP_ACTIVE, &lp_word));
	LP_POINT(KLP_FROZEN);
	if (!LP_BREAK(NO_SYNC_REVERSE))
		lp_synchronise();
	lp_word_change(atomic_read(&lp_word) ^ LP_W_TARGET,
		       atomic_xor(LP_W_TARGET, &lp_word));
	lp_word_change(atomic_read(&lp_word) + LP_ACTIVE - LP_FROZEN,
		       atomic_add(LP_ACTIVE - LP_FROZEN, &lp_word));
	LP_POINT_ARG(KLP_ACTIVE, lp_target_patched());
	pr_notice("'%s': starting %s transition\n",
		  lp_patch_name(lp_transition_patch), lp_direction());
	lp_start_driving();
}

/**
 * lp_transition_force() - declare all tasks switched
 *
 * Old and new code may run mixed for as long as a task stays where it is.
 *
 * Context: process context, sleeps; under lp_mutex, in phase ACTIVE. The
 * transition is over on return.
 */
void lp_transition_force(void)
{
	bool target = lp_target_patched();

	/* Kernel livepatch says so in both directions. */
	pr_warn("forcing remaining tasks to the patched state\n");
	lp_transition_patch->forced = true;
	lp_set_word(LP_CLOSING, target, target);
	lp_synchronise();
	lp_switch_force();
	lp_complete();
}

/* Wakes the worker for an attempt at once; any context but NMI. */
void lp_transition_kick(void)
{
	WRITE_ONCE(lp_kicked, true);
	wake_up(&lp_worker_wait);
}

static bool lp_worker_wanted(void)
{
	return READ_ONCE(lp_kicked) || kthread_should_stop();
}

/* Sleeps until kicked, or until the next retry is due. */
static void lp_worker_sleep(void)
{
	unsigned int us = READ_ONCE(lp_backoff_us);

	if (us)
		wait_event_interruptible_hrtimeout(lp_worker_wait,
						   lp_worker_wanted(),
						   us * NSEC_PER_USEC);
	else
		wait_event_interruptible(lp_worker_wait, lp_worker_wanted());
}

static int lp_worker_fn(void *unused)
{
	while (!kthread_should_stop()) {
		lp_worker_sleep();
		WRITE_ONCE(lp_kicked, false);
		mutex_lock(&lp_mutex);
		if (lp_transition_patch) {
			lp_backoff_us = min_t(unsigned int, 2 * lp_backoff_us,
					      LP_BACKOFF_MAX_US);
			lp_try_complete();
		}
		lp_tasks_idle();
		mutex_unlock(&lp_mutex);
	}
	return 0;
}

int lp_transition_init(void)
{
	lp_switch_init();
	lp_worker = kthread_run(lp_worker_fn, NULL, "livepoke");
	return PTR_ERR_OR_ZERO(lp_worker);
}

void lp_transition_exit(void)
{
	kthread_stop(lp_worker);
	lp_exits_exit();
}
