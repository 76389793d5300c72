// SPDX-License-Identifier: GPL-2.0
/*
 * The functions that the tests patch, the accounting of who ran what, and
 * the device by which tests call them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include "target.h"
#include "loops.h"

struct lp_target_counts {
	u64 calls;
	u64 active[2][2];
};

static DEFINE_PER_CPU(struct lp_target_counts, lp_target_counts);
static atomic64_t lp_target_mixed;
static atomic64_t lp_target_backward;
static atomic_t lp_target_inside;

/* Sequence number << 2 | direction; the low bits are 0 between transitions. */
static unsigned long lp_target_phase;

/* Sleepers and spinners inside f go on when this changes. */
static unsigned int lp_target_released;
static DECLARE_WAIT_QUEUE_HEAD(lp_target_wait);

/* When this one is closed, f is called. */
static struct file *lp_target_call_at_close;

static int lp_target_one = 1;

void (*lp_target_frame)(unsigned int function, bool patched, bool enter);
EXPORT_SYMBOL_GPL(lp_target_frame);

void lp_target_set_phase(unsigned int direction)
{
	unsigned long seq = READ_ONCE(lp_target_phase) >> 2;

	WRITE_ONCE(lp_target_phase, (seq + 1) << 2 | (direction & 3));
}
EXPORT_SYMBOL_GPL(lp_target_set_phase);

static bool lp_target_busy(unsigned int released)
{
	if (READ_ONCE(lp_target_released) != released)
		return false;
	if (current->flags & PF_KTHREAD)
		return !kthread_should_stop();
	return !fatal_signal_pending(current);
}

/* Exported for the new versions of f, which pause in the same way. */
noinline __noclone void lp_target_pause(struct lp_target_call *call)
{
	unsigned int released = READ_ONCE(lp_target_released);

	atomic_inc(&lp_target_inside);
	switch (call->how) {
	case LP_PAUSE_SPIN:
		udelay(call->usecs);
		break;
	case LP_PAUSE_RESCHED:
		udelay(call->usecs);
		cond_resched();
		break;
	case LP_PAUSE_YIELD:
		usleep_range(call->usecs, call->usecs + 100);
		break;
	case LP_PAUSE_SLEEP:
		if (wait_event_interruptible(lp_target_wait,
					     lp_target_released != released))
			call->interrupted = 1;
		break;
	case LP_PAUSE_DSLEEP:
		wait_event(lp_target_wait, lp_target_released != released);
		break;
	case LP_PAUSE_NAP:
		schedule_timeout_interruptible(MAX_SCHEDULE_TIMEOUT);
		break;
	case LP_PAUSE_BUSY:
		while (lp_target_busy(released))
			cpu_relax();
		break;
	}
	atomic_dec(&lp_target_inside);
}
EXPORT_SYMBOL_GPL(lp_target_pause);

noinline __noclone void lp_target_g(struct lp_target_call *call, int n)
{
	lp_target_tell(2, false, true);
	WRITE_ONCE(call->g[n], 0);
	lp_target_tell(2, false, false);
}
EXPORT_SYMBOL_GPL(lp_target_g);

noinline __noclone void lp_target_f(struct lp_target_call *call)
{
	lp_target_tell(1, false, true);
	WRITE_ONCE(call->f, 0);
	lp_target_g(call, 0);
	lp_target_pause(call);
	lp_target_g(call, 1);
	lp_target_tell(1, false, false);
	/* Not a tail call: f stays on the stack for as long as g runs. */
	barrier();
}
EXPORT_SYMBOL_GPL(lp_target_f);

static noinline __noclone int lp_target_twin(void)
{
	return READ_ONCE(lp_target_one);
}

static void lp_target_report(const char *what, const struct lp_target_call *call)
{
	pr_err("%s: %s[%d] f %d, g %d and %d, pause %u\n", what, current->comm,
	       current->pid, call->f, call->g[0], call->g[1], call->how);
}

/*
 * In one phase a task goes from the old universe to the target's, never back.
 * @last is the universe of the previous call of this kernel entry, or -1.
 */
static void lp_target_account(const struct lp_target_call *call,
			      unsigned long phase, int last)
{
	int target;

	if (call->f != call->g[0] || call->f != call->g[1]) {
		if (atomic64_inc_return(&lp_target_mixed) <= 5)
			lp_target_report("mixed call", call);
		return;
	}
	this_cpu_inc(lp_target_counts.calls);
	if (!(phase & 3) || phase != READ_ONCE(lp_target_phase))
		return;
	target = (phase & 3) - 1;
	this_cpu_inc(lp_target_counts.active[target][call->f]);
	if (last == target && call->f != target) {
		if (atomic64_inc_return(&lp_target_backward) <= 5)
			lp_target_report("switched back", call);
	}
}

void lp_target_calls(struct lp_target_call *call, bool (*more)(struct lp_target_call *call))
{
	unsigned long phase, last_phase = 0;
	int last = -1;
	u32 i;

	for (i = 0; more ? more(call) : i < call->repeat; i++) {
		phase = READ_ONCE(lp_target_phase);
		if (phase != last_phase)
			last = -1;
		last_phase = phase;
		lp_target_f(call);
		lp_target_account(call, phase, last);
		last = call->f;
		if (call->interrupted || fatal_signal_pending(current))
			break;
	}
}

static long lp_target_ioctl_call(void __user *arg)
{
	struct lp_target_call call;

	if (copy_from_user(&call, arg, sizeof(call)))
		return -EFAULT;
	call.interrupted = 0;
	lp_target_calls(&call, NULL);
	/* The call is repeated after the signal, as most system calls are. */
	if (call.interrupted)
		return -ERESTARTSYS;
	return copy_to_user(arg, &call, sizeof(call)) ? -EFAULT : 0;
}

static long lp_target_ioctl_kthreads(void __user *arg)
{
	struct lp_target_kthreads kt;

	if (copy_from_user(&kt, arg, sizeof(kt)))
		return -EFAULT;
	return lp_loops_start(&kt);
}

static long lp_target_ioctl_stats(void __user *arg)
{
	struct lp_target_stats stats = {
		.mixed = atomic64_read(&lp_target_mixed),
		.backward = atomic64_read(&lp_target_backward),
		.inside = atomic_read(&lp_target_inside),
	};
	int cpu, i;

	for_each_possible_cpu(cpu) {
		struct lp_target_counts *c = per_cpu_ptr(&lp_target_counts, cpu);

		stats.calls += c->calls;
		for (i = 0; i < 4; i++)
			stats.active[i / 2][i % 2] += c->active[i / 2][i % 2];
	}
	return copy_to_user(arg, &stats, sizeof(stats)) ? -EFAULT : 0;
}

static void lp_target_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&lp_target_counts, cpu), 0,
		       sizeof(struct lp_target_counts));
	atomic64_set(&lp_target_mixed, 0);
	atomic64_set(&lp_target_backward, 0);
}

static void lp_target_release(void)
{
	WRITE_ONCE(lp_target_released, lp_target_released + 1);
	wake_up_all(&lp_target_wait);
}

static long lp_target_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case LP_TARGET_CALL:
		return lp_target_ioctl_call(p);
	case LP_TARGET_KTHREADS:
		return lp_target_ioctl_kthreads(p);
	case LP_TARGET_KSTOP:
		lp_loops_stop();
		return 0;
	case LP_TARGET_RELEASE:
		lp_target_release();
		return 0;
	case LP_TARGET_STATS:
		return lp_target_ioctl_stats(p);
	case LP_TARGET_RESET:
		lp_target_reset();
		return 0;
	case LP_TARGET_PHASE:
		lp_target_set_phase(arg);
		return 0;
	case LP_TARGET_VHOST:
		return lp_vhost_start((struct vhost_task **)&file->private_data);
	case LP_TARGET_AT_CLOSE:
		WRITE_ONCE(lp_target_call_at_close, file);
		return 0;
	case LP_TARGET_TWINS:
		return lp_target_twin() + lp_target_second_twin(arg);
	}
	return -ENOTTY;
}

/* For io_uring, whose workers read: sleeps inside f, returns which f it was. */
static ssize_t lp_target_read(struct file *file, char __user *buf, size_t len,
			      loff_t *pos)
{
	struct lp_target_call call = { .how = LP_PAUSE_SLEEP, .repeat = 1 };
	char which;

	lp_target_calls(&call, NULL);
	if (call.interrupted)
		return -ERESTARTSYS;
	which = '0' + call.f;
	return len && !copy_to_user(buf, &which, 1) ? 1 : -EFAULT;
}

static int lp_target_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL;
	return 0;
}

static int lp_target_close(struct inode *inode, struct file *file)
{
	struct lp_target_call call = { .how = LP_PAUSE_DSLEEP, .repeat = 1 };

	if (READ_ONCE(lp_target_call_at_close) == file) {
		WRITE_ONCE(lp_target_call_at_close, NULL);
		lp_target_calls(&call, NULL);
	}
	lp_vhost_stop(file->private_data);
	return 0;
}

static const struct file_operations lp_target_fops = {
	.owner = THIS_MODULE,
	.open = lp_target_open,
	.release = lp_target_close,
	.unlocked_ioctl = lp_target_ioctl,
	.read = lp_target_read,
};

static struct miscdevice lp_target_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "lp_test_target",
	.fops = &lp_target_fops,
};

static int __init lp_target_init(void)
{
	return misc_register(&lp_target_device);
}

static void __exit lp_target_exit(void)
{
	misc_deregister(&lp_target_device);
	lp_target_release();
	lp_loops_stop();
}

module_init(lp_target_init);
module_exit(lp_target_exit);
MODULE_DESCRIPTION("livepoke test: functions to patch");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
