// SPDX-License-Identifier: GPL-2.0
/*
 * Executes what lp_test_poke_left pokes, on every CPU but the first and
 * without a pause. Knows nothing of livepoke, so that livepoke can come and
 * go meanwhile.
 */
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

struct exec_cpu {
	struct task_struct *task;
	unsigned long old, new, wrong;
};
static DEFINE_PER_CPU(struct exec_cpu, exec_cpus);

static int exec_get(char *buf, const struct kernel_param *kp)
{
	unsigned long old = 0, new = 0, wrong = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		old += per_cpu(exec_cpus, cpu).old;
		new += per_cpu(exec_cpus, cpu).new;
		wrong += per_cpu(exec_cpus, cpu).wrong;
	}
	return sprintf(buf, "%lu %lu %lu\n", old, new, wrong);
}

static const struct kernel_param_ops exec_ops = { .get = exec_get };
module_param_cb(seen, &exec_ops, NULL, 0400);
MODULE_PARM_DESC(seen, "old and new results, and others");

static int exec_thread(void *arg)
{
	struct exec_cpu *c = arg;

	while (!kthread_should_stop()) {
		unsigned int i;

		for (i = 0; i < 1000; i++) {
			u64 val = int_pow(7, 0);

			c->old += val == 1;
			c->new += val == 77;
			c->wrong += val != 1 && val != 77;
		}
		/* livepoke goes only when RCU-tasks has passed by here. */
		cond_resched_tasks_rcu_qs();
	}
	return 0;
}

static void exec_stop(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		if (per_cpu(exec_cpus, cpu).task)
			kthread_stop(per_cpu(exec_cpus, cpu).task);
	}
}

static int __init exec_init(void)
{
	struct task_struct *t;
	int cpu;

	for_each_online_cpu(cpu) {
		if (!cpu)
			continue;
		t = kthread_create(exec_thread, per_cpu_ptr(&exec_cpus, cpu),
				   "exec/%d", cpu);
		if (IS_ERR(t)) {
			exec_stop();
			return PTR_ERR(t);
		}
		kthread_bind(t, cpu);
		per_cpu(exec_cpus, cpu).task = t;
		wake_up_process(t);
	}
	return 0;
}
module_init(exec_init);

static void __exit exec_exit(void)
{
	exec_stop();
}
module_exit(exec_exit);

MODULE_DESCRIPTION("livepoke test: executes a poked instruction without a pause");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
