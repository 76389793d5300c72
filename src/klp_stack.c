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
 * Locking: the ranges change under lp_mutex while no transition is active and
 * are read without it.
 */
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "klp_stack.h"
#include "kernel_syms.h"

#define LP_STACK_DEPTH	128

struct lp_range {
	unsigned long start;
	unsigned long end;		/* inclusive */
};

/* Written and read with interrupts off on its own CPU. */
static DEFINE_PER_CPU(unsigned long [LP_STACK_DEPTH], lp_stack_entries);

static struct lp_range *lp_ranges;
static unsigned int lp_nr_ranges;
static unsigned int lp_max_ranges;

/* Makes room for @max ranges; under lp_mutex. */
int lp_stack_ranges_start(unsigned int max)
{
	lp_ranges = kvcalloc(max, sizeof(*lp_ranges), GFP_KERNEL);
	lp_max_ranges = max;
	lp_nr_ranges = 0;
	return lp_ranges ? 0 : -ENOMEM;
}

/*
 * The end is inclusive on purpose: a call that never returns may be the last
 * instruction of a function, and its return address is then just behind it.
 */
void lp_stack_ranges_add(unsigned long start, unsigned long size)
{
	if (!size || WARN_ON_ONCE(lp_nr_ranges == lp_max_ranges))
		return;
	lp_ranges[lp_nr_ranges++] = (struct lp_range){ start, start + size };
}

static int lp_range_cmp(const void *a, const void *b)
{
	const struct lp_range *ra = a, *rb = b;

	return ra->start < rb->start ? -1 : ra->start > rb->start;
}

/*
 * Sorts the ranges and merges those that overlap, so that one search tells
 * whether an address is in any of them.
 */
void lp_stack_ranges_ready(void)
{
	unsigned int i, last = 0;

	sort(lp_ranges, lp_nr_ranges, sizeof(*lp_ranges), lp_range_cmp, NULL);
	for (i = 1; i < lp_nr_ranges; i++) {
		if (lp_ranges[i].start <= lp_ranges[last].end)
			lp_ranges[last].end = max(lp_ranges[last].end,
						  lp_ranges[i].end);
		else
			lp_ranges[++last] = lp_ranges[i];
	}
	if (lp_nr_ranges)
		lp_nr_ranges = last + 1;
}

void lp_stack_ranges_end(void)
{
	kvfree(lp_ranges);
	lp_ranges = NULL;
	lp_nr_ranges = 0;
}

static bool lp_address_blocks(unsigned long addr)
{
	unsigned int low = 0, high = lp_nr_ranges, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (addr < lp_ranges[mid].start)
			high = mid;
		else if (addr > lp_ranges[mid].end)
			low = mid + 1;
		else
			return true;
	}
	return false;
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

	nr = lp_k(stack_trace_save_tsk_reliable)(task, entries, LP_STACK_DEPTH);
	if (nr < 0 || nr == LP_STACK_DEPTH)
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
