// SPDX-License-Identifier: GPL-2.0
/*
 * On an oops or a panic, one line says which patches are active and whether a
 * transition is running: whoever reads the report must know that the code
 * that ran may not be that of the kernel image.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kdebug.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/notifier.h>
#include "compat/compat.h"
#include "klp_core.h"
#include "klp_oops.h"
#include "klp_transition.h"

#define LP_OOPS_LINE	512

/* Runs in a crash: no lock is taken, and the patches are read as they are. */
static void __kprobes lp_oops_line(void)
{
	static char line[LP_OOPS_LINE];
	struct lp_live_patch *live, *moving = READ_ONCE(lp_transition_patch);
	int len = 0;

	list_for_each_entry_rcu(live, &lp_patches, list, true)
		len += scnprintf(line + len, sizeof(line) - len, " %s%s",
				 lp_patch_name(live),
				 live->forced ? "(forced)" : "");
	if (len)
		pr_emerg("active patches:%s; transition: %s\n", line,
			 moving ? lp_patch_name(moving) : "none");
}

static int __kprobes lp_oops_die(struct notifier_block *nb, unsigned long val, void *data)
{
	if (val == DIE_OOPS)
		lp_oops_line();
	return NOTIFY_DONE;
}

static int lp_oops_panic(struct notifier_block *nb, unsigned long val, void *data)
{
	lp_oops_line();
	return NOTIFY_DONE;
}

static struct notifier_block lp_die_nb = { .notifier_call = lp_oops_die };
static struct notifier_block lp_panic_nb = { .notifier_call = lp_oops_panic };

int lp_oops_init(void)
{
	int ret = register_die_notifier(&lp_die_nb);

	if (!ret)
		atomic_notifier_chain_register(&panic_notifier_list, &lp_panic_nb);
	return ret;
}

void lp_oops_exit(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &lp_panic_nb);
	unregister_die_notifier(&lp_die_nb);
}
