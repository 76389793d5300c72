// SPDX-License-Identifier: GPL-2.0
/*
 * What the fault matrix needs inside the kernel: something to happen when a
 * point of a protocol is passed, sites to poke, shadow variables to attach,
 * and a sum over text that tells whether it is what it was.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/hardirq.h>
#include <linux/kmod.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/umh.h>
#include <asm/apic.h>
#include <asm/nmi.h>

#include <livepoke/poke.h>
#include <livepoke/shadow.h>
#include "poke_site.h"
#include "target/target.h"
#include "test_points.h"

/*
 * An event at a point
 */

static int point;
module_param(point, int, 0644);
MODULE_PARM_DESC(point, "where the event happens");

static int which;
module_param(which, int, 0644);
MODULE_PARM_DESC(which, "in the sync of that number; 0: any argument");

static int cpu = 2;
module_param(cpu, int, 0644);
MODULE_PARM_DESC(cpu, "the CPU to take down and up");

static int pid;
module_param(pid, int, 0644);
MODULE_PARM_DESC(pid, "the task to kill; 0: the one that passes the point");

static char unload[32];
module_param_string(unload, unload, sizeof(unload), 0644);
MODULE_PARM_DESC(unload, "the module to remove");

static int passed;
module_param(passed, int, 0444);
MODULE_PARM_DESC(passed, "the event was armed and the point was passed");

static int finished;
module_param(finished, int, 0444);
MODULE_PARM_DESC(finished, "the event is over");

static int result;
module_param(result, int, 0444);
MODULE_PARM_DESC(result, "what came of it");

/* How long the point lasts at most, until the event begins, and then. */
#define TP_WAIT_MS	400
#define TP_LINGER_MS	20

enum tp_event { TP_NONE, TP_NMI, TP_OFFLINE, TP_KILL, TP_UNLOAD };
static const char * const tp_events[] = { "none", "nmi", "offline", "kill", "unload" };

static atomic_t tp_armed = ATOMIC_INIT(TP_NONE);
static int tp_going;			/* event for the actor to make */
static int tp_begun;
static struct task_struct *tp_victim, *tp_actor;
static atomic_t tp_nmi_wanted = ATOMIC_INIT(0);

/* A function that may be patched; its module is held while it is not NULL. */
static void (*tp_target_g)(struct lp_target_call *call, int n);

/* The NMI enters that function. */
static int tp_nmi_handler(unsigned int cmd, struct pt_regs *regs)
{
	struct lp_target_call call = { };

	if (atomic_xchg(&tp_nmi_wanted, 0) != smp_processor_id() + 1)
		return NMI_DONE;
	tp_target_g(&call, 0);
	WRITE_ONCE(result, call.g[0]);
	WRITE_ONCE(finished, 1);
	return NMI_HANDLED;
}

static void tp_nmi_here(void)
{
	preempt_disable();
	atomic_set(&tp_nmi_wanted, smp_processor_id() + 1);
	apic->send_IPI(smp_processor_id(), NMI_VECTOR);
	while (!in_nmi() && atomic_read(&tp_nmi_wanted))
		cpu_relax();
	preempt_enable();
}

static void tp_make_others(enum tp_event event)
{
	int ms;

	tp_victim = current;
	WRITE_ONCE(tp_begun, 0);
	/* Everything above is in place; pairs with the acquire in the actor. */
	smp_store_release(&tp_going, event);
	for (ms = 0; ms < TP_WAIT_MS && !READ_ONCE(tp_begun); ms++)
		mdelay(1);
	mdelay(TP_LINGER_MS);
}

static void tp_hook(int at, unsigned long arg)
{
	enum tp_event event;

	if (at != READ_ONCE(point) || (which && arg != which))
		return;
	event = atomic_xchg(&tp_armed, TP_NONE);
	if (event == TP_NONE)
		return;
	WRITE_ONCE(passed, 1);
	if (event == TP_NMI)
		tp_nmi_here();
	else
		tp_make_others(event);
}

static int tp_kill(void)
{
	struct task_struct *task = tp_victim;
	int ret = -ESRCH;

	rcu_read_lock();
	if (pid)
		task = pid_task(find_vpid(pid), PIDTYPE_PID);
	if (task)
		ret = send_sig(SIGKILL, task, 1);
	rcu_read_unlock();
	return ret;
}

static int tp_unload(void)
{
	char *argv[] = { "/lp/bin/kcall", "rmmod", unload, NULL };
	char *envp[] = { "PATH=/bin", NULL };

	return call_usermodehelper(argv[0], argv, envp, UMH_WAIT_PROC);
}

static int tp_act(enum tp_event event)
{
	switch (event) {
	case TP_OFFLINE:
		return remove_cpu(cpu) ?: add_cpu(cpu);
	case TP_KILL:
		return tp_kill();
	case TP_UNLOAD:
		return tp_unload();
	default:
		return -EINVAL;
	}
}

static int tp_actor_fn(void *unused)
{
	enum tp_event event;

	while (!kthread_should_stop()) {
		/* Pairs with the release in tp_make_others(). */
		event = smp_load_acquire(&tp_going);
		if (event == TP_NONE) {
			usleep_range(500, 1000);
			continue;
		}
		WRITE_ONCE(tp_going, TP_NONE);
		WRITE_ONCE(tp_begun, 1);
		WRITE_ONCE(result, tp_act(event));
		WRITE_ONCE(finished, 1);
	}
	return 0;
}

static void tp_put_target(void)
{
	if (tp_target_g)
		symbol_put(lp_target_g);
	tp_target_g = NULL;
}

static int event_set(const char *val, const struct kernel_param *kp)
{
	int event = __sysfs_match_string(tp_events, ARRAY_SIZE(tp_events), val);

	if (event < 0)
		return event;
	atomic_set(&tp_armed, TP_NONE);
	passed = 0;
	finished = 0;
	result = 0;
	tp_put_target();
	if (event == TP_NMI)
		tp_target_g = symbol_get(lp_target_g);
	if (event == TP_NMI && !tp_target_g)
		return -ENOENT;
	atomic_set(&tp_armed, event);
	return 0;
}

static const struct kernel_param_ops event_ops = { .set = event_set };
module_param_cb(event, &event_ops, NULL, 0200);
MODULE_PARM_DESC(event, "arm: nmi, offline, kill, unload");

/*
 * Sites
 */

#define TP_SITES	3
#define TP_OLD		0x11111111
#define TP_NEW		0x22222222

typedef unsigned int (*tp_fault_fn_t)(void);

#define TP_SITE(n)							\
	static noinline __noclone unsigned int tp_fault_fn_##n(void)	\
	{								\
		unsigned int val;					\
									\
		asm volatile("movl $0x11111111, %%eax" : "=a" (val));	\
		return val;						\
	}

TP_SITE(0)

TP_SITE(1)

TP_SITE(2)

static const tp_fault_fn_t tp_fn[TP_SITES] = {
	tp_fault_fn_0, tp_fault_fn_1, tp_fault_fn_2,
};

static struct poke_site *tp_site[TP_SITES];

/* Where the function has its mov. */
static u8 *tp_find_site(unsigned int (*fn)(void))
{
	static const u8 mov[5] = { 0xb8, 0x11, 0x11, 0x11, 0x11 };
	u8 *p = (u8 *)fn;

	while (memcmp(p, mov, sizeof(mov)))
		p++;
	return p;
}

static int tp_prepare(void)
{
	struct poke_want wants[TP_SITES] = { };
	int i, ret;

	for (i = 0; i < TP_SITES; i++)
		wants[i].addr = tp_find_site(tp_fn[i]);
	ret = poke_sites_prepare(THIS_MODULE, wants, TP_SITES);
	for (i = 0; i < TP_SITES && !ret; i++)
		tp_site[i] = wants[i].site;
	return ret;
}

static int tp_poke(bool new)
{
	static const u8 insn[5] = { 0xb8, 0x22, 0x22, 0x22, 0x22 };
	struct poke_op ops[TP_SITES];
	int i;

	for (i = 0; i < TP_SITES; i++)
		ops[i] = (struct poke_op) {
			.site = tp_site[i],
			.insn = new ? insn : NULL,
			.len = sizeof(insn),
		};
	return poke_batch(ops, TP_SITES);
}

static int tp_release(void)
{
	int ret = tp_site[0] ? poke_sites_release(tp_site, TP_SITES) : 0;

	if (!ret)
		memset(tp_site, 0, sizeof(tp_site));
	return ret;
}

static int sites_set(const char *val, const struct kernel_param *kp)
{
	if (sysfs_streq(val, "prepare"))
		return tp_prepare();
	if (sysfs_streq(val, "new") || sysfs_streq(val, "old"))
		return tp_poke(*val == 'n');
	if (sysfs_streq(val, "release"))
		return tp_release();
	return -EINVAL;
}

/* What the sites do: o, n or ? for each. */
static int sites_get(char *buf, const struct kernel_param *kp)
{
	int i;

	for (i = 0; i < TP_SITES; i++) {
		unsigned int val = tp_fn[i]();

		buf[i] = val == TP_OLD ? 'o' : val == TP_NEW ? 'n' : '?';
	}
	buf[i++] = '\n';
	return i;
}

static const struct kernel_param_ops sites_ops = { .set = sites_set, .get = sites_get };
module_param_cb(sites, &sites_ops, NULL, 0600);
MODULE_PARM_DESC(sites, "prepare, new, old, release");

/*
 * Shadow variables
 */

static int shadow_set(const char *val, const struct kernel_param *kp)
{
	if (*val == '0') {
		lp_shadow_free_all(1, NULL);
		return 0;
	}
	return lp_shadow_alloc(tp_site, 1, 64, GFP_KERNEL, NULL, NULL) ? 0 : -ENOMEM;
}

static int shadow_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%d\n", !!lp_shadow_get(tp_site, 1));
}

static const struct kernel_param_ops shadow_ops = { .set = shadow_set, .get = shadow_get };
module_param_cb(shadow, &shadow_ops, NULL, 0600);
MODULE_PARM_DESC(shadow, "1: attach one, 0: detach it");

/*
 * A sum over the text between two addresses
 */

static u64 tp_sum;

static int text_set(const char *val, const struct kernel_param *kp)
{
	unsigned long start, end;
	const u64 *p;

	if (sscanf(val, "%lx %lx", &start, &end) != 2)
		return -EINVAL;
	tp_sum = 0;
	for (p = (const u64 *)ALIGN(start, 8); p + 1 <= (const u64 *)end; p++) {
		tp_sum = (tp_sum ^ *p) * 0x100000001b3ull;
		if (!((unsigned long)p & 0xffff))
			cond_resched();
	}
	return 0;
}

static int text_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%llx\n", tp_sum);
}

static const struct kernel_param_ops text_ops = { .set = text_set, .get = text_get };
module_param_cb(text, &text_ops, NULL, 0600);
MODULE_PARM_DESC(text, "START END in hex; read: the sum of what is there");

static int __init tp_init(void)
{
	int ret = register_nmi_handler(NMI_LOCAL, tp_nmi_handler, 0, "tp_fault");

	if (ret)
		return ret;
	tp_actor = kthread_create(tp_actor_fn, NULL, "tp_fault");
	if (IS_ERR(tp_actor)) {
		unregister_nmi_handler(NMI_LOCAL, "tp_fault");
		return PTR_ERR(tp_actor);
	}
	kthread_bind(tp_actor, num_online_cpus() - 1);
	wake_up_process(tp_actor);
	WRITE_ONCE(lp_test_hook, tp_hook);
	return 0;
}

static void __exit tp_exit(void)
{
	WRITE_ONCE(lp_test_hook, NULL);
	/* A handler or the worker may be about to call or to return. */
	synchronize_rcu_tasks();
	synchronize_rcu();
	kthread_stop(tp_actor);
	unregister_nmi_handler(NMI_LOCAL, "tp_fault");
	tp_put_target();
	lp_shadow_free_all(1, NULL);
	tp_release();
}

module_init(tp_init);
module_exit(tp_exit);
MODULE_DESCRIPTION("livepoke test: events, sites and sums of the fault matrix");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
