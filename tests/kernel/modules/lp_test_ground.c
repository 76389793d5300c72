// SPDX-License-Identifier: GPL-2.0
/*
 * Ground to build patches on: four functions that return 1, 2, 3 and 4, and
 * one in which kernel threads sleep for as long as a test wants.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/wait.h>
#include "ground.h"

static int fail;
module_param(fail, int, 0444);
MODULE_PARM_DESC(fail, "error that the init function returns");

static unsigned int init_ms;
module_param(init_ms, uint, 0444);
MODULE_PARM_DESC(init_ms, "how long the init function takes");

static unsigned int exit_ms;
module_param(exit_ms, uint, 0444);
MODULE_PARM_DESC(exit_ms, "how long the exit function takes");

/* Nothing here writes it: without this, compilers may do without it. */
static int lp_ground_numbers[] __used = { 1, 2, 3, 4 };

static noinline __noclone int lp_ground_a(void)
{
	return READ_ONCE(lp_ground_numbers[0]);
}

static noinline __noclone int lp_ground_b(void)
{
	return READ_ONCE(lp_ground_numbers[1]);
}

static noinline __noclone int lp_ground_c(void)
{
	return READ_ONCE(lp_ground_numbers[2]);
}

/* Another name of it */
static int lp_ground_twin(void) __alias(lp_ground_c) __used;

static noinline __noclone int lp_ground_d(void)
{
	return READ_ONCE(lp_ground_numbers[3]);
}

static noinline __noclone notrace int lp_ground_untraceable(void)
{
	return READ_ONCE(lp_ground_numbers[0]);
}

static int lp_ground_values(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%d %d %d %d\n", lp_ground_a(), lp_ground_b(),
		       lp_ground_c(), lp_ground_d());
}

static const struct kernel_param_ops lp_ground_values_ops = {
	.get = lp_ground_values,
};
module_param_cb(values, &lp_ground_values_ops, NULL, 0444);
MODULE_PARM_DESC(values, "what the functions return");

#ifndef LP_GROUND_SECOND
static bool lp_ground_held;
static DECLARE_WAIT_QUEUE_HEAD(lp_ground_wait);
static struct task_struct *lp_ground_sleepers[2];
static unsigned int lp_ground_sleeping;

void lp_ground_pause(void)
{
	wait_event_idle(lp_ground_wait, !READ_ONCE(lp_ground_held));
}
EXPORT_SYMBOL_GPL(lp_ground_pause);

static noinline __noclone int lp_ground_hold(void)
{
	lp_ground_pause();
	return 0;
}

static int lp_ground_thread(void *unused)
{
	while (!kthread_should_stop()) {
		lp_ground_hold();
		schedule_timeout_idle(1);
	}
	return 0;
}

static int lp_ground_start(void)
{
	struct task_struct *task;

	WRITE_ONCE(lp_ground_held, true);
	task = kthread_run(lp_ground_thread, NULL, "lp_ground");
	if (IS_ERR(task))
		return PTR_ERR(task);
	lp_ground_sleepers[lp_ground_sleeping++] = task;
	return 0;
}

static void lp_ground_stop(void)
{
	WRITE_ONCE(lp_ground_held, false);
	wake_up_all(&lp_ground_wait);
	while (lp_ground_sleeping)
		kthread_stop(lp_ground_sleepers[--lp_ground_sleeping]);
}

static int lp_ground_set_hold(const char *val, const struct kernel_param *kp)
{
	unsigned int sleepers;
	int ret = kstrtouint(val, 0, &sleepers);

	if (!ret && sleepers > ARRAY_SIZE(lp_ground_sleepers))
		ret = -EINVAL;
	if (!ret && !sleepers)
		lp_ground_stop();
	while (!ret && lp_ground_sleeping < sleepers)
		ret = lp_ground_start();
	return ret;
}

static const struct kernel_param_ops lp_ground_hold_ops = {
	.set = lp_ground_set_hold,
};
module_param_cb(hold, &lp_ground_hold_ops, NULL, 0200);
MODULE_PARM_DESC(hold, "so many threads sleep in lp_ground_hold(), at most 2; 0: none any more");

static struct task_struct *lp_ground_burner;

/* It gives up its CPU, but never sleeps: nothing waits for it but RCU-tasks. */
static int lp_ground_burn(void *unused)
{
	while (!kthread_should_stop()) {
		cpu_relax();
		cond_resched();
	}
	return 0;
}

static int lp_ground_set_burn(const char *val, const struct kernel_param *kp)
{
	struct task_struct *task;
	bool burn;
	int ret = kstrtobool(val, &burn);

	if (ret || burn == !!lp_ground_burner)
		return ret;
	if (!burn) {
		kthread_stop(lp_ground_burner);
		lp_ground_burner = NULL;
		return 0;
	}
	task = kthread_run(lp_ground_burn, NULL, "lp_ground_burn");
	if (IS_ERR(task))
		return PTR_ERR(task);
	lp_ground_burner = task;
	return 0;
}

static const struct kernel_param_ops lp_ground_burn_ops = {
	.set = lp_ground_set_burn,
};
module_param_cb(burn, &lp_ground_burn_ops, NULL, 0200);
MODULE_PARM_DESC(burn, "a thread runs and never sleeps");
#endif

/* Tells whether a patch was there before it. */
static int __init lp_ground_init(void)
{
	pr_info("init: %d %d %d %d\n", lp_ground_a(), lp_ground_b(),
		lp_ground_c(), lp_ground_d());
	msleep(init_ms);
	return lp_ground_untraceable() ? fail : 0;
}

static void __exit lp_ground_exit(void)
{
#ifndef LP_GROUND_SECOND
	lp_ground_stop();
	if (lp_ground_burner)
		kthread_stop(lp_ground_burner);
#endif
	msleep(exit_ms);
	pr_info("exit: %d %d %d %d\n", lp_ground_a(), lp_ground_b(),
		lp_ground_c(), lp_ground_d());
}

module_init(lp_ground_init);
module_exit(lp_ground_exit);
MODULE_DESCRIPTION("livepoke test: ground for patches");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
