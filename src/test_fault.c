// SPDX-License-Identifier: GPL-2.0
/*
 * Failures on purpose, in test builds only; see test_fault.h.
 *
 * /sys/module/livepoke/parameters/
 *   fault_nth	the number of the step that is to fail, from now on; 0: none.
 *		Also a parameter for loading the module.
 *   fault_seen	steps since fault_nth was set
 *   fault_live	allocations that have not been freed
 *   fault_ipi	IPIs that are the steps instead: busy, lost or late
 *   fault_table the n-th task to be entered into the table finds it full
 */
#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/moduleparam.h>

#include "enum_param.h"
#include "test_fault.h"

#undef smp_call_function_single_async

#define LP_LATE_MS	30

static atomic_t lp_fault_seen = ATOMIC_INIT(0);
static atomic_t lp_fault_live = ATOMIC_INIT(0);
static int lp_fault_nth;
atomic_t lp_fault_table = ATOMIC_INIT(0);

enum { LP_IPI_FINE, LP_IPI_BUSY, LP_IPI_LOST, LP_IPI_LATE };
static const char * const fault_ipi_names[] = { "fine", "busy", "lost", "late", NULL };
LP_ENUM_PARAM(fault_ipi, fault_ipi_names, 0600);
MODULE_PARM_DESC(fault_ipi, "what happens to the IPI that is to fail");

/**
 * lp_fault() - is this step to fail?
 * @step:	what is about to be done
 * @func:	by whom
 * @err:	what the operation is expected to return if it fails; 0: nothing,
 *		it can do without
 *
 * Context: any that may print.
 */
bool lp_fault(const char *step, const char *func, int err)
{
	if (fault_ipi || atomic_inc_return(&lp_fault_seen) != READ_ONCE(lp_fault_nth))
		return false;
	pr_info("test fault: step %d, %s in %s, expect %d\n", lp_fault_nth, step,
		func, err);
	return true;
}

void *lp_fault_got(void *mem)
{
	if (mem)
		atomic_inc(&lp_fault_live);
	return mem;
}

void lp_fault_freed(const void *mem)
{
	if (mem)
		atomic_dec(&lp_fault_live);
}

/* An IPI that is sent behind the sender's back, a while later. */
static struct {
	int cpu;
	call_single_data_t *csd;
} lp_late;

static void lp_late_fn(struct work_struct *work)
{
	cpus_read_lock();
	preempt_disable();
	if (cpu_online(lp_late.cpu))
		smp_call_function_single_async(lp_late.cpu, lp_late.csd);
	preempt_enable();
	cpus_read_unlock();
}

static DECLARE_DELAYED_WORK(lp_late_work, lp_late_fn);

/* In place of smp_call_function_single_async(). */
int lp_fault_ipi(const char *func, int cpu, call_single_data_t *csd)
{
	int how = READ_ONCE(fault_ipi);

	if (!how || atomic_inc_return(&lp_fault_seen) != READ_ONCE(lp_fault_nth))
		return smp_call_function_single_async(cpu, csd);
	pr_info("test fault: step %d, IPI %s in %s, expect 0\n", lp_fault_nth,
		fault_ipi_names[how], func);
	if (how == LP_IPI_BUSY)
		return -EBUSY;
	if (how == LP_IPI_LATE) {
		lp_late.cpu = cpu;
		lp_late.csd = csd;
		schedule_delayed_work(&lp_late_work, msecs_to_jiffies(LP_LATE_MS));
	}
	return 0;
}

/* At the end of the module, or of an attempt to load it. */
void lp_fault_end(void)
{
	cancel_delayed_work_sync(&lp_late_work);
	pr_info("test fault: %d allocations left\n", atomic_read(&lp_fault_live));
}

static int fault_nth_set(const char *val, const struct kernel_param *kp)
{
	int nth, ret = kstrtoint(val, 0, &nth);

	if (ret)
		return ret;
	WRITE_ONCE(lp_fault_nth, 0);
	flush_delayed_work(&lp_late_work);
	atomic_set(&lp_fault_seen, 0);
	WRITE_ONCE(lp_fault_nth, nth);
	return 0;
}

static int fault_counter_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%d\n", atomic_read((atomic_t *)kp->arg));
}

static int fault_table_set(const char *val, const struct kernel_param *kp)
{
	int nth, ret = kstrtoint(val, 0, &nth);

	if (!ret)
		atomic_set(&lp_fault_table, nth);
	return ret;
}

static const struct kernel_param_ops fault_nth_ops = { .set = fault_nth_set };
static const struct kernel_param_ops fault_counter_ops = { .get = fault_counter_get };
static const struct kernel_param_ops fault_table_ops = {
	.set = fault_table_set,
	.get = fault_counter_get,
};

module_param_cb(fault_nth, &fault_nth_ops, NULL, 0200);
MODULE_PARM_DESC(fault_nth, "fail the step of this number from now on");
module_param_cb(fault_seen, &fault_counter_ops, &lp_fault_seen, 0400);
MODULE_PARM_DESC(fault_seen, "steps that were taken since");
module_param_cb(fault_live, &fault_counter_ops, &lp_fault_live, 0400);
MODULE_PARM_DESC(fault_live, "allocations that have not been freed");
module_param_cb(fault_table, &fault_table_ops, &lp_fault_table, 0600);
MODULE_PARM_DESC(fault_table, "number of the task that finds the table full");
