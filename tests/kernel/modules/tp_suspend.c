// SPDX-License-Identifier: GPL-2.0
/*
 * Pokes a branch without end, in a kernel thread that suspend does not freeze,
 * while another executes it. Each poke takes long.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <livepoke/poke.h>
#include "test_points.h"

#define POKE_MS		10

static unsigned int pokes;
module_param(pokes, uint, 0644);
MODULE_PARM_DESC(pokes, "that succeeded");

static unsigned int changed;
module_param(changed, uint, 0644);
MODULE_PARM_DESC(changed, "pokes in which a CPU came or went");

static unsigned int cpus_down;
module_param_named(down, cpus_down, uint, 0644);
MODULE_PARM_DESC(down, "pokes while CPUs were down");

static unsigned int errors;
module_param(errors, uint, 0644);
MODULE_PARM_DESC(errors, "pokes that failed, or were not seen");

DEFINE_POKE_BRANCH(suspend_branch);

static struct task_struct *poker, *runner;
static unsigned int cpus_before;

static bool taken(void)
{
	return POKE_BRANCH(suspend_branch);
}

static void poke_once(bool on)
{
	if (poke_branch_set(&suspend_branch, on) || taken() != on)
		errors++;
	else
		pokes++;
	if (num_online_cpus() < num_present_cpus())
		cpus_down++;
}

static int poker_fn(void *unused)
{
	bool on = false;

	while (!kthread_should_stop()) {
		on = !on;
		poke_once(on);
		cond_resched();
	}
	return 0;
}

static int runner_fn(void *unused)
{
	unsigned int sum = 0;

	while (!kthread_should_stop()) {
		sum += taken();
		cond_resched();
	}
	return sum & 0;
}

/* A poke is under way nearly always. No CPU may come or go in it. */
static void slow(int point, unsigned long arg)
{
	if (point == LP_PT_POKE_INT3) {
		cpus_before = num_online_cpus();
		mdelay(POKE_MS);
	} else if (point == LP_PT_POKE_RETIRE && num_online_cpus() != cpus_before) {
		changed++;
	}
}

static void set_hook(void (*hook)(int point, unsigned long arg))
{
	WRITE_ONCE(lp_test_hook, hook);
}

static int __init suspend_init(void)
{
	int ret = poke_branch_register(&suspend_branch);

	if (ret < 0)
		return ret;
	set_hook(slow);
	runner = kthread_run(runner_fn, NULL, "lp_runner");
	poker = kthread_run(poker_fn, NULL, "lp_poker");
	if (!IS_ERR(runner) && !IS_ERR(poker))
		return 0;
	if (!IS_ERR(runner))
		kthread_stop(runner);
	if (!IS_ERR(poker))
		kthread_stop(poker);
	set_hook(NULL);
	poke_branch_unregister(&suspend_branch);
	return -ENOMEM;
}

static void __exit suspend_exit(void)
{
	kthread_stop(poker);
	kthread_stop(runner);
	set_hook(NULL);
	poke_branch_unregister(&suspend_branch);
}

module_init(suspend_init);
module_exit(suspend_exit);
MODULE_DESCRIPTION("livepoke test: pokes during suspend");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
