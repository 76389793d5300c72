// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs 1..n execute a site in some context while CPU 0 pokes it.
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "tp_poke.h"

#define TP_BURST	32

static struct tp_site *tp_target;
static enum tp_ctx tp_target_ctx;
static unsigned int tp_target_us;
static struct task_struct *tp_threads[NR_CPUS];

static void tp_burst(void)
{
	unsigned int i;

	for (i = 0; i < TP_BURST; i++)
		tp_execute(tp_target);
}

static void tp_softirq(struct tasklet_struct *t)
{
	tp_burst();
}

static noinline void tp_probed(void)
{
	asm volatile("");
}

static int tp_pre_handler(struct kprobe *kp, struct pt_regs *regs)
{
	tp_burst();
	return 0;
}
NOKPROBE_SYMBOL(tp_pre_handler);

static struct kprobe tp_kprobe = {
	.pre_handler = tp_pre_handler,
	.addr = (kprobe_opcode_t *)tp_probed,
};

static void tp_irqs_off(void)
{
	u64 end;

	local_irq_disable();
	end = ktime_get_mono_fast_ns() + tp_target_us * 1000ull;
	do {
		tp_burst();
	} while (ktime_get_mono_fast_ns() < end);
	local_irq_enable();
}

/* As a task, while NMIs from the other hammers do the same on top of it. */
static void tp_mixed(void)
{
	int next = cpumask_next(raw_smp_processor_id(), cpu_online_mask);

	if (next < nr_cpu_ids)
		tp_kick_nmi(next, tp_burst);
	else
		tp_kick_nmi(1, tp_burst);
	tp_burst();
}

static void tp_hammer_once(struct tasklet_struct *tasklet)
{
	switch (tp_target_ctx) {
	case TP_TASK:
		tp_burst();
		break;
	case TP_IRQ:
		tp_in_irq(tp_burst);
		break;
	case TP_SOFTIRQ:
		local_bh_disable();
		tasklet_hi_schedule(tasklet);
		local_bh_enable();
		break;
	case TP_NMI:
		tp_in_nmi(tp_burst);
		break;
	case TP_KPROBE:
		tp_probed();
		break;
	case TP_IRQS_OFF:
		tp_irqs_off();
		break;
	case TP_MIXED:
		tp_mixed();
		break;
	}
}

static int tp_hammer_thread(void *unused)
{
	struct tasklet_struct tasklet;

	tasklet_setup(&tasklet, tp_softirq);
	while (!kthread_should_stop()) {
		/* Preemption off: this_cpu and self-IPIs; a pause lets the others run. */
		preempt_disable();
		tp_hammer_once(&tasklet);
		preempt_enable();
		cpu_relax();
		/*
		 * ftrace waits for RCU-tasks under its lock, a kprobe on a
		 * function's entry waits for that lock under kprobe_mutex,
		 * and the poke that this goes on for needs kprobe_mutex.
		 */
		cond_resched_tasks_rcu_qs();
	}
	tasklet_kill(&tasklet);
	return 0;
}

int tp_hammer_start(struct tp_site *s, enum tp_ctx ctx, unsigned int irqoff_us)
{
	int cpu, ret = 0;

	tp_target = s;
	tp_target_ctx = ctx;
	tp_target_us = irqoff_us;
	tp_kprobe.flags = 0;
	tp_kprobe.addr = (kprobe_opcode_t *)tp_probed;
	if (ctx == TP_KPROBE)
		ret = register_kprobe(&tp_kprobe);
	if (ret)
		return ret;
	for_each_online_cpu(cpu) {
		struct task_struct *t;

		if (!cpu)
			continue;
		t = kthread_create(tp_hammer_thread, NULL, "hammer/%d", cpu);
		if (IS_ERR(t))
			return PTR_ERR(t);
		kthread_bind(t, cpu);
		tp_threads[cpu] = t;
		wake_up_process(t);
	}
	return 0;
}

void tp_hammer_stop(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		if (tp_threads[cpu])
			kthread_stop(tp_threads[cpu]);
		tp_threads[cpu] = NULL;
	}
	tp_nmis_done();
	if (tp_target_ctx == TP_KPROBE)
		unregister_kprobe(&tp_kprobe);
}

static unsigned long tp_linger;

#ifdef LP_TEST_BUILD
/* Counts the breakpoints of each CPU by phase. */
static void tp_count_hook(int point, unsigned long arg)
{
	unsigned int i;

	if (point == LP_PT_POKE_TRAP_ACKED)
		this_cpu_inc(tp_seen.hits[READ_ONCE(poke_state.phase)]);
	/* Where no sync gives them time, the others would hardly see COMMIT. */
	for (i = 0; point == LP_PT_POKE_TAIL && i < tp_linger; i++)
		cpu_relax();
}
#else
#define tp_count_hook	NULL
#endif

static const char * const tp_ctx_names[] = {
	"task", "irq", "softirq", "nmi", "kprobe", "irqs-off", "mixed",
};

/* Sum over the hammers of torn and bad, minimum of what each must reach. */
static void tp_report_seen(void)
{
	u64 old = U64_MAX, new = U64_MAX, deploy = U64_MAX, commit = U64_MAX;
	u64 torn = 0, bad_if = 0, total = 0;
	unsigned int hammers = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		struct tp_seen *s = per_cpu_ptr(&tp_seen, cpu);

		torn += s->torn;
		bad_if += s->bad_if;
		total += s->old + s->new + s->torn;
		if (!cpu)
			continue;
		hammers++;
		old = min(old, s->old);
		new = min(new, s->new);
		deploy = min(deploy, s->hits[POKE_DEPLOY]);
		commit = min(commit, s->hits[POKE_COMMIT] +
				     s->hits[POKE_COMMIT_SYNCED]);
	}
	tp_out("hammers %u\nexecuted %llu\ntorn %llu\nbad_if %llu\n",
	       hammers, total, torn, bad_if);
	tp_out("min_old %llu\nmin_new %llu\nmin_deploy %llu\nmin_commit %llu\n",
	       old, new, deploy, commit);
}

/* hammer ctx= site= flips= irqoff_us= pause_us= hammers= linger= */
int tp_cmd_hammer(void)
{
	struct tp_site *s = tp_find_site(tp_arg("site", "plain"));
	unsigned long i, flips = tp_num("flips", 100);
	int ctx = match_string(tp_ctx_names, ARRAY_SIZE(tp_ctx_names),
			       tp_arg("ctx", "task"));
	unsigned long pause = tp_num("pause_us", 0);
	u64 start;
	int ret;

	if (!s || ctx < 0)
		return -EINVAL;
	ret = tp_prepare(s);
	if (ret)
		return ret;
	tp_linger = tp_num("linger", 0);
	tp_seen_clear();
	tp_set_hook(tp_count_hook);
	if (tp_num("hammers", 1))
		ret = tp_hammer_start(s, ctx, tp_num("irqoff_us", 500));
	start = ktime_get_ns();
	for (i = 0; i < flips && !ret; i++) {
		ret = tp_flip(s);
		if (!tp_bytes_right(s))
			ret = -EILSEQ;
		if (pause)
			usleep_range(pause, pause + 10);
		cond_resched();
	}
	tp_out("flips %lu\nms %llu\n", i, (ktime_get_ns() - start) / 1000000);
	if (tp_num("hammers", 1))
		tp_hammer_stop();
	tp_set_hook(NULL);
	tp_report_seen();
	tp_release(s);
	return ret;
}

/* flip site= n=: pokes without anybody in the way */
int tp_cmd_flip(void)
{
	struct tp_site *s = tp_find_site(tp_arg("site", "plain"));
	unsigned long i, n = tp_num("n", 1);
	int ret;

	if (!s)
		return -EINVAL;
	ret = tp_prepare(s);
	for (i = 0; i < n && !ret; i++) {
		ret = tp_flip(s);
		if (!ret && s->fn() != (s->on ? TP_NEW : TP_OLD))
			ret = -EILSEQ;
	}
	tp_release(s);
	return ret;
}
