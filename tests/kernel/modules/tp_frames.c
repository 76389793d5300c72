// SPDX-License-Identifier: GPL-2.0
/*
 * Puts the calls of lp_test_target's patched functions into the record of the
 * protocol's steps, where the checker learns who is inside which of them.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include "target/target.h"
#include "test_record.h"

static void tp_frame(unsigned int function, bool patched, bool enter)
{
	unsigned int universe = patched ? 2 : 1;

	if (enter)
		LP_RECORD(FRAME, function, universe);
	else
		LP_RECORD(FRAME_END, function, universe);
}

static int __init tp_init(void)
{
	WRITE_ONCE(lp_target_frame, tp_frame);
	return 0;
}

static void __exit tp_exit(void)
{
	WRITE_ONCE(lp_target_frame, NULL);
	/* Whoever is about to call it may be preempted. */
	synchronize_rcu_tasks();
}

module_init(tp_init);
module_exit(tp_exit);
MODULE_DESCRIPTION("livepoke test: calls of patched functions in the record");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
