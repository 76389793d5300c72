// SPDX-License-Identifier: GPL-2.0
/*
 * Where the kernel calls our #BP handler.
 *
 * The die notifier is called last on the way of a breakpoint and is the
 * base. The ftrace hook stands at the entry of kprobe_int3_handler(): that is
 * earlier, so less kernel code that must not be poked lies in between, and
 * on kernels up to 6.2 it sees late breakpoints, which kprobe_int3_handler()
 * swallows. Both may be active: what one claims the other never sees.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/notifier.h>

#include "compat/compat.h"
#include "enum_param.h"
#include "kernel_syms.h"
#include "poke_ever.h"
#include "poke_platform.h"
#include "poke_stats.h"
#include "poke_trap.h"

enum { POKE_HOOK_DIE, POKE_HOOK_FTRACE };
static const char * const poke_hook_names[] = { "die", "ftrace", NULL };
LP_ENUM_PARAM(poke_hook, poke_hook_names, 0444);
MODULE_PARM_DESC(poke_hook, "where breakpoints are taken from: die (notifier), ftrace (before kprobes; the notifier stays as backstop)");

#ifdef LP_TEST_BUILD
/*
 * A breakpoint at a poked address that nobody has claimed is counted. A broken
 * variant must not kill the kernel that counts it.
 */
static noinline bool __kprobes poke_survive(struct pt_regs *regs)
{
	if (user_mode(regs) || !poke_ever_poked(regs->ip - 1))
		return false;
	poke_stat_inc(POKE_STAT_NOT_OURS);
	if (!READ_ONCE(lp_break_now))
		return false;
	regs->ip--;
	return true;
}
#else
static inline bool poke_survive(struct pt_regs *regs)
{
	return false;
}
#endif

static int poke_die_notify(struct notifier_block *nb, unsigned long event,
			   void *data)
{
	struct die_args *args = data;

	if (event != DIE_INT3)
		return NOTIFY_DONE;
	if (!poke_trap(args->regs) && !poke_survive(args->regs))
		return NOTIFY_DONE;
	poke_stat_inc(POKE_STAT_HOOK_DIE);
	return NOTIFY_STOP;
}
NOKPROBE_SYMBOL(poke_die_notify);

static struct notifier_block poke_die_nb = {
	.notifier_call = poke_die_notify,
	.priority = INT_MAX,
};

/* Stands in for kprobe_int3_handler() when the breakpoint was ours. */
static int poke_claimed(void)
{
	return 1;
}
NOKPROBE_SYMBOL(poke_claimed);

static void poke_ftrace_hook(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct pt_regs *trap = lp_fregs_first_arg(fregs);

	if (LP_BREAK(HOOK_PASSES) || !poke_trap(trap))
		return;
	poke_stat_inc(POKE_STAT_HOOK_FTRACE);
	lp_fregs_set_ip(fregs, (unsigned long)poke_claimed);
}
NOKPROBE_SYMBOL(poke_ftrace_hook);

static unsigned long poke_ftrace_addr;
static struct ftrace_ops poke_ftrace_ops = {
	.func = poke_ftrace_hook,
	.flags = LP_FTRACE_OPS_FLAGS,
};

/* ftrace frees what it keeps of the filter only when that is empty. */
static void poke_ftrace_unhook(void)
{
	ftrace_set_filter_ip(&poke_ftrace_ops, poke_ftrace_addr, 1, 0);
}

static int poke_ftrace_init(void)
{
	int ret;

	poke_ftrace_addr = lp_k(kallsyms_lookup_name)("kprobe_int3_handler");
	if (!poke_ftrace_addr) {
		pr_err("kernel symbol 'kprobe_int3_handler' not found; needed for poke_hook=ftrace; use poke_hook=die\n");
		return -ENOENT;
	}
	ret = ftrace_set_filter_ip(&poke_ftrace_ops, poke_ftrace_addr, 0, 0);
	if (!ret) {
		ret = register_ftrace_function(&poke_ftrace_ops);
		if (ret)
			poke_ftrace_unhook();
	}
	if (ret)
		pr_err("cannot hook kprobe_int3_handler (%d); use poke_hook=die\n", ret);
	return ret;
}

int poke_hook_init(void)
{
	int ret = register_die_notifier(&poke_die_nb);

	if (ret || poke_hook != POKE_HOOK_FTRACE)
		return ret;
	ret = poke_ftrace_init();
	if (ret)
		unregister_die_notifier(&poke_die_nb);
	return ret;
}

void poke_hook_exit(void)
{
	if (poke_hook == POKE_HOOK_FTRACE) {
		unregister_ftrace_function(&poke_ftrace_ops);
		poke_ftrace_unhook();
	}
	unregister_die_notifier(&poke_die_nb);
}
