// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for the sections of the transition protocol to end.
 *
 * The scheme is that of sleepable RCU: two pairs of per-CPU counters, new
 * sections count in one pair while the other drains. Own code instead of
 * SRCU, because sections begin in NMI and inside ftrace handlers, where
 * nothing may be called that can itself be traced or patched.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include "klp_sync.h"

#define LP_SYNC_WARN_INTERVAL	(10 * HZ)

DEFINE_PER_CPU(struct lp_section_count, lp_sections);
int lp_section_index;

/* One synchronise at a time; protects writes to lp_section_index. */
static DEFINE_MUTEX(lp_synchronise_mutex);

static bool lp_sections_quiet(int i)
{
	unsigned long entered = 0, left = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		left += READ_ONCE(per_cpu(lp_sections, cpu).leave[i]);
	/*
	 * Sections counted as left are over: what they wrote is visible. Pairs
	 * with the smp_mb() in lp_section_leave(). It also orders our earlier
	 * stores before reading the entries: a section that this sum misses
	 * sees them. Pairs with the smp_mb() in lp_section_enter().
	 */
	smp_mb();
	for_each_possible_cpu(cpu)
		entered += READ_ONCE(per_cpu(lp_sections, cpu).enter[i]);
	return entered == left;
}

static void lp_wait_sections(int i)
{
	unsigned long warn = jiffies + LP_SYNC_WARN_INTERVAL;

	while (!lp_sections_quiet(i)) {
		usleep_range(20, 100);
		if (time_before(jiffies, warn))
			continue;
		pr_warn("still waiting for a CPU to leave a patched function's entry\n");
		warn = jiffies + LP_SYNC_WARN_INTERVAL;
	}
}

/**
 * lp_synchronise() - wait for every section in flight
 *
 * Sections that begin later see everything that the caller stored before.
 *
 * Context: process context, sleeps; not under cpus_read_lock().
 */
void lp_synchronise(void)
{
	int old;

	mutex_lock(&lp_synchronise_mutex);
	LP_RECORD(KLP_SYNC, 0, 0);
	/*
	 * The caller's stores come before reading any count. Pairs with the
	 * smp_mb() in lp_section_enter().
	 */
	smp_mb();
	old = lp_section_index & 1;
	/* Late entries of a section that read the index before the last flip. */
	lp_wait_sections(!old);
	WRITE_ONCE(lp_section_index, !old);
	lp_wait_sections(old);
	LP_RECORD(KLP_SYNC_END, 0, 0);
	mutex_unlock(&lp_synchronise_mutex);
}
