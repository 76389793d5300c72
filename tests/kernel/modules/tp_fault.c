// SPDX-License-Identifier: GPL-2.0
/*
 * What the fault matrix needs inside the kernel: something to happen when a
 * point of a protocol is passed, sites to poke, shadow variables to attach,
 * and a sum over text that tells whether it is what it was.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/hardirq.h>
#include <linux/kdebug.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
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

static int in_time;
module_param(in_time, int, 0444);
MODULE_PARM_DESC(in_time, "it happened before the point was left");

static int finished;
module_param(finished, int, 0444);
MODULE_PARM_DESC(finished, "the event is over");

static int result;
module_param(result, int, 0444);
MODULE_PARM_DESC(result, "what came of it");

/* How long the point lasts at most, and when the event waits for something. */
#define TP_WAIT_MS	15000
#define TP_LINGER_MS	20

/* The event is made here, so it cannot be made of what happens here. */
#define TP_ACTOR_CPU	3

enum tp_event { TP_NONE, TP_NMI, TP_OFFLINE, TP_KILL, TP_UNLOAD };
static const char * const tp_events[] = { "none", "nmi", "offline", "kill", "unload" };

static atomic_t tp_armed = ATOMIC_INIT(TP_NONE);
static int tp_going;			/* event for an actor to make */
static struct task_struct *tp_victim;	/* to kill */
static struct task_struct *tp_actor;	/* the thread that does all but unload */

/* Who makes the event, and how often it had waited when it began. */
static struct task_struct *tp_acting;
static unsigned long tp_waits;

static atomic_t tp_nmi_wanted = ATOMIC_INIT(0);

/* A function that may be patched; its module is held while it is not NULL. */
static void (*tp_target_g)(struct lp_target_call *call, int n);
static bool tp_sites_whole(void);

/* The NMI enters that function, and executes what may be being poked. */
static int tp_nmi_handler(unsigned int cmd, struct pt_regs *regs)
{
	struct lp_target_call call = { };

	if (atomic_xchg(&tp_nmi_wanted, 0) != smp_processor_id() + 1)
		return NMI_DONE;
	tp_target_g(&call, 0);
	WRITE_ONCE(result, tp_sites_whole() ? call.g[0] : -EILSEQ);
	WRITE_ONCE(in_time, 1);
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

/*
 * The victim is about to die: on its way out, or killed here and now, and so
 * on its way as soon as it is let go. An unload or a CPU that goes is over, or
 * has come to where it waits for whatever is going on here.
 */
static bool tp_happened(enum tp_event event)
{
	struct task_struct *acting;

	if (event == TP_KILL)
		return READ_ONCE(finished) &&
		       (tp_victim == current || READ_ONCE(tp_victim->flags) & PF_EXITING);
	if (READ_ONCE(finished))
		return true;
	/* Pairs with the release in tp_begin(). */
	acting = smp_load_acquire(&tp_acting);
	return acting && READ_ONCE(acting->nvcsw) != tp_waits;
}

static bool tp_soon(bool (*what)(enum tp_event event), enum tp_event event, int ms)
{
	u64 end = ktime_get_mono_fast_ns() + ms * (u64)NSEC_PER_MSEC;

	while (!what(event) && ktime_get_mono_fast_ns() < end)
		cpu_relax();
	return what(event);
}

static bool tp_is_over(enum tp_event event)
{
	return READ_ONCE(finished);
}

static void tp_make_others(enum tp_event event)
{
	if (event == TP_KILL && !tp_victim)
		tp_victim = get_task_struct(current);
	/* Everything above is in place; pairs with the acquire in the actors. */
	smp_store_release(&tp_going, event);
	WRITE_ONCE(in_time, tp_soon(tp_happened, event, TP_WAIT_MS));
	tp_soon(tp_is_over, event, TP_LINGER_MS);
}

static void tp_hook(int at, unsigned long arg)
{
	enum tp_event event;

	if (at != READ_ONCE(point) || (which && arg != which) ||
	    raw_smp_processor_id() == TP_ACTOR_CPU)
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

/* By the actors */
static enum tp_event tp_begin(bool unloads)
{
	/* Pairs with the release in tp_make_others(). */
	enum tp_event event = smp_load_acquire(&tp_going);

	if (event == TP_NONE || (event == TP_UNLOAD) != unloads)
		return TP_NONE;
	WRITE_ONCE(tp_going, TP_NONE);
	tp_waits = current->nvcsw;
	/* tp_waits before it; pairs with the acquire in tp_happened(). */
	smp_store_release(&tp_acting, current);
	return event;
}

static void tp_end(int ret)
{
	WRITE_ONCE(result, ret);
	/* What came of it is there. */
	smp_wmb();
	WRITE_ONCE(finished, 1);
}

static int tp_act(enum tp_event event)
{
	if (event == TP_OFFLINE)
		return remove_cpu(cpu) ?: add_cpu(cpu);
	return send_sig(SIGKILL, tp_victim, 1);
}

static int tp_actor_fn(void *unused)
{
	enum tp_event event;

	while (!kthread_should_stop()) {
		event = tp_begin(false);
		if (event == TP_NONE)
			usleep_range(500, 1000);
		else
			tp_end(tp_act(event));
	}
	return 0;
}

static void tp_drop_victim(void)
{
	if (tp_victim)
		put_task_struct(tp_victim);
	tp_victim = NULL;
}

static int tp_take_victim(void)
{
	rcu_read_lock();
	tp_victim = pid_task(find_vpid(pid), PIDTYPE_PID);
	if (tp_victim)
		get_task_struct(tp_victim);
	rcu_read_unlock();
	return tp_victim ? 0 : -ESRCH;
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
	int ret = 0;

	if (event < 0)
		return event;
	atomic_set(&tp_armed, TP_NONE);
	passed = 0;
	in_time = 0;
	finished = 0;
	result = 0;
	tp_acting = NULL;
	tp_put_target();
	tp_drop_victim();
	if (event == TP_NMI)
		tp_target_g = symbol_get(lp_target_g);
	if (event == TP_NMI && !tp_target_g)
		return -ENOENT;
	if (event == TP_KILL && pid)
		ret = tp_take_victim();
	if (!ret)
		atomic_set(&tp_armed, event);
	return ret;
}

static const struct kernel_param_ops event_ops = { .set = event_set };
module_param_cb(event, &event_ops, NULL, 0200);
MODULE_PARM_DESC(event, "arm: nmi, offline, kill, unload");

#define TP_POINT_LINE(name, number)	#name " " #number "\n"

static int points_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s", LP_POINTS(TP_POINT_LINE));
}

static const struct kernel_param_ops points_ops = { .get = points_get };
module_param_cb(points, &points_ops, NULL, 0400);
MODULE_PARM_DESC(points, "all points and their numbers");

/*
 * /sys/kernel/debug/tp_fault, for programs: a read waits until a module is to
 * be unloaded and gives its name; what came of that is written back. Writing
 * "hammer" executes the sites, and meets a breakpoint of nobody's while they
 * are poked, until a signal comes.
 */

static bool tp_poking;

static int hammers;
module_param(hammers, int, 0444);
MODULE_PARM_DESC(hammers, "somebody executes the sites");

static ssize_t tp_file_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	loff_t from = 0;

	while (tp_begin(true) == TP_NONE) {
		if (signal_pending(current))
			return -EINTR;
		usleep_range(500, 1000);
	}
	return simple_read_from_buffer(buf, count, &from, unload, strlen(unload));
}

/* A breakpoint of nobody's but ours */
extern u8 tp_behind_int3[];

static noinline __noclone void tp_hit_own_int3(void)
{
	asm volatile("int3\n"
		     ".globl tp_behind_int3\n"
		     "tp_behind_int3:\n"
		     __POKE_NO_ENDBR);
}

static int tp_hammer(void)
{
	int ret = 0;

	WRITE_ONCE(hammers, 1);
	while (!ret && !signal_pending(current)) {
		ret = tp_sites_whole() ? 0 : -EILSEQ;
		if (READ_ONCE(tp_poking))
			tp_hit_own_int3();
		cpu_relax();
		cond_resched();
	}
	WRITE_ONCE(hammers, 0);
	return ret ?: -EINTR;
}

static ssize_t tp_file_write(struct file *file, const char __user *buf, size_t count,
			     loff_t *pos)
{
	char line[16] = "";
	int ret;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;
	if (sysfs_streq(line, "hammer"))
		return tp_hammer();
	if (kstrtoint(line, 0, &ret))
		return -EINVAL;
	tp_end(ret);
	return count;
}

static const struct file_operations tp_fops = {
	.owner = THIS_MODULE,
	.read = tp_file_read,
	.write = tp_file_write,
};

static struct dentry *tp_file;

static int tp_int3(struct notifier_block *nb, unsigned long action, void *data)
{
	struct die_args *args = data;

	return action == DIE_INT3 && args->regs->ip == (unsigned long)tp_behind_int3 ?
	       NOTIFY_STOP : NOTIFY_DONE;
}

static struct notifier_block tp_int3_nb = {
	.notifier_call = tp_int3,
	.priority = INT_MIN,
};

/*
 * Sites
 */

#define TP_SITES	4	/* the last one in another module, if any */
#define TP_OWN		3
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

static const tp_fault_fn_t tp_fn[TP_OWN] = {
	tp_fault_fn_0, tp_fault_fn_1, tp_fault_fn_2,
};

static struct poke_site *tp_site[TP_SITES];
static unsigned int tp_sites;

static ulong host;
module_param(host, ulong, 0600);
MODULE_PARM_DESC(host, "an instruction of another module that is poked as well");

/* None of them is torn. Context: any. */
static bool tp_sites_whole(void)
{
	int i;

	for (i = 0; i < TP_OWN; i++) {
		unsigned int val = tp_fn[i]();

		if (val != TP_OLD && val != TP_NEW)
			return false;
	}
	return true;
}

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
	unsigned int i, n = host ? TP_SITES : TP_OWN;
	int ret;

	for (i = 0; i < n; i++)
		wants[i].addr = i < TP_OWN ? tp_find_site(tp_fn[i]) : (u8 *)host;
	ret = poke_sites_prepare(THIS_MODULE, wants, n);
	for (i = 0; i < n && !ret; i++)
		tp_site[i] = wants[i].site;
	if (!ret)
		tp_sites = n;
	return ret;
}

/* Never on the CPU that events are made on. */
static int tp_poke(bool new)
{
	static const u8 insn[5] = { 0xb8, 0x22, 0x22, 0x22, 0x22 };
	struct poke_op ops[TP_SITES];
	unsigned int i;
	int ret;

	for (i = 0; i < tp_sites; i++)
		ops[i] = (struct poke_op) {
			.site = tp_site[i],
			.insn = new ? insn : NULL,
			.len = sizeof(insn),
		};
	set_cpus_allowed_ptr(current, cpumask_of(0));
	WRITE_ONCE(tp_poking, true);
	ret = poke_batch(ops, tp_sites);
	WRITE_ONCE(tp_poking, false);
	return ret;
}

static int tp_release(void)
{
	int ret = tp_sites ? poke_sites_release(tp_site, tp_sites) : 0;

	if (!ret)
		tp_sites = 0;
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

	for (i = 0; i < TP_OWN; i++) {
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
	kthread_bind(tp_actor, TP_ACTOR_CPU);
	wake_up_process(tp_actor);
	register_die_notifier(&tp_int3_nb);
	tp_file = debugfs_create_file("tp_fault", 0600, NULL, NULL, &tp_fops);
	WRITE_ONCE(lp_test_hook, tp_hook);
	return 0;
}

static void __exit tp_exit(void)
{
	WRITE_ONCE(lp_test_hook, NULL);
	/* A handler or the worker may be about to call or to return. */
	synchronize_rcu_tasks();
	synchronize_rcu();
	debugfs_remove(tp_file);
	unregister_die_notifier(&tp_int3_nb);
	kthread_stop(tp_actor);
	unregister_nmi_handler(NMI_LOCAL, "tp_fault");
	tp_put_target();
	tp_drop_victim();
	lp_shadow_free_all(1, NULL);
	tp_release();
}

module_init(tp_init);
module_exit(tp_exit);
MODULE_DESCRIPTION("livepoke test: events, sites and sums of the fault matrix");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
