// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of f in interrupts: they happen on top of whatever task a CPU runs,
 * most often its idle task, from the moment when the CPU comes up.
 */
#include <linux/cpuhotplug.h>
#include <linux/hrtimer.h>
#include <linux/percpu.h>
#include "compat/tests.h"
#include "loops.h"

static DEFINE_PER_CPU(struct hrtimer, lp_timers);
static struct lp_target_kthreads lp_timer_kt;
static int lp_timer_state;		/* 0: no timers */

static ktime_t us_ktime(u32 us)
{
	return ns_to_ktime((u64)us * NSEC_PER_USEC);
}

static bool lp_timer_once(struct lp_target_call *call)
{
	return call->repeat--;
}

static enum hrtimer_restart lp_timer_fn(struct hrtimer *timer)
{
	struct lp_target_call call = {
		.how = lp_timer_kt.how, .usecs = lp_timer_kt.usecs, .repeat = 1,
	};

	lp_target_calls(&call, lp_timer_once);
	/* As long outside f as inside, and a little more. */
	hrtimer_forward_now(timer, us_ktime(lp_timer_kt.usecs + 2000));
	return HRTIMER_RESTART;
}

static int lp_timer_online(unsigned int cpu)
{
	struct hrtimer *timer = this_cpu_ptr(&lp_timers);

	hrtimer_setup(timer, lp_timer_fn, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
	hrtimer_start(timer, us_ktime(1000), HRTIMER_MODE_REL_PINNED_HARD);
	return 0;
}

static int lp_timer_offline(unsigned int cpu)
{
	hrtimer_cancel(this_cpu_ptr(&lp_timers));
	return 0;
}

int lp_timers_start(const struct lp_target_kthreads *kt)
{
	int ret;

	if (lp_timer_state)
		return -EBUSY;
	lp_timer_kt = *kt;
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "lp_test_target:timer",
				lp_timer_online, lp_timer_offline);
	if (ret < 0)
		return ret;
	lp_timer_state = ret;
	return 0;
}

void lp_timers_stop(void)
{
	if (lp_timer_state)
		cpuhp_remove_state(lp_timer_state);
	lp_timer_state = 0;
}
