// SPDX-License-Identifier: GPL-2.0
/*
 * A patch of two functions that belong together: f and g of lp_test_target.
 */
#include <linux/module.h>
#ifndef LP_TEST_KERNEL_LIVEPATCH
#include <livepoke/livepatch.h>
#endif
#include "target/target.h"

#ifndef LP_TEST_KERNEL_LIVEPATCH
static bool immediate;
module_param(immediate, bool, 0444);
MODULE_PARM_DESC(immediate, "skip the per-task phase");
#endif

static void lp_pair_g(struct lp_target_call *call, int n)
{
	lp_target_tell(2, true, true);
	WRITE_ONCE(call->g[n], 1);
	lp_target_tell(2, true, false);
}

/* Calls g by its old name: whoever runs the new f is led to the new g. */
static void lp_pair_f(struct lp_target_call *call)
{
	lp_target_tell(1, true, true);
	WRITE_ONCE(call->f, 1);
	lp_target_g(call, 0);
	lp_target_pause(call);
	lp_target_g(call, 1);
	lp_target_tell(1, true, false);
	barrier();
}

static struct lp_func funcs[] = {
	{ .old_name = "lp_target_f", .new_func = lp_pair_f },
	{ .old_name = "lp_target_g", .new_func = lp_pair_g },
	{ }
};

static struct lp_object objs[] = {
	{ .name = "lp_test_target", .funcs = funcs },
	{ }
};

static struct lp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init lp_pair_init(void)
{
#ifndef LP_TEST_KERNEL_LIVEPATCH
	patch.immediate = immediate;
#endif
	return lp_enable_patch(&patch);
}

static void __exit lp_pair_exit(void)
{
}

module_init(lp_pair_init);
module_exit(lp_pair_exit);
MODULE_DESCRIPTION("livepoke test: patch of two functions");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
