// SPDX-License-Identifier: GPL-2.0
/*
 * A patch with a section as kpatch-build and klp-build make them.
 */
#include <linux/module.h>
#include <linux/seq_file.h>
#include <livepoke/livepatch.h>

static const char relocations[24] __used
	__section(".klp.rela.lp_test_ground..text") = { 1 };

static int lp_rela_show(struct seq_file *m, void *v)
{
	seq_puts(m, "this must not be seen\n");
	return 0;
}

static struct lp_func funcs[] = {
	{ .old_name = "cmdline_proc_show", .new_func = lp_rela_show }, { }
};

static struct lp_object objs[] = {
	{ .funcs = funcs }, { }
};

static struct lp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init lp_rela_init(void)
{
	return lp_enable_patch(&patch);
}

static void __exit lp_rela_exit(void)
{
}

module_init(lp_rela_init);
module_exit(lp_rela_exit);
MODULE_DESCRIPTION("livepoke test: patch with references left open");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
