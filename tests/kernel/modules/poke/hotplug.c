// SPDX-License-Identifier: GPL-2.0
/*
 * A CPU is asked to go, or to come, while a poke is at a given point.
 */
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>

#include "tp_poke.h"

#define TP_HP_CPU	3

/*
 * @point, @which: where; @wait_ms, @sleep: what the poker gives the request
 * @asked: the request is being made; @began: a callback of it has run
 * @early: that was before the poke was over
 */
static struct {
	int point;
	unsigned long which, wait_ms;
	bool up, sleep, armed, poking;
	bool asked, began, early;
	int ret;
	struct completion go, done;
} tp_hp;

/* On the control CPU or the one that goes: hotplug is under way. */
static int tp_hp_callback(unsigned int cpu)
{
	WRITE_ONCE(tp_hp.began, true);
	if (READ_ONCE(tp_hp.poking))
		WRITE_ONCE(tp_hp.early, true);
	return 0;
}

static int tp_hp_thread(void *unused)
{
	wait_for_completion(&tp_hp.go);
	WRITE_ONCE(tp_hp.asked, true);
	tp_hp.ret = tp_hp.up ? add_cpu(TP_HP_CPU) : remove_cpu(TP_HP_CPU);
	complete(&tp_hp.done);
	return 0;
}

static void tp_hp_pause(void)
{
	if (tp_hp.sleep)
		msleep(1);
	else
		udelay(100);
}

/* The request is made here and given time to come as far as it can. */
static void tp_hp_hook(int point, unsigned long arg)
{
	bool sync = point >= LP_PT_POKE_SYNC_SELF && point <= LP_PT_POKE_SYNC_DONE;
	u64 end;

	if (point != tp_hp.point || !tp_hp.armed || (sync && arg != tp_hp.which))
		return;
	tp_hp.armed = false;
	complete(&tp_hp.go);
	while (!READ_ONCE(tp_hp.asked))
		tp_hp_pause();
	end = ktime_get_mono_fast_ns() + tp_hp.wait_ms * 1000000ull;
	while (!READ_ONCE(tp_hp.began) && ktime_get_mono_fast_ns() < end)
		tp_hp_pause();
}

static int tp_hp_poke(struct tp_site *s)
{
	struct task_struct *t;
	int ret;

	init_completion(&tp_hp.go);
	init_completion(&tp_hp.done);
	t = kthread_create(tp_hp_thread, NULL, "hotplug");
	if (IS_ERR(t))
		return PTR_ERR(t);
	kthread_bind(t, 1);
	wake_up_process(t);
	tp_hp.poking = true;
	tp_set_hook(tp_hp_hook);
	tp_hp.armed = true;
	ret = tp_flip(s);
	WRITE_ONCE(tp_hp.poking, false);
	if (tp_hp.armed) {	/* the point was not passed */
		tp_hp.armed = false;
		complete(&tp_hp.go);
		ret = -ENOENT;
	}
	wait_for_completion(&tp_hp.done);
	tp_set_hook(NULL);
	return ret;
}

/* The request was carried out, after the poke, and pokes go on working. */
static int tp_hp_check(struct tp_site *s)
{
	int i, ret = 0;

	tp_out("early %d\nbegan %d\nrequest %d\n", tp_hp.early, tp_hp.began, tp_hp.ret);
	if (cpu_online(TP_HP_CPU) != tp_hp.up)
		return -ENXIO;
	for (i = 0; i < 3 && !ret; i++) {
		if (!tp_bytes_right(s) || s->fn() != (s->on ? TP_NEW : TP_OLD))
			return -EILSEQ;
		ret = tp_flip(s);
	}
	return ret;
}

/* hotplug point= which= up= wait_ms= sleep= */
int tp_cmd_hotplug(void)
{
	struct tp_site *s = tp_find_site("plain");
	int state, ret = tp_prepare(s);

	if (ret)
		return ret;
	memset(&tp_hp, 0, sizeof(tp_hp));
	tp_hp.point = tp_num("point", 1);
	tp_hp.which = tp_num("which", 0);
	tp_hp.wait_ms = tp_num("wait_ms", 5);
	tp_hp.sleep = tp_num("sleep", 0);
	tp_hp.up = tp_num("up", 0);
	state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "lp_test_poke",
					  tp_hp_callback, tp_hp_callback);
	if (state >= 0) {
		ret = tp_hp_poke(s);
		cpuhp_remove_state_nocalls(state);
		if (!ret)
			ret = tp_hp_check(s);
	} else {
		ret = state;
	}
	tp_release(s);
	return ret;
}
