// SPDX-License-Identifier: GPL-2.0
/*
 * A patch of lp_test_ground2 that uses symbols of that module.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <livepoke/livepatch.h>
#include <livepoke/symbols.h>

#define LP_BIND_OBJECT	"lp_test_ground2"

static bool missing;
module_param(missing, bool, 0444);
MODULE_PARM_DESC(missing, "also ask for a symbol that the module does not have");

LP_SYMBOL_FUNC(lp_ground_b, int, (void));
LP_SYMBOL_DATA(lp_ground_numbers, int);
LP_SYMBOL_DATA(lp_no_such_variable, int);

static struct lp_symbol symbols[] = {
	LP_BIND_FUNC(LP_BIND_OBJECT, lp_ground_b, 1),
	LP_BIND_DATA(LP_BIND_OBJECT, lp_ground_numbers, 0),
	{ }, { }
};

static const struct lp_symbol wrong =
	LP_BIND_DATA(LP_BIND_OBJECT, lp_no_such_variable, 0);

static int bound_get(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%d\n", !!LP_VAR(lp_ground_numbers));
}

static const struct kernel_param_ops bound_ops = { .get = bound_get };
module_param_cb(bound, &bound_ops, NULL, 0444);
MODULE_PARM_DESC(bound, "whether the symbols of the module are bound");

/* 203: a hundred times what is called, and what is read */
static int lp_bind_new(void)
{
	return 100 * LP_CALL(lp_ground_b)() + LP_VAR(lp_ground_numbers)[2];
}

static struct lp_func funcs[] = {
	{ .old_name = "lp_ground_a", .new_func = lp_bind_new }, { }
};

static void lp_bind_post_unpatch(struct lp_object *obj)
{
	pr_info("%s: post_unpatch: bound %d\n", KBUILD_MODNAME, !!LP_VAR(lp_ground_numbers));
}

static struct lp_object objs[] = {
	{
		.name = LP_BIND_OBJECT, .funcs = funcs,
		.callbacks.post_unpatch = lp_bind_post_unpatch,
	}, { }
};

static struct lp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.symbols = symbols,
};

static int __init lp_bind_init(void)
{
	if (missing)
		symbols[2] = wrong;
	return lp_enable_patch(&patch);
}

static void __exit lp_bind_exit(void)
{
}

module_init(lp_bind_init);
module_exit(lp_bind_exit);
MODULE_DESCRIPTION("livepoke test: patch that uses symbols of what it patches");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
