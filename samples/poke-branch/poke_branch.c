// SPDX-License-Identifier: GPL-2.0
/*
 * Sample: branches that are switched while they run.
 *
 * Rarely needed code, statistics for instance, costs a load and a test each
 * time even when it is off. Here it costs a jump that is never taken;
 * switching it on rewrites the jump, at every place in one batch.
 *
 *	insmod poke_branch.ko
 *	cat /sys/module/poke_branch/parameters/work	# does it, counts nothing
 *	echo 1 > /sys/module/poke_branch/parameters/counting
 *	cat /sys/module/poke_branch/parameters/work	# counts 1
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include <livepoke/poke.h>

DEFINE_POKE_BRANCH(count_work);

static unsigned int worked;

static int work_get(char *buf, const struct kernel_param *kp)
{
	if (POKE_BRANCH(count_work))
		worked++;
	return sprintf(buf, "%u\n", worked);
}

static const struct kernel_param_ops work_ops = {
	.get = work_get,
};
module_param_cb(work, &work_ops, NULL, 0444);

static int counting_set(const char *val, const struct kernel_param *kp)
{
	bool on;
	int ret = kstrtobool(val, &on);

	return ret ? ret : poke_branch_set(&count_work, on);
}

static int counting_get(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%d\n", count_work.on);
}

static const struct kernel_param_ops counting_ops = {
	.set = counting_set,
	.get = counting_get,
};
module_param_cb(counting, &counting_ops, NULL, 0644);

static int __init poke_branch_sample_init(void)
{
	int uses = poke_branch_register(&count_work);

	if (uses < 0)
		return uses;
	pr_info("%d branches found\n", uses);
	return 0;
}
module_init(poke_branch_sample_init);

static void __exit poke_branch_sample_exit(void)
{
	poke_branch_unregister(&count_work);
}
module_exit(poke_branch_sample_exit);

MODULE_DESCRIPTION("livepoke sample: branches that are switched");
MODULE_LICENSE("GPL");
