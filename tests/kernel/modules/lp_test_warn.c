// SPDX-License-Identifier: GPL-2.0
/*
 * Loads, and leaves a warning in the log: what the testbed must not overlook.
 */
#include <linux/bug.h>
#include <linux/module.h>

static int __init lp_test_warn_init(void)
{
	WARN_ON(1);
	return 0;
}
module_init(lp_test_warn_init);

static void __exit lp_test_warn_exit(void)
{
}
module_exit(lp_test_warn_exit);

MODULE_DESCRIPTION("Warning on purpose, for the tests of livepoke's testbed");
MODULE_LICENSE("GPL");
