// SPDX-License-Identifier: GPL-2.0
/*
 * Batches, two pokers, kprobes on a site, and what the kernel's own updates
 * of code cost.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jump_label.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/static_call.h>

#include "poke_site.h"
#include "tp_poke.h"

/*
 * A batch: "mov $OLD" becomes "mov $OTHER" 256 times
 */

#define TP_BATCH	256
#define TP_STRIDE	8		/* mov and add */
#define TP_OTHER	0x33333333u

static struct poke_site *tp_batch_sites[TP_BATCH];

/* All old, all new, some of each (while a batch is under way), or torn. */
static unsigned int tp_batch_value(void)
{
	u64 diff = tp_fn_batch() - (u64)TP_BATCH * TP_OLD;
	u64 unit = TP_OTHER - TP_OLD;

	if (diff % unit || diff / unit > TP_BATCH)
		return 0;
	return diff == TP_BATCH * unit ? TP_NEW : TP_OLD;
}

static struct tp_site tp_batch_site = { .name = "batch", .fn = tp_batch_value };

static int tp_batch_prepare(unsigned int n)
{
	static struct poke_want wants[TP_BATCH];
	unsigned int i;
	int ret;

	for (i = 0; i < n; i++)
		wants[i] = (struct poke_want) { .addr = tp_at_batch + i * TP_STRIDE };
	ret = poke_sites_prepare(THIS_MODULE, wants, n);
	for (i = 0; i < n; i++)
		tp_batch_sites[i] = wants[i].site;
	return ret;
}

/* In an order that is not that of the addresses. */
static int tp_batch_flip(unsigned int n, bool on)
{
	static struct poke_op ops[TP_BATCH];
	static const u8 new[5] = { 0xb8, 0x33, 0x33, 0x33, 0x33 };
	unsigned int i;

	for (i = 0; i < n; i++)
		ops[i] = (struct poke_op) {
			.site = tp_batch_sites[(i * 5 + 3) % n],
			.insn = on ? new : NULL,
			.len = 5,
		};
	return poke_batch(ops, n);
}

/* batch n= flips= hammer= leave=: n must have no common factor with 5 */
int tp_cmd_batch(void)
{
	unsigned long i, n = tp_num("n", TP_BATCH), flips = tp_num("flips", 100);
	bool hammer = tp_num("hammer", 1);
	u64 torn = 0, total = 0;
	int cpu, ret;

	ret = n <= TP_BATCH ? tp_batch_prepare(n) : -E2BIG;
	if (ret)
		return ret;
	tp_seen_clear();
	if (hammer)
		ret = tp_hammer_start(&tp_batch_site, TP_TASK, 0);
	for (i = 0; i < flips && !ret; i++) {
		ret = tp_batch_flip(n, !(i & 1));
		if (!ret && n == TP_BATCH &&
		    tp_batch_value() != (i & 1 ? TP_OLD : TP_NEW))
			ret = -EILSEQ;
	}
	if (hammer)
		tp_hammer_stop();
	for_each_possible_cpu(cpu) {
		torn += per_cpu(tp_seen, cpu).torn;
		total += per_cpu(tp_seen, cpu).old + per_cpu(tp_seen, cpu).new;
	}
	tp_out("flips %lu\nexecuted %llu\ntorn %llu\n", i, total, torn);
	if (!tp_num("leave", 0))
		poke_sites_release(tp_batch_sites, n);
	return ret;
}

/*
 * Two pokers
 */

static struct {
	struct tp_site *site;
	unsigned long n;
	int ret;
	struct completion done;
} tp_second;

static int tp_second_poker(void *unused)
{
	unsigned long i;

	tp_second.ret = 0;
	for (i = 0; i < tp_second.n && !tp_second.ret; i++)
		tp_second.ret = tp_flip(tp_second.site);
	complete(&tp_second.done);
	return 0;
}

/* two n=: two tasks poke different sites as fast as they can */
int tp_cmd_two(void)
{
	struct tp_site *s = tp_find_site("plain");
	unsigned long i, n = tp_num("n", 100);
	struct task_struct *t;
	int ret;

	tp_second.site = tp_find_site("other");
	tp_second.n = n;
	init_completion(&tp_second.done);
	ret = tp_prepare(s);
	if (!ret)
		ret = tp_prepare(tp_second.site);
	if (ret)
		return ret;
	t = kthread_run(tp_second_poker, NULL, "second_poker");
	if (IS_ERR(t))
		return PTR_ERR(t);
	for (i = 0; i < n && !ret; i++) {
		ret = tp_flip(s);
		if (s->fn() != (s->on ? TP_NEW : TP_OLD))
			ret = -EILSEQ;
	}
	wait_for_completion(&tp_second.done);
	if (!tp_bytes_right(tp_second.site))
		ret = -EILSEQ;
	tp_release(s);
	tp_release(tp_second.site);
	return ret ? ret : tp_second.ret;
}

/*
 * A kprobe on the site, registered by another task at a given point
 */

static struct {
	int point;
	unsigned long which;
	bool armed;
	unsigned long hits;
	int ret;
	bool poking, asked, early;	/* registered while the poke was on */
	struct completion go, done;
} tp_kp;

static int tp_kp_pre(struct kprobe *kp, struct pt_regs *regs)
{
	tp_kp.hits++;
	return 0;
}

static struct kprobe tp_kp_probe = { .pre_handler = tp_kp_pre };

static int tp_kp_thread(void *addr)
{
	wait_for_completion(&tp_kp.go);
	memset(&tp_kp_probe, 0, sizeof(tp_kp_probe));
	tp_kp_probe.pre_handler = tp_kp_pre;
	tp_kp_probe.addr = addr;
	WRITE_ONCE(tp_kp.asked, true);
	tp_kp.ret = register_kprobe(&tp_kp_probe);
	tp_kp.early = READ_ONCE(tp_kp.poking);
	complete(&tp_kp.done);
	return 0;
}

static void tp_kp_hook(int point, unsigned long arg)
{
	bool sync = point >= LP_PT_POKE_SYNC_SELF && point <= LP_PT_POKE_SYNC_DONE;

	if (point != tp_kp.point || !tp_kp.armed || (sync && arg != tp_kp.which))
		return;
	tp_kp.armed = false;
	complete(&tp_kp.go);
	while (!READ_ONCE(tp_kp.asked))
		cpu_relax();
	mdelay(2);	/* lets it come as far as it can */
}

static int tp_kp_check(struct tp_site *s)
{
	unsigned long hits = tp_kp.hits;
	int ret;

	if (tp_kp.ret)
		return tp_kp.ret;
	if (s->fn() != (s->on ? TP_NEW : TP_OLD) || tp_kp.hits != hits + 1)
		return -EILSEQ;
	ret = tp_flip(s);
	unregister_kprobe(&tp_kp_probe);
	return ret == -EBUSY ? 0 : -EXDEV;
}

/* kprobe point= which= */
int tp_cmd_kprobe(void)
{
	struct tp_site *s = tp_find_site("plain");
	struct task_struct *t;
	int ret = tp_prepare(s);

	if (ret)
		return ret;
	tp_kp.point = tp_num("point", 1);
	tp_kp.which = tp_num("which", 0);
	init_completion(&tp_kp.go);
	init_completion(&tp_kp.done);
	t = kthread_create(tp_kp_thread, s->addr, "kprobes");
	if (IS_ERR(t))
		return PTR_ERR(t);
	kthread_bind(t, 1);
	wake_up_process(t);
	tp_kp.asked = tp_kp.early = false;
	tp_kp.poking = true;
	tp_kp.armed = true;
	tp_set_hook(tp_kp_hook);
	ret = tp_flip(s);
	WRITE_ONCE(tp_kp.poking, false);
	tp_out("asked %d\n", tp_kp.asked);
	tp_set_hook(NULL);
	if (tp_kp.armed) {	/* the point was not passed */
		complete(&tp_kp.go);
		ret = -ENOENT;
	}
	wait_for_completion(&tp_kp.done);
	tp_out("early %d\n", tp_kp.early);
	if (!ret)
		ret = tp_kp_check(s);
	else if (!tp_kp.ret)
		unregister_kprobe(&tp_kp_probe);
	if (!ret)
		ret = tp_flip(s);
	tp_release(s);
	return ret;
}

/*
 * What the kernel's own updates cost
 */

static DEFINE_STATIC_KEY_FALSE(tp_key);

static int tp_call_a(int x)
{
	return x + 1;
}

static int tp_call_b(int x)
{
	return x + 2;
}
DEFINE_STATIC_CALL(tp_call, tp_call_a);

/* Uses of both, so that there is something to patch. */
static noinline int tp_uses(int x)
{
	if (static_branch_unlikely(&tp_key))
		x++;
	return static_call(tp_call)(x);
}

/* cost what=key|call n= */
int tp_cmd_cost(void)
{
	bool key = !strcmp(tp_arg("what", "key"), "key");
	unsigned long i, n = tp_num("n", 10);

	for (i = 0; i < n; i++) {
		if (!key)
			static_call_update(tp_call, i & 1 ? tp_call_a : tp_call_b);
		else if (i & 1)
			static_branch_disable(&tp_key);
		else
			static_branch_enable(&tp_key);
	}
	tp_out("value %d\n", tp_uses(0));
	static_branch_disable(&tp_key);
	static_call_update(tp_call, tp_call_a);
	return 0;
}
