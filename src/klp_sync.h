/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sections of the transition protocol, and waiting for them.
 *
 * Whatever reads the state of a transition from a hostile context (the
 * ftrace handler, the task_work callback, the IPI function) does so inside a
 * section. lp_synchronise() waits until every section in flight has ended,
 * also on CPUs where RCU is not watching. It schedules nothing on other CPUs,
 * so an isolated CPU or one kept busy by a real-time task cannot hold it up.
 */
#ifndef _LIVEPOKE_KLP_SYNC_H
#define _LIVEPOKE_KLP_SYNC_H

#include <linux/percpu.h>
#include "test_record.h"

struct lp_section_count {
	unsigned long enter[2];
	unsigned long leave[2];
};

DECLARE_PER_CPU(struct lp_section_count, lp_sections);
extern int lp_section_index;

/*
 * Begins a section; the caller has preemption off and passes the returned
 * index to lp_section_leave(). May nest and may run in NMI.
 */
static __always_inline int lp_section_enter(void)
{
	int i = READ_ONCE(lp_section_index) & 1;

	this_cpu_inc(lp_sections.enter[i]);
	/*
	 * The count is visible before anything that the section reads. Pairs
	 * with the first smp_mb() in lp_sections_quiet().
	 */
	smp_mb();
	LP_RECORD(KLP_SECTION, i, 0);
	return i;
}

static __always_inline void lp_section_leave(int i)
{
	LP_RECORD(KLP_SECTION_END, i, 0);
	/*
	 * What the section wrote is visible before it counts as over. Pairs
	 * with the second smp_mb() in lp_sections_quiet().
	 */
	smp_mb();
	this_cpu_inc(lp_sections.leave[i]);
}

void lp_synchronise(void);

#endif /* _LIVEPOKE_KLP_SYNC_H */
