// SPDX-License-Identifier: GPL-2.0
/*
 * Sample: direct calls that are retargeted while they run.
 *
 * A driver that chooses between implementations once in a while, but calls
 * them all the time, pays for a function pointer on every call. Here the
 * calls are direct; choosing rewrites them.
 *
 *	insmod poke_call.ko
 *	cat /sys/module/poke_call/parameters/compute	# 21: 1 + 20
 *	echo 1 > /sys/module/poke_call/parameters/multiply
 *	cat /sys/module/poke_call/parameters/compute	# 20: 1 * 20
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include <livepoke/poke.h>

static int add(int a, int b)
{
	return a + b;
}

static int mul(int a, int b)
{
	return a * b;
}

/* Names the call, gives it its prototype and its first implementation. */
DEFINE_POKE_CALL(combine, add);

/* Reading the parameter makes the call, in two places. */
static int compute_get(char *buf, const struct kernel_param *kp)
{
	int once = POKE_CALL(combine)(1, 20);
	int again = POKE_CALL(combine)(1, 20);

	return sprintf(buf, "%d\n", once == again ? once : -1);
}

static const struct kernel_param_ops compute_ops = {
	.get = compute_get,
};
module_param_cb(compute, &compute_ops, NULL, 0444);

static bool multiply;

/*
 * Both calls change at one moment. Who has made the first before it may make
 * the second after it: "compute" is -1 then.
 */
static int multiply_set(const char *val, const struct kernel_param *kp)
{
	bool want;
	int ret = kstrtobool(val, &want);

	if (!ret)
		ret = poke_call_update(combine, want ? mul : add);
	if (!ret)
		multiply = want;
	return ret;
}

static const struct kernel_param_ops multiply_ops = {
	.set = multiply_set,
	.get = param_get_bool,
};
module_param_cb(multiply, &multiply_ops, &multiply, 0644);

static int __init poke_call_sample_init(void)
{
	int calls = poke_call_register(&POKE_CALL_KEY(combine));

	if (calls < 0)
		return calls;
	pr_info("%d direct calls found\n", calls);
	return 0;
}
module_init(poke_call_sample_init);

static void __exit poke_call_sample_exit(void)
{
	poke_call_unregister(&POKE_CALL_KEY(combine));
}
module_exit(poke_call_sample_exit);

MODULE_DESCRIPTION("livepoke sample: calls that are retargeted");
MODULE_LICENSE("GPL");
