// SPDX-License-Identifier: GPL-2.0
/*
 * A probe on a function, of any kind that a module can register.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include "compat/tests.h"

static char *kind = "";
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind, "kprobe, kprobe-post, kretprobe or fprobe");

static char *name = "";
module_param(name, charp, 0444);
MODULE_PARM_DESC(name, "function to probe");

static int hits;
module_param(hits, int, 0644);
MODULE_PARM_DESC(hits, "how often it was called");

static int lp_probe_pre(struct kprobe *kp, struct pt_regs *regs)
{
	hits++;
	return 0;
}

static void lp_probe_post(struct kprobe *kp, struct pt_regs *regs,
			  unsigned long flags)
{
}

static int lp_probe_returned(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	hits++;
	return 0;
}

static struct kprobe kprobe = { .pre_handler = lp_probe_pre };
static struct kretprobe kretprobe = { .handler = lp_probe_returned };

static int lp_probe_add(void)
{
	kprobe.symbol_name = name;
	kretprobe.kp.symbol_name = name;
	if (!strcmp(kind, "kprobe-post"))
		kprobe.post_handler = lp_probe_post;
	if (!strncmp(kind, "kprobe", 6))
		return register_kprobe(&kprobe);
	if (!strcmp(kind, "kretprobe"))
		return register_kretprobe(&kretprobe);
	if (!strcmp(kind, "fprobe"))
		return lp_fprobe_add(name, &hits);
	return -EINVAL;
}

static void lp_probe_remove(void)
{
	if (!strncmp(kind, "kprobe", 6))
		unregister_kprobe(&kprobe);
	else if (!strcmp(kind, "kretprobe"))
		unregister_kretprobe(&kretprobe);
	else
		lp_fprobe_remove();
}

static int __init lp_probe_init(void)
{
	return lp_probe_add();
}

static void __exit lp_probe_exit(void)
{
	lp_probe_remove();
}

module_init(lp_probe_init);
module_exit(lp_probe_exit);
MODULE_DESCRIPTION("livepoke test: a probe on a function");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
