// SPDX-License-Identifier: GPL-2.0
/*
 * Reliable stack check against the blocking ranges of the running transition.
 *
 * Blocking are the old and the new text of every function of the patch, in
 * both directions, and our ftrace handler: between the moment when the
 * handler has chosen a function and the moment when that function is entered,
 * the only traces of the choice on the stack are the handler itself, the
 * return slot that points just behind the old function's entry, or the
 * address of the new function.
 *
 * Locking: the ranges are replaced under lp_mutex and read without it, inside
 * a section, during a transition.
 */
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <asm/unwind.h>
#include "klp_stack.h"
#include "klp_sync.h"
#include "kernel_syms.h"

#define LP_STACK_DEPTH	128

struct lp_range {
	unsigned long start;
	unsigned long end;		/* inclusive */
};

struct lp_ranges {
	unsigned int nr;
	unsigned int max;
	struct lp_range range[];
};

/* Written and read with interrupts off on its own CPU. */
static DEFINE_PER_CPU(unsigned long [LP_STACK_DEPTH], lp_stack_entries);

static struct lp_ranges *lp_blocking;

/* Room for @max ranges, or NULL; may sleep. */
struct lp_ranges *lp_ranges_new(unsigned int max)
{
	struct lp_ranges *ranges;

	ranges = kvzalloc(struct_size(ranges, range, max), GFP_KERNEL);
	if (ranges)
		ranges->max = max;
	return ranges;
}

/*
 * The end is inclusive on purpose: a call that never returns may be the last
 * instruction of a function, and its return address is then just behind it.
 */
void lp_ranges_add(struct lp_ranges *ranges, unsigned long start,
		   unsigned long size)
{
	if (!size || WARN_ON_ONCE(ranges->nr == ranges->max))
		return;
	ranges->range[ranges->nr++] = (struct lp_range){ start, start + size };
}

static int lp_range_cmp(const void *a, const void *b)
{
	const struct lp_range *ra = a, *rb = b;

	return ra->start < rb->start ? -1 : ra->start > rb->start;
}

/* Sorts and merges, so that one search tells whether an address is in any. */
static void lp_ranges_merge(struct lp_ranges *ranges)
{
	struct lp_range *range = ranges->range;
	unsigned int i, last = 0;

	sort(range, ranges->nr, sizeof(*range), lp_range_cmp, NULL);
	for (i = 1; i < ranges->nr; i++) {
		if (range[i].start <= range[last].end)
			range[last].end = max(range[last].end, range[i].end);
		else
			range[++last] = range[i];
	}
	if (ranges->nr)
		ranges->nr = last + 1;
}

/**
 * lp_ranges_publish() - make ranges the blocking ones
 * @ranges:	the new ones, NULL when the transition is over
 *
 * Context: process context, sleeps; under lp_mutex.
 */
void lp_ranges_publish(struct lp_ranges *ranges)
{
	struct lp_ranges *old = lp_blocking;

	if (ranges)
		lp_ranges_merge(ranges);
	/* Pairs with smp_load_acquire() in lp_address_blocks(). */
	smp_store_release(&lp_blocking, ranges);
	if (!old)
		return;
	lp_synchronise();
	kvfree(old);
}

static bool lp_address_blocks(unsigned long addr)
{
	/* Pairs with smp_store_release() in lp_ranges_publish(). */
	struct lp_ranges *ranges = smp_load_acquire(&lp_blocking);
	unsigned int low = 0, high = ranges->nr, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (addr < ranges->range[mid].start)
			high = mid;
		else if (addr > ranges->range[mid].end)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

/*
 * Whether a walk that ended without an error saw the whole stack.
 *
 * The unwinder also ends, and reports no error, in code that is marked as
 * having no caller: most of all in the thunks that indirect calls go through.
 * An IPI can interrupt a task there, so what the kernel's own reliable stack
 * trace says of such a task is not the whole truth. A real end is the entry
 * from user space, or the place where the task's first function was called
 * from, just below the registers at the top of the stack.
 */
static bool lp_saw_all(struct task_struct *task, struct unwind_state *state)
{
	if (state->regs && user_mode(state->regs))
		return true;
	return state->sp == (unsigned long)task_pt_regs(task);
}

/* Like stack_trace_save_tsk_reliable(); -EINVAL if the stack is too deep. */
static int lp_walk(struct task_struct *task, unsigned long *entries)
{
	struct unwind_state state;
	unsigned long addr;
	int nr = 0;

	for (unwind_start(&state, task, NULL, NULL);
	     !unwind_done(&state) && !unwind_error(&state) &&
	     !(state.regs && user_mode(state.regs));
	     unwind_next_frame(&state)) {
		addr = unwind_get_return_address(&state);
		if (!addr || nr == LP_STACK_DEPTH)
			return -EINVAL;
		entries[nr++] = addr;
	}
	if (unwind_error(&state) || !lp_saw_all(task, &state))
		return -EINVAL;
	return nr;
}

/* A task that has left for good has no stack, and blocks nothing. */
static int lp_stack_entries_of(struct task_struct *task, unsigned long *entries)
{
	int nr;

	if (!try_get_task_stack(task))
		return 0;
	nr = lp_walk(task, entries);
	lp_k(put_task_stack)(task);
	return nr;
}

/**
 * lp_stack_check_held() - check a task that cannot run meanwhile
 * @task:	the task; off its CPU and held there, or current
 * @where:	receives the blocking address
 *
 * Context: any but NMI; interrupts off.
 */
enum lp_stack_verdict lp_stack_check_held(struct task_struct *task,
					  unsigned long *where)
{
	unsigned long *entries = this_cpu_ptr(lp_stack_entries);
	int nr, i;

	nr = lp_stack_entries_of(task, entries);
	if (nr < 0)
		return LP_STACK_UNRELIABLE;
	for (i = 0; i < nr; i++) {
		if (lp_address_blocks(entries[i])) {
			*where = entries[i];
			return LP_STACK_BLOCKED;
		}
	}
	return LP_STACK_CLEAN;
}

/* The same for current, with interrupts on or off. */
enum lp_stack_verdict lp_stack_check_here(struct task_struct *task,
					  unsigned long *where)
{
	enum lp_stack_verdict verdict;
	unsigned long flags;

	local_irq_save(flags);
	verdict = lp_stack_check_held(task, where);
	local_irq_restore(flags);
	return verdict;
}
