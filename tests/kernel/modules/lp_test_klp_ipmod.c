// SPDX-License-Identifier: GPL-2.0
/*
 * An ftrace user of a module that claims the right to redirect a function,
 * and leaves it where it is.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include "compat/compat.h"

static char *name = "cmdline_proc_show";
module_param(name, charp, 0444);
MODULE_PARM_DESC(name, "function to claim");

static void notrace lp_ipmod_callback(unsigned long ip, unsigned long parent,
				      struct ftrace_ops *ops,
				      struct ftrace_regs *regs)
{
}

static struct ftrace_ops lp_ipmod_ops = {
	.func = lp_ipmod_callback,
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY,
};

static int __init lp_ipmod_init(void)
{
	int ret;

	ret = ftrace_set_filter(&lp_ipmod_ops, name, strlen(name), 1);
	if (ret)
		return ret;
	return register_ftrace_function(&lp_ipmod_ops);
}

static void __exit lp_ipmod_exit(void)
{
	unregister_ftrace_function(&lp_ipmod_ops);
}

module_init(lp_ipmod_init);
module_exit(lp_ipmod_exit);
MODULE_DESCRIPTION("livepoke test: another owner of a function");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
