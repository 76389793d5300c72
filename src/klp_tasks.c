// SPDX-License-Identifier: GPL-2.0
/*
 * The table of task universes.
 *
 * A task's universe is kept here and not in its task_struct, which a module
 * cannot extend. Keys are task_struct addresses: pids change owners (exec
 * swaps them, idle tasks share one). Every entry holds a reference to its
 * task, so that an address is never reused under it.
 *
 * Lookup and insertion are lock-free and work in any context, NMI included.
 * The table is a chain of open-addressing segments. Readers go through the
 * chain from the oldest segment on, and through each probe sequence from its
 * start; the first entry of a task in that order is the one that counts.
 *
 * Two contexts of one task (the task and an interrupt on top of it) may race
 * to insert it and leave two entries; since both look again after inserting,
 * both use the first. Different tasks can only compete for a slot.
 *
 * Locking: starting, ending, growing and reclaiming are serialised by
 * lp_mutex. Lookup and insertion run without it.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "compat/compat.h"
#include "klp_sync.h"
#include "klp_tasks.h"
#include "kernel_syms.h"
#include "test_record.h"
#include "test_fault.h"

/* Longest probe sequence; behind it the segment counts as full. */
#define LP_PROBES		128
#define LP_MIN_ENTRIES		1024

/* Keys that are no task. Lookup goes on behind both. */
#define LP_KEY_DEAD		((struct task_struct *)1)	/* not yet reusable */
#define LP_KEY_FREE		((struct task_struct *)2)

struct lp_task_segment {
	struct lp_task_segment *next;
	unsigned int mask;
	atomic_t works;			/* callbacks that have not finished */
	struct lp_task_entry entries[];
};

static struct lp_task_segment *lp_table;
/* Segments of ended transitions whose callbacks have not all finished. */
static struct lp_task_segment *lp_retired;

static __always_inline bool lp_key_is_task(const struct task_struct *key)
{
	return (unsigned long)key > (unsigned long)LP_KEY_FREE;
}

static __always_inline struct lp_task_entry *
lp_slot(struct lp_task_segment *seg, struct task_struct *task, unsigned int i)
{
	return &seg->entries[(hash_ptr(task, 32) + i) & seg->mask];
}

static __always_inline struct lp_task_entry *
lp_segment_find(struct lp_task_segment *seg, struct task_struct *task)
{
	struct lp_task_entry *entry;
	struct task_struct *key;
	unsigned int i;

	for (i = 0; i < LP_PROBES; i++) {
		entry = lp_slot(seg, task, i);
		key = READ_ONCE(entry->task);
		if (key == task)
			return entry;
		if (!key)
			return NULL;
	}
	return NULL;
}

static __always_inline struct lp_task_segment *
lp_next_segment(struct lp_task_segment *seg)
{
	/* Pairs with smp_store_release() in lp_tasks_grow(). */
	return smp_load_acquire(&seg->next);
}

/**
 * lp_task_find() - the entry of a task, NULL if it has none
 * @task:	the task
 *
 * Context: any; inside a section or under lp_mutex.
 */
struct lp_task_entry *lp_task_find(struct task_struct *task)
{
	struct lp_task_segment *seg;
	struct lp_task_entry *entry;

	/* Pairs with smp_store_release() in lp_tasks_start() and lp_tasks_grow(). */
	for (seg = smp_load_acquire(&lp_table); seg; seg = lp_next_segment(seg)) {
		entry = lp_segment_find(seg, task);
		if (entry)
			return entry;
	}
	return NULL;
}

/* Claims a free slot of @seg for @task; false if there is none. */
static __always_inline bool
lp_segment_claim(struct lp_task_segment *seg, struct task_struct *task)
{
	struct lp_task_entry *entry;
	struct task_struct *key;
	unsigned int i;

	for (i = 0; i < LP_PROBES; i++) {
		entry = lp_slot(seg, task, i);
		key = READ_ONCE(entry->task);
		if (key == task)
			return true;
		if (key && key != LP_KEY_FREE)
			continue;
		get_task_struct(task);
		if (cmpxchg(&entry->task, key, task) == key)
			return true;
		/*
		 * Another task took the slot, or an interrupt of this task
		 * did. Never the last reference: the caller holds one.
		 */
		refcount_dec(&task->usage);
		if (READ_ONCE(entry->task) == task)
			return true;
	}
	return false;
}

/**
 * lp_task_insert() - the entry of a task, made if it has none
 * @task:	a task that cannot go away meanwhile, not yet in the table
 *
 * A new entry is UNKNOWN.
 *
 * Context: any; inside a section or under lp_mutex.
 * Return: the entry, or NULL if the table is full.
 */
struct lp_task_entry *lp_task_insert(struct task_struct *task)
{
	struct lp_task_segment *seg;

	if (LP_FAULT_TABLE())
		return NULL;
	/* Pairs with smp_store_release() in lp_tasks_start() and lp_tasks_grow(). */
	for (seg = smp_load_acquire(&lp_table); seg; seg = lp_next_segment(seg)) {
		if (lp_segment_claim(seg, task))
			return lp_task_find(task);
	}
	return NULL;
}

static struct lp_task_segment *lp_segment_alloc(unsigned int entries)
{
	struct lp_task_segment *seg;
	unsigned int i;

	entries = roundup_pow_of_two(max_t(unsigned int, entries, LP_MIN_ENTRIES));
	seg = kvzalloc(struct_size(seg, entries, entries), GFP_KERNEL);
	if (!seg)
		return NULL;
	seg->mask = entries - 1;
	for (i = 0; i < entries; i++)
		seg->entries[i].segment = seg;
	return seg;
}

/**
 * lp_tasks_start() - make an empty table
 * @tasks:	how many tasks there are now
 *
 * Context: process context, sleeps; under lp_mutex.
 * Return: 0 or -ENOMEM.
 */
int lp_tasks_start(unsigned int tasks)
{
	struct lp_task_segment *seg = lp_segment_alloc(2 * tasks);

	if (!seg)
		return -ENOMEM;
	/* Pairs with smp_load_acquire() in lp_task_find() and lp_task_insert(). */
	smp_store_release(&lp_table, seg);
	return 0;
}

/**
 * lp_tasks_grow() - make room for as many tasks again
 *
 * Context: process context, sleeps; under lp_mutex.
 * Return: 0 or -ENOMEM.
 */
int lp_tasks_grow(void)
{
	struct lp_task_segment *seg, **link = &lp_table;
	unsigned int entries = 0;

	for (; *link; link = &(*link)->next)
		entries += (*link)->mask + 1;
	seg = lp_segment_alloc(entries);
	if (!seg)
		return -ENOMEM;
	/* Pairs with smp_load_acquire() in lp_task_find() and lp_task_insert(). */
	smp_store_release(link, seg);
	return 0;
}

/* Memory that the table takes now. */
unsigned int lp_tasks_bytes(void)
{
	struct lp_task_segment *seg;
	unsigned int bytes = 0;

	for (seg = lp_table; seg; seg = seg->next)
		bytes += struct_size(seg, entries, seg->mask + 1);
	return bytes;
}

/**
 * lp_tasks_for_each() - call a function for every entry
 * @visit:	called with each entry that has a task
 * @arg:	passed on
 *
 * Context: any that @visit allows; under lp_mutex.
 */
void lp_tasks_for_each(lp_task_visit_t visit, void *arg)
{
	struct lp_task_segment *seg;
	unsigned int i;

	for (seg = lp_table; seg; seg = seg->next) {
		for (i = 0; i <= seg->mask; i++) {
			if (lp_key_is_task(READ_ONCE(seg->entries[i].task)))
				visit(&seg->entries[i], arg);
		}
	}
}

/*
 * A zombie may still be on its way off the CPU; it is gone for good when it
 * is marked dead and switched out.
 */
bool lp_task_is_dead(struct task_struct *task)
{
	if (!(lp_task_state(task) & TASK_DEAD))
		return false;
	/* Pairs with the release of on_cpu in the scheduler's finish_task(). */
	if (smp_load_acquire(&task->on_cpu))
		return false;
	LP_RECORD(KLP_DEAD, task, 0);
	return true;
}

static void lp_mark_dead(struct lp_task_entry *entry, void *arg)
{
	unsigned int *dead = arg;
	struct task_struct *task;

	if (!lp_task_is_dead(entry->task) ||
	    test_bit(LP_WORK_QUEUED, &entry->flags))
		return;
	/*
	 * The address may belong to another task once the reference is gone;
	 * so the key goes first.
	 */
	task = entry->task;
	LP_RECORD(KLP_GONE, task, 0);
	WRITE_ONCE(entry->task, LP_KEY_DEAD);
	put_task_struct(task);
	(*dead)++;
}

/**
 * lp_tasks_reclaim() - make the entries of dead tasks usable again
 *
 * A slot is reused only after a synchronise, so that a probe in flight
 * cannot have skipped it as taken and then find its own task behind it.
 *
 * Context: process context, sleeps; under lp_mutex.
 */
void lp_tasks_reclaim(void)
{
	struct lp_task_segment *seg;
	unsigned int i, dead = 0;

	lp_tasks_for_each(lp_mark_dead, &dead);
	if (!dead)
		return;
	lp_synchronise();
	for (seg = lp_table; seg; seg = seg->next) {
		for (i = 0; i <= seg->mask; i++) {
			struct lp_task_entry *entry = &seg->entries[i];

			if (entry->task != LP_KEY_DEAD)
				continue;
			/* The next task finds an entry as in a new segment. */
			entry->universe = LP_UNKNOWN;
			entry->verdict = 0;
			entry->flags = 0;
			entry->where = 0;
			/* Pairs with the cmpxchg() in lp_segment_claim(). */
			smp_store_release(&entry->task, LP_KEY_FREE);
		}
	}
}

/**
 * lp_task_work_queue() - have a callback run when the task returns to user space
 * @entry:	the task's entry; the task must be one that runs user code
 * @fn:		the callback; it must end with lp_task_work_done()
 * @mode:	TWA_RESUME, or TWA_SIGNAL to interrupt its sleep
 *
 * Context: process context; under lp_mutex.
 * Return: true if it was queued now.
 */
bool lp_task_work_queue(struct lp_task_entry *entry, task_work_func_t fn,
			enum task_work_notify_mode mode)
{
	struct lp_task_segment *seg = entry->segment;

	if (test_and_set_bit(LP_WORK_QUEUED, &entry->flags))
		return false;
	atomic_inc(&seg->works);
	init_task_work(&entry->work, fn);
	if (!LP_FAULT("task_work_add", 0) &&
	    !lp_k(task_work_add)(entry->task, &entry->work, mode))
		return true;
	clear_bit(LP_WORK_QUEUED, &entry->flags);
	atomic_dec(&seg->works);
	return false;
}

static bool lp_is_work(struct callback_head *work, void *data)
{
	return work == data;
}

/**
 * lp_task_work_cancel() - take a queued callback back
 * @entry:	the task's entry
 *
 * Return: true if the callback will not run, false if it runs or ran.
 */
bool lp_task_work_cancel(struct lp_task_entry *entry)
{
	if (!test_bit(LP_WORK_QUEUED, &entry->flags))
		return true;
	/* task_work_cancel() takes a function on some kernels, a work on others. */
	if (!lp_k(task_work_cancel_match)(entry->task, lp_is_work, &entry->work))
		return false;
	lp_task_work_done(entry);
	return true;
}

/* Last thing that the callback does with its entry. */
void lp_task_work_done(struct lp_task_entry *entry)
{
	struct lp_task_segment *seg = entry->segment;

	clear_bit(LP_WORK_QUEUED, &entry->flags);
	/*
	 * The segment may be freed as soon as the count is 0. Pairs with
	 * atomic_read_acquire() in lp_tasks_idle().
	 */
	smp_mb__before_atomic();
	atomic_dec(&seg->works);
}

static void lp_release_entry(struct lp_task_entry *entry, void *arg)
{
	lp_task_work_cancel(entry);
	put_task_struct(entry->task);
}

/**
 * lp_tasks_end() - give up the table of an ended transition
 *
 * Nothing looks into the table any more. Segments with a callback that could
 * not be cancelled are kept, and with them the module, until it has run.
 *
 * Context: process context, sleeps; under lp_mutex, after a synchronise that
 * followed the end of the transition.
 */
void lp_tasks_end(void)
{
	struct lp_task_segment *seg, *next;

	lp_tasks_for_each(lp_release_entry, NULL);
	for (seg = lp_table; seg; seg = next) {
		next = seg->next;
		__module_get(THIS_MODULE);
		seg->next = lp_retired;
		lp_retired = seg;
	}
	lp_table = NULL;
	lp_tasks_idle();
}

/**
 * lp_tasks_idle() - free what remains of ended transitions
 *
 * Context: process context; under lp_mutex.
 * Return: true if nothing remains.
 */
bool lp_tasks_idle(void)
{
	struct lp_task_segment *seg, **link = &lp_retired;

	while ((seg = *link)) {
		/* Pairs with smp_mb__before_atomic() in lp_task_work_done(). */
		if (atomic_read_acquire(&seg->works)) {
			link = &seg->next;
			continue;
		}
		*link = seg->next;
		kvfree(seg);
		module_put(THIS_MODULE);
	}
	return !lp_retired;
}
