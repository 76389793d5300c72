// SPDX-License-Identifier: GPL-2.0
/*
 * A patch for the kernel's own livepatch: the other owner of a function, and
 * what livepoke is compared with.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static int lp_kernel_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_puts(m, "patched by the kernel's own livepatch\n");
	return 0;
}

static struct klp_func funcs[] = {
	{
		.old_name = "cmdline_proc_show",
		.new_func = lp_kernel_cmdline_proc_show,
	}, { }
};

static struct klp_object objs[] = {
	{ .funcs = funcs },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init lp_kernel_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit lp_kernel_exit(void)
{
}

module_init(lp_kernel_init);
module_exit(lp_kernel_exit);
MODULE_INFO(livepatch, "Y");
MODULE_DESCRIPTION("livepoke test: patch for the kernel's own livepatch");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
