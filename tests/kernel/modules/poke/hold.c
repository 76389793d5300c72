// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs that are held at a point of the protocol, or with interrupts off.
 *
 * Each scenario has two sides: the hook on the poker's CPU 0, which leads it
 * to the moment in question, and a helper on CPU 1 or 2.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>

#include "tp_poke.h"

/*
 * A CPU with interrupts off
 *
 * go: start; in: it is there; out: leave; polls: call poke_sync_poll()
 */
struct tp_block {
	bool go, in, out, polls;
	unsigned long ms;
	struct task_struct *task;
};
static struct tp_block tp_block;

static int tp_block_thread(void *arg)
{
	struct tp_block *b = arg;
	u64 end;

	while (!READ_ONCE(b->go) && !kthread_should_stop())
		cond_resched();
	local_irq_disable();
	end = ktime_get_mono_fast_ns() + b->ms * 1000000ull;
	WRITE_ONCE(b->in, true);
	while (!READ_ONCE(b->out) && ktime_get_mono_fast_ns() < end) {
		if (READ_ONCE(b->polls))
			poke_sync_poll();
		cpu_relax();
	}
	WRITE_ONCE(b->in, false);
	local_irq_enable();
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

static int tp_block_create(int cpu, unsigned long ms)
{
	memset(&tp_block, 0, sizeof(tp_block));
	tp_block.ms = ms;
	tp_block.task = kthread_create(tp_block_thread, &tp_block, "blocker");
	if (IS_ERR(tp_block.task))
		return PTR_ERR(tp_block.task);
	kthread_bind(tp_block.task, cpu);
	wake_up_process(tp_block.task);
	return 0;
}

/* Any context that may spin. */
static void tp_block_enter(void)
{
	WRITE_ONCE(tp_block.go, true);
	while (!READ_ONCE(tp_block.in))
		cpu_relax();
}

static void tp_block_end(void)
{
	WRITE_ONCE(tp_block.out, true);
	kthread_stop(tp_block.task);
}

/* timeout: CPU 3 refuses to acknowledge the first sync */
int tp_cmd_timeout(void)
{
	struct tp_site *s = tp_find_site(tp_arg("site", "plain"));
	int first, ret = tp_prepare(s);

	if (ret)
		return ret;
	ret = tp_block_create(3, 20000);
	if (ret)
		return ret;
	tp_block_enter();
	first = tp_flip(s);
	tp_out("first %d\nbytes_right %d\n", first, tp_bytes_right(s));
	if (tp_bytes_right(s))
		tp_out("old %d\n", s->fn() == TP_OLD);
	tp_block_end();
	if (!tp_bytes_right(s))
		return -EILSEQ;
	ret = tp_flip(s);
	tp_out("second %d\nnew %d\n", ret, s->fn() == TP_NEW);
	ret = tp_flip(s);
	tp_release(s);
	return ret;
}

/* stuck which=2|3 ms= pause_us=: CPU 3 has interrupts off during that sync */
static unsigned long tp_stuck_which, tp_stuck_pause;

static void tp_stuck_hook(int point, unsigned long arg)
{
	int at = tp_stuck_which == 2 ? LP_PT_POKE_COMMIT : LP_PT_POKE_COMMIT_SYNCED;

	if (point == at && !READ_ONCE(tp_block.go))
		tp_block_enter();
}

static int tp_stuck_watch(void *arg)
{
	struct tp_site *s = arg;
	u64 seen = 0, wrong = 0;

	while (!READ_ONCE(tp_block.in) && !kthread_should_stop())
		cond_resched();
	while (READ_ONCE(tp_block.in)) {
		/* The new instruction, or the old one just before COMMIT. */
		wrong += s->fn() != TP_NEW;
		seen++;
		if (tp_stuck_pause)
			usleep_range(tp_stuck_pause, 2 * tp_stuck_pause);
		cond_resched();
	}
	tp_out("executed %llu\nwrong %llu\n", seen, wrong);
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

int tp_cmd_stuck(void)
{
	struct tp_site *s = tp_find_site("plain");
	struct task_struct *watch;
	u64 start;
	int ret = tp_prepare(s);

	tp_stuck_which = tp_num("which", 2);
	tp_stuck_pause = tp_num("pause_us", 0);
	if (!ret)
		ret = tp_block_create(3, tp_num("ms", 1000));
	if (ret)
		return ret;
	watch = kthread_create(tp_stuck_watch, s, "watch");
	if (IS_ERR(watch))
		return PTR_ERR(watch);
	kthread_bind(watch, 1);
	wake_up_process(watch);
	tp_set_hook(tp_stuck_hook);
	start = ktime_get_ns();
	ret = tp_flip(s);
	tp_out("ms %llu\nblocked_at_end %d\n", (ktime_get_ns() - start) / 1000000,
	       READ_ONCE(tp_block.in));
	tp_block_end();
	tp_set_hook(NULL);
	kthread_stop(watch);
	if (!ret && s->fn() != TP_NEW)
		ret = -EILSEQ;
	if (!ret)
		ret = tp_flip(s);
	tp_release(s);
	return ret;
}

/*
 * An executor that can be held where its breakpoint is handled
 *
 * @point: hold there, the first time; @held: it is; @release: go on;
 * @next: then hold there, too
 */
static struct {
	struct tp_site *site;
	int point, next;
	bool go, held, release, done;
	unsigned int val;
	int publications;	/* passed by the poker */
	struct task_struct *task;
} tp_exec;

static int tp_exec_thread(void *unused)
{
	while (!READ_ONCE(tp_exec.go) && !kthread_should_stop())
		cond_resched();
	tp_exec.val = tp_exec.site->fn();
	WRITE_ONCE(tp_exec.done, true);
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

/* On CPU 1, in the #BP handler. */
static void tp_exec_point(int point)
{
	if (point != READ_ONCE(tp_exec.point))
		return;
	WRITE_ONCE(tp_exec.held, true);
	while (!READ_ONCE(tp_exec.release))
		cpu_relax();
	WRITE_ONCE(tp_exec.point, tp_exec.next);
	tp_exec.next = 0;
	WRITE_ONCE(tp_exec.release, false);
	WRITE_ONCE(tp_exec.held, false);
}

static int tp_exec_create(struct tp_site *s, int point, int next)
{
	memset(&tp_exec, 0, sizeof(tp_exec));
	tp_exec.site = s;
	tp_exec.point = point;
	tp_exec.next = next;
	tp_exec.task = kthread_create(tp_exec_thread, NULL, "executor");
	if (IS_ERR(tp_exec.task))
		return PTR_ERR(tp_exec.task);
	kthread_bind(tp_exec.task, 1);
	wake_up_process(tp_exec.task);
	return 0;
}

static void tp_exec_start(void)
{
	WRITE_ONCE(tp_exec.go, true);
	while (!READ_ONCE(tp_exec.held))
		cpu_relax();
}

static void tp_exec_release(void)
{
	WRITE_ONCE(tp_exec.release, true);
	while (READ_ONCE(tp_exec.release))
		cpu_relax();
}

static void tp_exec_wait(void)
{
	while (!READ_ONCE(tp_exec.done))
		cpu_relax();
}

static void tp_exec_end(void)
{
	tp_out("executed_old %d\nexecuted_new %d\n", tp_exec.val == TP_OLD,
	       tp_exec.val == TP_NEW);
	kthread_stop(tp_exec.task);
}

static void tp_run_site(void)
{
	tp_exec.site->fn();
}

static void tp_roll_back(void)
{
	preempt_disable();
	tp_in_irq(tp_run_site);
	preempt_enable();
}

/* late: trapped in the first attempt, looks after it was withdrawn */
static void tp_late_hook(int point, unsigned long arg)
{
	if (raw_smp_processor_id()) {
		tp_exec_point(point);
		return;
	}
	if (point == LP_PT_POKE_PUBLISHED)
		tp_exec.publications++;
	if (tp_exec.publications != 1)
		return;
	if (point == LP_PT_POKE_INT3) {
		tp_exec_start();
		tp_roll_back();
	} else if (point == LP_PT_POKE_DRAINED) {
		tp_exec_release();
		tp_exec_wait();
	}
}

/* republish: found no batch, and then the INT3 of the next attempt */
static void tp_republish_hook(int point, unsigned long arg)
{
	if (raw_smp_processor_id()) {
		tp_exec_point(point);
		return;
	}
	if (point == LP_PT_POKE_PUBLISHED)
		tp_exec.publications++;
	if (point == LP_PT_POKE_INT3 && tp_exec.publications == 1) {
		tp_exec_start();
		tp_roll_back();
	} else if (point == LP_PT_POKE_DRAINED && tp_exec.publications == 1) {
		tp_exec_release();
		while (!READ_ONCE(tp_exec.held))	/* at TRAP_LATE */
			cpu_relax();
	} else if (point == LP_PT_POKE_INT3 && tp_exec.publications == 2) {
		tp_exec_release();
		tp_exec_wait();
	}
}

/* forget: trapped after COMMIT, looks when the poke lets it */
static void tp_forget_hook(int point, unsigned long arg)
{
	if (raw_smp_processor_id()) {
		tp_exec_point(point);
		return;
	}
	if (point == LP_PT_POKE_COMMIT_SYNCED)
		tp_exec_start();
	if (tp_exec.go && !tp_exec.done &&
	    (point == LP_PT_POKE_DRAINED ||
	     (point == LP_PT_POKE_SYNC_SENT && arg == 3))) {
		tp_exec_release();
		tp_exec_wait();
	}
}

static int tp_hold_trap(void (*hook)(int point, unsigned long arg), int next)
{
	struct tp_site *s = tp_find_site("plain");
	int ret = tp_prepare(s);

	if (!ret)
		ret = tp_exec_create(s, LP_PT_POKE_TRAP_ENTER, next);
	if (ret)
		return ret;
	tp_set_hook(hook);
	ret = tp_flip(s);
	tp_set_hook(NULL);
	tp_exec_end();
	if (!ret && (!tp_bytes_right(s) || s->fn() != TP_NEW))
		ret = -EILSEQ;
	tp_release(s);
	return ret;
}

/*
 * sync3, sync3nmi: CPU 2 polls, or takes an NMI, with interrupts off while
 *	sync 3 is under way
 * nmi: the same in sync 1
 * mask: CPU 2 acknowledges the first attempt when the second is under way
 *
 * in_sync: the CPU was held when that sync began
 */
static bool tp_premature, tp_in_sync;
static int tp_attempt;
static bool tp_poller_held, tp_poller_release;

static void tp_sync3_hook(int point, unsigned long arg)
{
	if (raw_smp_processor_id())
		return;
	if (point == LP_PT_POKE_COMMIT_SYNCED) {
		WRITE_ONCE(tp_block.polls, true);
		tp_block_enter();
	} else if (point == LP_PT_POKE_SYNC_SENT && arg == 3) {
		tp_in_sync = READ_ONCE(tp_block.in);
	} else if (point == LP_PT_POKE_RETIRE) {
		tp_premature = READ_ONCE(tp_block.in);
	}
}

/* No handler of ours: livepoke's own is what matters. */
static void tp_nothing(void)
{
}

/* The same with an NMI, which acknowledges too and must not count either. */
static void tp_sync3_nmi_hook(int point, unsigned long arg)
{
	if (raw_smp_processor_id())
		return;
	if (point == LP_PT_POKE_COMMIT_SYNCED) {
		tp_block_enter();
	} else if (point == LP_PT_POKE_SYNC_SENT && arg == 3) {
		tp_kick_nmi(2, tp_nothing);
		tp_in_sync = READ_ONCE(tp_block.in);
	} else if (point == LP_PT_POKE_RETIRE) {
		tp_premature = READ_ONCE(tp_block.in);
	}
}

/* In sync 1 it does count: CPU 2 is still held when that is complete. */
static void tp_nmi_hook(int point, unsigned long arg)
{
	if (raw_smp_processor_id())
		return;
	if (point == LP_PT_POKE_DEPLOY) {
		tp_block_enter();
	} else if (point == LP_PT_POKE_SYNC_SENT && arg == 1) {
		tp_kick_nmi(2, tp_nothing);
		tp_in_sync = READ_ONCE(tp_block.in);
	} else if (point == LP_PT_POKE_COMMIT) {
		tp_premature = READ_ONCE(tp_block.in);
		WRITE_ONCE(tp_block.out, true);
	}
}

static void tp_mask_hook(int point, unsigned long arg)
{
	int cpu = raw_smp_processor_id();

	if (cpu == 2 && point == LP_PT_POKE_ACK_SERIALISED && tp_block.in &&
	    !tp_poller_release) {
		WRITE_ONCE(tp_block.polls, false);	/* once */
		WRITE_ONCE(tp_poller_held, true);
		while (!READ_ONCE(tp_poller_release))
			cpu_relax();
		WRITE_ONCE(tp_poller_held, false);
	}
	if (cpu)
		return;
	if (point == LP_PT_POKE_PUBLISHED)
		tp_attempt++;
	if (point == LP_PT_POKE_DEPLOY && tp_attempt == 1)
		tp_block_enter();
	if (point == LP_PT_POKE_SYNC_SENT && arg == 1) {
		if (tp_attempt == 1) {
			WRITE_ONCE(tp_block.polls, true);
			while (!READ_ONCE(tp_poller_held))
				cpu_relax();
			tp_roll_back();
		} else {
			WRITE_ONCE(tp_poller_release, true);
			while (READ_ONCE(tp_poller_held))
				cpu_relax();
			tp_in_sync = READ_ONCE(tp_block.in);
		}
	}
	if (point == LP_PT_POKE_COMMIT)
		tp_premature = READ_ONCE(tp_block.in);
}

static int tp_hold_block(void (*hook)(int point, unsigned long arg))
{
	struct tp_site *s = tp_find_site("plain");
	int ret = tp_prepare(s);

	tp_premature = tp_in_sync = false;
	tp_attempt = 0;
	tp_poller_held = tp_poller_release = false;
	tp_exec.site = s;
	if (!ret)
		ret = tp_block_create(2, tp_num("ms", 300));
	if (ret)
		return ret;
	tp_set_hook(hook);
	ret = tp_flip(s);
	tp_set_hook(NULL);
	tp_block_end();
	tp_out("premature %d\nin_sync %d\n", tp_premature, tp_in_sync);
	if (!ret && s->fn() != TP_NEW)
		ret = -EILSEQ;
	tp_release(s);
	return ret;
}

/*
 * quarantine: CPU 1 is on its way into a slot, CPU 3 does not acknowledge;
 * the poke times out and another one needs slots
 */
static void tp_quarantine_hook(int point, unsigned long arg)
{
	if (raw_smp_processor_id()) {
		if (raw_smp_processor_id() == 1)
			tp_exec_point(point);
		return;
	}
	if (point == LP_PT_POKE_INT3 && !tp_exec.go)
		tp_exec_start();
}

static int tp_hold_quarantine(void)
{
	struct tp_site *a = tp_find_site("plain"), *b = tp_find_site("other");
	int ret = tp_prepare(a), second;

	if (!ret)
		ret = tp_prepare(b);
	if (!ret)
		ret = tp_flip(b);	/* its old instruction is another one now */
	if (!ret)
		ret = tp_exec_create(a, LP_PT_POKE_TRAP_EXIT, 0);
	if (!ret)
		ret = tp_block_create(3, 20000);
	if (ret)
		return ret;
	tp_set_hook(tp_quarantine_hook);	/* sleeps for RCU: before CPU 3 is lost */
	tp_block_enter();
	ret = tp_flip(a);
	second = tp_flip(b);
	tp_exec_release();
	tp_exec_wait();
	tp_block_end();
	tp_set_hook(NULL);
	tp_out("first %d\nsecond %d\n", ret, second);
	tp_exec_end();
	ret = tp_flip(a);
	if (!ret)
		ret = tp_flip(b);
	tp_release(a);
	tp_release(b);
	return ret;
}

/* hold what=late|republish|forget|sync3|sync3nmi|nmi|mask|quarantine */
int tp_cmd_hold(void)
{
	const char *what = tp_arg("what", "late");

	if (!strcmp(what, "late"))
		return tp_hold_trap(tp_late_hook, 0);
	if (!strcmp(what, "republish"))
		return tp_hold_trap(tp_republish_hook, LP_PT_POKE_TRAP_LATE);
	if (!strcmp(what, "forget"))
		return tp_hold_trap(tp_forget_hook, 0);
	if (!strcmp(what, "sync3"))
		return tp_hold_block(tp_sync3_hook);
	if (!strcmp(what, "sync3nmi"))
		return tp_hold_block(tp_sync3_nmi_hook);
	if (!strcmp(what, "nmi"))
		return tp_hold_block(tp_nmi_hook);
	if (!strcmp(what, "mask"))
		return tp_hold_block(tp_mask_hook);
	if (!strcmp(what, "quarantine"))
		return tp_hold_quarantine();
	return -EINVAL;
}
