// SPDX-License-Identifier: GPL-2.0
/*
 * Module init and exit: the order of things, nothing else.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include "hotplug_cb.h"
#include "kernel_syms.h"
#include "klp_block.h"
#include "klp_core.h"
#include "poke_site.h"
#include "test_fault.h"
#include "test_points.h"
#include "test_record.h"

#ifdef LP_TEST_BUILD
void (*lp_test_hook)(int point, unsigned long arg);
EXPORT_SYMBOL_GPL(lp_test_hook);
#endif

static bool lp_enable = true;
module_param_named(enable, lp_enable, bool, 0444);
MODULE_PARM_DESC(enable, "0: do not load, and so neither patches; on the kernel command line livepoke.enable=0, the way out of a bad patch");

static int __init livepoke_start(void)
{
	int ret;

	ret = poke_init();
	if (ret)
		return ret;
	ret = lp_hotplug_init();
	if (ret)
		goto err_poke;
	ret = lp_klp_init();
	if (ret)
		goto err_hotplug;
	ret = lp_block_init();
	if (!ret) {
		lp_record_init();
		return 0;
	}
	lp_klp_exit();
err_hotplug:
	lp_hotplug_exit();
err_poke:
	poke_exit();
	return ret;
}

static int __init livepoke_init(void)
{
	int ret;

	if (!lp_enable) {
		pr_warn("not loaded because of livepoke.enable=0; modprobe livepoke enable=1 loads it all the same\n");
		return -EPERM;
	}
	ret = lp_kernel_syms_bind();
	if (ret)
		return ret;
	ret = livepoke_start();
	if (ret) {
		pr_err("cannot start (%d)\n", ret);
		LP_FAULT_END();
	}
	return ret;
}

static void __exit livepoke_exit(void)
{
	lp_block_exit();
	lp_klp_exit();
	lp_hotplug_exit();
	poke_exit();
	lp_record_exit();
	LP_FAULT_END();
}

module_init(livepoke_init);
module_exit(livepoke_exit);
MODULE_DESCRIPTION("Live patching and kernel-text modification for stock kernels");
MODULE_AUTHOR("The livepoke authors");
MODULE_VERSION("0.1.0");
MODULE_LICENSE("GPL");
