// SPDX-License-Identifier: GPL-2.0
/*
 * Watches and delays the points of a transition.
 *
 * Tells lp_test_target in which direction a transition is active, so that
 * calls can be counted by what was going on when they began, and makes the
 * windows wide in which a broken variant goes wrong.
 *
 * The gate does so with no luck needed: when all tasks have been listed, and
 * nobody knows that yet, it waits for a task that was born since and is about
 * to be recorded, and holds that one there until a given point is passed or
 * gate_ms are over.
 */
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include "target/target.h"
#include "test_points.h"

static int delay_point;
module_param(delay_point, int, 0644);
MODULE_PARM_DESC(delay_point, "number of the point to delay");

static unsigned int delay_us;
module_param(delay_us, uint, 0644);
MODULE_PARM_DESC(delay_us, "by how much");

static unsigned int delay_every = 1;
module_param(delay_every, uint, 0644);
MODULE_PARM_DESC(delay_every, "delay one of that many passages");

static atomic_t passages = ATOMIC_INIT(0);

static int passages_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%d\n", atomic_read(&passages));
}

static const struct kernel_param_ops passages_ops = { .get = passages_get };
module_param_cb(passages, &passages_ops, NULL, 0444);
MODULE_PARM_DESC(passages, "how often the delayed point was passed");

static int gate_until;
module_param(gate_until, int, 0644);
MODULE_PARM_DESC(gate_until, "number of the point at which the gate opens; 0: there is none");

static unsigned int gate_ms = 1000;
module_param(gate_ms, uint, 0644);
MODULE_PARM_DESC(gate_ms, "how long the gate stays closed at most");

static unsigned int gated;
module_param(gated, uint, 0644);
MODULE_PARM_DESC(gated, "how many tasks were held there");

#define TP_GATE_WAIT_MS	2000

static u64 tp_gate_born_after;
static atomic_t tp_gate;
enum { TP_GATE_OPEN, TP_GATE_WANTED, TP_GATE_CLOSED };

/* May sleep. */
static void tp_gate_want(void)
{
	ktime_t end = ktime_add_ms(ktime_get(), TP_GATE_WAIT_MS);

	tp_gate_born_after = ktime_get_ns();
	atomic_set_release(&tp_gate, TP_GATE_WANTED);
	while (atomic_read(&tp_gate) == TP_GATE_WANTED &&
	       ktime_before(ktime_get(), end))
		msleep(1);
	atomic_cmpxchg(&tp_gate, TP_GATE_WANTED, TP_GATE_OPEN);
}

/* Anywhere, with preemption off. */
static void tp_gate_pass(bool listed)
{
	unsigned int ms = READ_ONCE(gate_ms);

	if (atomic_read_acquire(&tp_gate) != TP_GATE_WANTED || listed ||
	    current->start_time <= tp_gate_born_after)
		return;
	if (atomic_cmpxchg(&tp_gate, TP_GATE_WANTED, TP_GATE_CLOSED) != TP_GATE_WANTED)
		return;
	gated++;
	while (ms-- && atomic_read(&tp_gate) == TP_GATE_CLOSED)
		mdelay(1);
	atomic_set(&tp_gate, TP_GATE_OPEN);
}

static void tp_gate_point(int point, unsigned long arg)
{
	int until = READ_ONCE(gate_until);

	if (!until)
		return;
	if (point == LP_PT_KLP_LISTED)
		tp_gate_want();
	else if (point == LP_PT_KLP_HANDLER_RECORD)
		tp_gate_pass(arg);
	else if (point == until)
		atomic_set(&tp_gate, TP_GATE_OPEN);
}

static void tp_delay(int point)
{
	unsigned int us = READ_ONCE(delay_us), every = READ_ONCE(delay_every);

	if (atomic_inc_return(&passages) % (every ?: 1) || !us)
		return;
	/* These points are where one may sleep; all others may be anywhere. */
	if (point == LP_PT_KLP_IDLE_OFFLINE || point == LP_PT_KLP_ANNOUNCE)
		msleep(us / 1000);
	else if (us >= 1000)
		mdelay(us / 1000);
	else
		udelay(us);
}

static void tp_hook(int point, unsigned long arg)
{
	switch (point) {
	case LP_PT_KLP_ACTIVE:
		lp_target_set_phase(arg ? 2 : 1);
		break;
	case LP_PT_KLP_FROZEN:
	case LP_PT_KLP_CLOSING:
	case LP_PT_KLP_DONE:
		lp_target_set_phase(0);
		break;
	}
	if (point == READ_ONCE(delay_point))
		tp_delay(point);
	tp_gate_point(point, arg);
}

static int __init tp_init(void)
{
	WRITE_ONCE(lp_test_hook, tp_hook);
	return 0;
}

static void __exit tp_exit(void)
{
	WRITE_ONCE(lp_test_hook, NULL);
	/* A handler or the worker may be about to call or to return. */
	synchronize_rcu_tasks();
	synchronize_rcu();
}

module_init(tp_init);
module_exit(tp_exit);
MODULE_DESCRIPTION("livepoke test: points of a transition");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
