// SPDX-License-Identifier: GPL-2.0
/*
 * The record of what the protocols do, in test builds only:
 * /sys/kernel/debug/livepoke_record. Writing 1 begins a new one, 0 ends it;
 * what is read are struct lp_record, the first of them the header.
 *
 * One buffer for all CPUs: the order of the entries is what the checker is
 * after, and the counter that would stamp them can as well say where they
 * go. It never wraps; what does not fit is counted and lost. Nothing waits,
 * so an NMI may come at any place.
 */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "test_record.h"

static unsigned int lp_record_max = 1 << 20;
module_param(lp_record_max, uint, 0600);
MODULE_PARM_DESC(lp_record_max, "room for that many entries; read when the first record begins");

bool lp_record_on;
EXPORT_SYMBOL_GPL(lp_record_on);

/* Stay from the first record to the end of the module. */
static struct lp_record *lp_record_buf;
static unsigned int lp_record_room;

static atomic64_t lp_record_next;
static struct dentry *lp_record_file;

static u8 lp_record_flags(void)
{
	return (in_nmi() ? LP_REC_NMI : 0) |
	       (hardirq_count() ? LP_REC_HARDIRQ : 0) |
	       (irqs_disabled() ? LP_REC_IRQS_OFF : 0) |
	       (preemptible() ? 0 : LP_REC_PREEMPT_OFF);
}

/* Context: any. */
void lp_record_add(enum lp_record_what what, u64 a, u64 b)
{
	s64 i = atomic64_fetch_inc(&lp_record_next);
	struct lp_record *r;

	if (i >= lp_record_room)
		return;
	r = &lp_record_buf[i];
	r->flags = lp_record_flags();
	r->cpu = raw_smp_processor_id();
	r->nr = preempt_count();
	r->task = (unsigned long)current;
	r->a = a;
	r->b = b;
	/* What has not arrived here is a hole to the reader. */
	WRITE_ONCE(r->what, what);
}
EXPORT_SYMBOL_GPL(lp_record_add);

static int lp_record_begin(void)
{
	unsigned int room = READ_ONCE(lp_record_max);

	if (READ_ONCE(lp_record_on))
		return -EBUSY;
	if (!lp_record_buf) {
		lp_record_buf = vzalloc(array_size(room, sizeof(*lp_record_buf)));
		if (!lp_record_buf)
			return -ENOMEM;
		lp_record_room = room;
	}
	memset(lp_record_buf, 0, array_size(lp_record_room, sizeof(*lp_record_buf)));
	atomic64_set(&lp_record_next, 1);
	/* The buffer before the switch: pairs with the locked instruction above. */
	smp_mb();
	WRITE_ONCE(lp_record_on, true);
	return 0;
}

/* Entries begun before are complete, or holes, when this returns. */
static void lp_record_end(void)
{
	s64 next;

	if (!READ_ONCE(lp_record_on))
		return;
	WRITE_ONCE(lp_record_on, false);
	msleep(100);
	next = atomic64_read(&lp_record_next);
	lp_record_buf[0] = (struct lp_record){
		.what = LP_REC_HEADER,
		.a = min_t(s64, next, lp_record_room),
		.b = next > lp_record_room ? next - lp_record_room : 0,
	};
}

static ssize_t lp_record_write(struct file *file, const char __user *buf,
			       size_t count, loff_t *pos)
{
	bool on;
	int ret = kstrtobool_from_user(buf, count, &on);

	if (!ret && on)
		ret = lp_record_begin();
	else if (!ret)
		lp_record_end();
	return ret ? ret : count;
}

static ssize_t lp_record_read(struct file *file, char __user *buf, size_t count,
			      loff_t *pos)
{
	if (!lp_record_buf || READ_ONCE(lp_record_on))
		return -EBUSY;
	return simple_read_from_buffer(buf, count, pos, lp_record_buf,
				       lp_record_buf[0].a * sizeof(*lp_record_buf));
}

static const struct file_operations lp_record_fops = {
	.owner = THIS_MODULE,
	.read = lp_record_read,
	.write = lp_record_write,
};

void lp_record_init(void)
{
	lp_record_file = debugfs_create_file("livepoke_record", 0600, NULL, NULL,
					     &lp_record_fops);
}

/* Nothing runs any more that could record. */
void lp_record_exit(void)
{
	debugfs_remove(lp_record_file);
	vfree(lp_record_buf);
}
