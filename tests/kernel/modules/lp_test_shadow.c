// SPDX-License-Identifier: GPL-2.0
/*
 * Shadow variables used by all CPUs at once. Writing N to the parameter `run`
 * has a thread on every CPU make N rounds; what went wrong is counted.
 *
 * In each round all threads meet at the same few objects. Whoever attaches a
 * variable constructs it; whoever frees one destructs it. So for every object
 * and number there is at most one, constructed once, and in the end as many
 * were destructed as were constructed.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <klp-compat/linux/livepatch.h>
#include "test_points.h"

#define LP_SHADOW_OBJECTS	16
#define LP_SHADOW_IDS		2

struct lp_shadow_data {
	void *obj;
	unsigned long id;
	unsigned long serial;
};

static char lp_shadow_objects[LP_SHADOW_OBJECTS];
static atomic_t made[LP_SHADOW_OBJECTS][LP_SHADOW_IDS];
static atomic_t constructed, destructed, twice, wrong, refused;
static atomic_t lp_shadow_left;
static DECLARE_COMPLETION(lp_shadow_done);
static int rounds;

static unsigned int slow;
module_param(slow, uint, 0644);
MODULE_PARM_DESC(slow, "us to wait before a variable is added, in a test build");

static bool leave;
module_param(leave, bool, 0444);
MODULE_PARM_DESC(leave, "forget a variable when the module is unloaded");

static atomic_t *lp_shadow_counter(void *obj, unsigned long id)
{
	return &made[(char *)obj - lp_shadow_objects][id & 1];
}

/* Under the lock of shadow variables. */
static int lp_shadow_ctor(void *obj, void *shadow_data, void *ctor_data)
{
	struct lp_shadow_data *data = shadow_data;

	if (data->obj || data->serial)
		atomic_inc(&wrong);
	if (!ctor_data) {
		atomic_inc(&refused);
		return -EINVAL;
	}
	data->obj = obj;
	data->id = *(unsigned long *)ctor_data;
	data->serial = atomic_inc_return(&constructed);
	if (atomic_inc_return(lp_shadow_counter(obj, data->id)) != 1)
		atomic_inc(&twice);
	return 0;
}

static void lp_shadow_dtor(void *obj, void *shadow_data)
{
	struct lp_shadow_data *data = shadow_data;

	if (data->obj != obj)
		atomic_inc(&wrong);
	atomic_inc(&destructed);
	atomic_dec(lp_shadow_counter(obj, data->id));
}

static void lp_shadow_check(void *obj, unsigned long id,
			    const struct lp_shadow_data *data)
{
	if (data && (data->obj != obj || data->id != id))
		atomic_inc(&wrong);
}

/*
 * The variables of one number are only ever freed here, under RCU: whoever
 * looks at one sees memory that was not given back yet.
 */
static void lp_shadow_round(unsigned int n)
{
	void *obj = &lp_shadow_objects[n % LP_SHADOW_OBJECTS];
	unsigned long id = 0x4c50 + (n / LP_SHADOW_OBJECTS) % LP_SHADOW_IDS;

	rcu_read_lock();
	lp_shadow_check(obj, id, klp_shadow_get(obj, id));
	lp_shadow_check(obj, id, klp_shadow_get_or_alloc(obj, id,
				sizeof(struct lp_shadow_data), GFP_ATOMIC,
				lp_shadow_ctor, &id));
	rcu_read_unlock();
	if (n % 1999 == 0)
		klp_shadow_get_or_alloc(obj, id + 64, sizeof(struct lp_shadow_data),
					GFP_KERNEL, lp_shadow_ctor, NULL);
	if (n % 3 == 0)
		klp_shadow_free(obj, id, lp_shadow_dtor);
	if (n % 97 == 0)
		klp_shadow_free_all(id, lp_shadow_dtor);
}

static int lp_shadow_thread(void *unused)
{
	int i;

	for (i = 0; i < rounds; i++) {
		lp_shadow_round(i);
		cond_resched();
	}
	if (atomic_dec_and_test(&lp_shadow_left))
		complete(&lp_shadow_done);
	return 0;
}

static void lp_shadow_start(unsigned int cpu)
{
	struct task_struct *task;

	task = kthread_create(lp_shadow_thread, NULL, "lp_shadow/%u", cpu);
	if (WARN_ON_ONCE(IS_ERR(task)))
		return;
	kthread_bind(task, cpu);
	atomic_inc(&lp_shadow_left);
	wake_up_process(task);
}

static int lp_shadow_run(const char *val, const struct kernel_param *kp)
{
	unsigned int cpu;
	int ret = kstrtoint(val, 0, &rounds);

	if (ret)
		return ret;
	reinit_completion(&lp_shadow_done);
	atomic_set(&lp_shadow_left, 1);
	cpus_read_lock();
	for_each_online_cpu(cpu)
		lp_shadow_start(cpu);
	cpus_read_unlock();
	if (!atomic_dec_and_test(&lp_shadow_left))
		wait_for_completion(&lp_shadow_done);
	klp_shadow_free_all(0x4c50, lp_shadow_dtor);
	klp_shadow_free_all(0x4c51, lp_shadow_dtor);
	return 0;
}

static const struct kernel_param_ops lp_shadow_run_ops = { .set = lp_shadow_run };
module_param_cb(run, &lp_shadow_run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "rounds to make on every CPU");

static int lp_shadow_counts(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "constructed=%d destructed=%d twice=%d wrong=%d refused=%d\n",
		       atomic_read(&constructed), atomic_read(&destructed),
		       atomic_read(&twice), atomic_read(&wrong),
		       atomic_read(&refused));
}

static const struct kernel_param_ops lp_shadow_counts_ops = { .get = lp_shadow_counts };
module_param_cb(counts, &lp_shadow_counts_ops, NULL, 0444);
MODULE_PARM_DESC(counts, "what happened");

static int lp_shadow_basic_ctor(void *obj, void *shadow_data, void *ctor_data)
{
	int *data = shadow_data;

	*data = *(int *)ctor_data;
	return *data < 0 ? *data : 0;
}

static int lp_shadow_dtors;

static void lp_shadow_basic_dtor(void *obj, void *shadow_data)
{
	lp_shadow_dtors++;
}

#define LP_SHADOW_BASIC		0x4c60

static int *lp_shadow_basic_get(int n)
{
	return klp_shadow_get(&lp_shadow_objects[n], LP_SHADOW_BASIC);
}

static int *lp_shadow_basic_alloc(int n, int value)
{
	return klp_shadow_alloc(&lp_shadow_objects[n], LP_SHADOW_BASIC, sizeof(int),
				GFP_KERNEL, lp_shadow_basic_ctor, &value);
}

static int *lp_shadow_basic_get_or_alloc(int n, int value)
{
	return klp_shadow_get_or_alloc(&lp_shadow_objects[n], LP_SHADOW_BASIC,
				       sizeof(int), GFP_KERNEL,
				       lp_shadow_basic_ctor, &value);
}

/* What one task alone sees; names the first thing that is not so. */
static const char *lp_shadow_basics_wrong(void)
{
	int *first, *second;

	lp_shadow_dtors = 0;
	if (lp_shadow_basic_get(0))
		return "there before it was made";
	first = lp_shadow_basic_alloc(0, 11);
	if (!first || *first != 11 || lp_shadow_basic_get(0) != first)
		return "not found as it was made";
	if (lp_shadow_basic_get_or_alloc(0, 12) != first || *first != 11)
		return "not found instead of made again";
	if (lp_shadow_basic_alloc(1, -EINVAL) || lp_shadow_basic_get(1))
		return "made although its constructor failed";
	second = lp_shadow_basic_get_or_alloc(1, 13);
	if (!second || *second != 13 || second == first)
		return "not made for another object";
	klp_shadow_free(&lp_shadow_objects[0], LP_SHADOW_BASIC, lp_shadow_basic_dtor);
	if (lp_shadow_basic_get(0) || !lp_shadow_basic_get(1) || lp_shadow_dtors != 1)
		return "not the one that was freed";
	klp_shadow_free(&lp_shadow_objects[0], LP_SHADOW_BASIC, lp_shadow_basic_dtor);
	if (lp_shadow_dtors != 1)
		return "freed twice";
	if (!lp_shadow_basic_alloc(0, 14))
		return "not made again";
	klp_shadow_free_all(LP_SHADOW_BASIC, lp_shadow_basic_dtor);
	if (lp_shadow_basic_get(0) || lp_shadow_basic_get(1) || lp_shadow_dtors != 3)
		return "not all freed";
	return "none";
}

static int lp_shadow_basics(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%s\n", lp_shadow_basics_wrong());
}

static const struct kernel_param_ops lp_shadow_basics_ops = { .get = lp_shadow_basics };
module_param_cb(basics, &lp_shadow_basics_ops, NULL, 0444);
MODULE_PARM_DESC(basics, "what is wrong with variables that only one task uses");

#ifdef LP_TEST_BUILD
/* Between looking for a variable and adding one */
static void lp_shadow_hook(int point, unsigned long arg)
{
	if (point == LP_PT_KLP_SHADOW_ADD && slow)
		udelay(slow);
}
#endif

static int __init lp_shadow_init(void)
{
#ifdef LP_TEST_BUILD
	WRITE_ONCE(lp_test_hook, lp_shadow_hook);
#endif
	return 0;
}

static void __exit lp_shadow_exit(void)
{
	if (leave)
		lp_shadow_basic_alloc(2, 15);
#ifdef LP_TEST_BUILD
	WRITE_ONCE(lp_test_hook, NULL);
	synchronize_rcu_tasks();
#endif
}

module_init(lp_shadow_init);
module_exit(lp_shadow_exit);
MODULE_DESCRIPTION("livepoke test: shadow variables on all CPUs");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
