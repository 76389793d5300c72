// SPDX-License-Identifier: GPL-2.0
/*
 * Test module of the poke engine: sites and commands.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "tp_poke.h"

#define TP_MOV_OLD	{ 0xb8, 0x11, 0x11, 0x11, 0x11 }
#define TP_XOR_NEW	{ 0x35, 0x22, 0x22, 0x22, 0x22 }
#define TP_ROW(n)	{ .name = #n, .fn = tp_fn_##n, .addr = tp_at_##n, \
			  .old = TP_MOV_OLD, .new = TP_XOR_NEW, .len = 5 }
#define TP_BRANCH(n, size) { .name = #n, .fn = tp_fn_##n, .addr = tp_at_##n, \
			     .insns = tp_insns_##n, .len = size }
static struct tp_site tp_sites[] = {
	TP_ROW(plain), TP_ROW(cross16), TP_ROW(cross64), TP_ROW(crosspage),
	TP_ROW(other),
	TP_BRANCH(call, 5), TP_BRANCH(jcc, 6), TP_BRANCH(jccn, 6),
	{ .name = "kernel", .fn = tp_fn_kernel },
	{ .name = "kernel16", .fn = tp_fn_imul, .boundary = 16 },
	{ .name = "kernel64", .fn = tp_fn_imul, .boundary = 64 },
	{ .name = "kernelpage", .fn = tp_fn_imul, .boundary = 4096 },
};

/*
 * A site of the kernel image: int_pow() starts with "mov $1" into the
 * register of its result, and returns that if the exponent is 0.
 */
#define TP_KERNEL_NEW	0x44332211

unsigned int tp_fn_kernel(void)
{
	u32 val = int_pow(7, 0);

	return val == 1 ? TP_OLD : val == TP_KERNEL_NEW ? TP_NEW : 0;
}

/*
 * Others, where they cross a boundary: "imul $imm32" in mktime64(). What the
 * function returns with the new instruction is learnt when it is prepared.
 */
static time64_t tp_imul_old, tp_imul_new;

static time64_t tp_imul_call(void)
{
	return mktime64(2019, 11, 23, 21, 43, 17);
}

unsigned int tp_fn_imul(void)
{
	time64_t val = tp_imul_call();

	return val == tp_imul_old ? TP_OLD : val == tp_imul_new ? TP_NEW : 0;
}

/* It crosses the boundary that is asked for, and none that is larger. */
static bool tp_crosses(const u8 *at, unsigned int len, unsigned int boundary)
{
	unsigned long differ = (unsigned long)at ^ (unsigned long)(at + len - 1);

	return differ & boundary &&
	       !(differ & ~(boundary == 16 ? 63ul : boundary == 64 ? 4095ul : ~0ul));
}

static int tp_find_imul(struct tp_site *s)
{
	u8 *p = (u8 *)mktime64, *end = p + 256;
	unsigned int i;

	for (; p < end; p++) {
		s->addr = (p[-1] & 0xf0) == 0x40 ? p - 1 : p;	/* REX */
		s->len = p + 6 - s->addr;
		if (p[0] == 0x69 && p[1] >= 0xc0 &&
		    tp_crosses(s->addr, s->len, s->boundary))
			break;
	}
	if (p == end) {
		s->addr = NULL;
		return -ENOENT;
	}
	memcpy(s->old, s->addr, s->len);
	memcpy(s->new, s->addr, s->len);
	for (i = s->len - 4; i < s->len; i++)
		s->new[i] ^= 0x22;
	return 0;
}

/* What the function returns, one way and the other. */
static int tp_learn(struct tp_site *s)
{
	int ret;

	tp_imul_old = tp_imul_call();
	ret = tp_flip(s);
	tp_imul_new = tp_imul_call();
	if (!ret)
		ret = tp_flip(s);
	return !ret && tp_imul_old == tp_imul_new ? -EXDEV : ret;
}

static int tp_find_kernel_site(struct tp_site *s)
{
	static const u8 one[4] = { 1, 0, 0, 0 };
	static const u8 other[4] = { 0x11, 0x22, 0x33, 0x44 };
	u8 *p = (u8 *)int_pow, *end = p + 64;

	while (p < end && ((p[0] & 0xf8) != 0xb8 || memcmp(p + 1, one, 4)))
		p++;
	if (p == end)
		return -ENOENT;
	s->addr = p[-1] == 0x41 ? p - 1 : p;	/* REX */
	s->len = p + 5 - s->addr;
	memcpy(s->old, s->addr, s->len);
	memcpy(s->new, s->addr, s->len);
	memcpy(s->new + s->len - 4, other, 4);
	return 0;
}

DEFINE_PER_CPU(struct tp_seen, tp_seen);

struct tp_site *tp_find_site(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(tp_sites); i++) {
		if (!strcmp(tp_sites[i].name, name))
			return &tp_sites[i];
	}
	return NULL;
}

int tp_prepare(struct tp_site *s)
{
	int ret = 0;

	if (!s->addr)
		ret = s->boundary ? tp_find_imul(s) : tp_find_kernel_site(s);
	if (ret)
		return ret;
	if (s->insns) {
		memcpy(s->old, s->insns, s->len);
		memcpy(s->new, s->insns + s->len, s->len);
	}
	s->site = poke_site_prepare(s->addr, s->old, s->len);
	s->on = false;
	ret = PTR_ERR_OR_ZERO(s->site);
	return !ret && s->boundary ? tp_learn(s) : ret;
}

int tp_release(struct tp_site *s)
{
	int ret = poke_site_release(s->site);

	if (!ret)
		s->site = NULL;
	return ret;
}

/* The operation that makes the site what it is not. */
struct poke_op tp_op(struct tp_site *s)
{
	return (struct poke_op) {
		.site = s->site,
		.insn = s->on ? s->old : s->new,
		.len = s->len,
	};
}

int tp_flip(struct tp_site *s)
{
	struct poke_op op = tp_op(s);
	int ret = poke_batch(&op, 1);

	if (!ret)
		s->on = !s->on;
	return ret;
}

bool tp_bytes_right(const struct tp_site *s)
{
	return !memcmp(s->addr, s->on ? s->new : s->old, s->len);
}

void tp_execute(const struct tp_site *s)
{
	bool irqs_off = irqs_disabled();
	unsigned int val = s->fn();

	if (val == TP_OLD)
		this_cpu_inc(tp_seen.old);
	else if (val == TP_NEW)
		this_cpu_inc(tp_seen.new);
	else
		this_cpu_inc(tp_seen.torn);
	if (irqs_disabled() != irqs_off) {
		this_cpu_inc(tp_seen.bad_if);
		if (irqs_off)
			native_irq_disable();
		else
			native_irq_enable();
	}
}

void tp_seen_clear(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&tp_seen, cpu), 0, sizeof(tp_seen));
}

/*
 * Commands
 */

static DEFINE_MUTEX(tp_mutex);	/* one command at a time; all below */
static char tp_line[256];
static char *tp_words[16];
static int tp_word_count;
static char tp_result[8192];
static size_t tp_result_len;

void tp_out(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tp_result_len += vscnprintf(tp_result + tp_result_len,
				    sizeof(tp_result) - tp_result_len, fmt, args);
	va_end(args);
}

const char *tp_arg(const char *key, const char *def)
{
	size_t len = strlen(key);
	int i;

	for (i = 1; i < tp_word_count; i++) {
		if (!strncmp(tp_words[i], key, len) && tp_words[i][len] == '=')
			return tp_words[i] + len + 1;
	}
	return def;
}

unsigned long tp_num(const char *key, unsigned long def)
{
	const char *s = tp_arg(key, NULL);
	unsigned long val;

	return s && !kstrtoul(s, 0, &val) ? val : def;
}

static const struct {
	const char *name;
	int (*fn)(void);
} tp_cmds[] = {
	{ "hammer", tp_cmd_hammer },
	{ "flip", tp_cmd_flip },
#ifdef LP_TEST_BUILD
	{ "inject", tp_cmd_inject },
	{ "batch", tp_cmd_batch },
	{ "two", tp_cmd_two },
	{ "kprobe", tp_cmd_kprobe },
	{ "timeout", tp_cmd_timeout },
	{ "stuck", tp_cmd_stuck },
	{ "hold", tp_cmd_hold },
	{ "cost", tp_cmd_cost },
	{ "hotplug", tp_cmd_hotplug },
	{ "take", tp_cmd_take },
	{ "replace", tp_cmd_replace },
	{ "spoil", tp_cmd_spoil },
	{ "drop", tp_cmd_drop },
	{ "misuse", tp_cmd_misuse },
#endif
};

static int tp_run(void)
{
	char *line = strim(tp_line), *word;
	int i, ret;

	tp_word_count = 0;
	while ((word = strsep(&line, " ")) && tp_word_count < ARRAY_SIZE(tp_words)) {
		if (*word)
			tp_words[tp_word_count++] = word;
	}
	tp_result_len = 0;
	tp_result[0] = '\0';
	for (i = 0; tp_word_count && i < ARRAY_SIZE(tp_cmds); i++) {
		if (strcmp(tp_cmds[i].name, tp_words[0]))
			continue;
		/* The poker is on CPU 0, everything else on the others. */
		set_cpus_allowed_ptr(current, cpumask_of(0));
		ret = tp_cmds[i].fn();
		set_cpus_allowed_ptr(current, cpu_possible_mask);
		tp_out("ret %d\n", ret);
		return ret;
	}
	return -EINVAL;
}

static ssize_t tp_write(struct file *file, const char __user *buf, size_t count,
			loff_t *pos)
{
	size_t len = min(count, sizeof(tp_line) - 1);
	int ret = 0;

	mutex_lock(&tp_mutex);
	if (copy_from_user(tp_line, buf, len))
		ret = -EFAULT;
	tp_line[len] = '\0';
	if (!ret)
		ret = tp_run();
	mutex_unlock(&tp_mutex);
	return ret ? ret : count;
}

static ssize_t tp_read(struct file *file, char __user *buf, size_t count,
		       loff_t *pos)
{
	return simple_read_from_buffer(buf, count, pos, tp_result, tp_result_len);
}

static const struct file_operations tp_fops = {
	.owner = THIS_MODULE,
	.read = tp_read,
	.write = tp_write,
};

static struct dentry *tp_file;

static int __init tp_init(void)
{
	int ret = tp_ctx_init();

	if (ret)
		return ret;
	tp_file = debugfs_create_file("lp_test_poke", 0600, NULL, NULL, &tp_fops);
	return 0;
}

static void __exit tp_exit(void)
{
	debugfs_remove(tp_file);
	tp_ctx_exit();
}

module_init(tp_init);
module_exit(tp_exit);
MODULE_DESCRIPTION("Tests of livepoke's poke engine");
MODULE_LICENSE("GPL");
