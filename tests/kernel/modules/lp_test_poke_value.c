// SPDX-License-Identifier: GPL-2.0
/*
 * Says in its parameter what int_pow(7, 0) is; fails to load on request.
 */
#include <linux/kernel.h>
#include <linux/module.h>

static int value_get(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%llu\n", int_pow(7, 0));
}

static const struct kernel_param_ops value_ops = {
	.get = value_get,
};
module_param_cb(value, &value_ops, NULL, 0444);

static int __init value_init(void)
{
	return 0;
}
module_init(value_init);

static void __exit value_exit(void)
{
}
module_exit(value_exit);

MODULE_DESCRIPTION("Shows the result of a kernel function");
MODULE_LICENSE("GPL");
