// SPDX-License-Identifier: GPL-2.0
/*
 * A patch that uses symbols which the kernel does not export.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <livepoke/livepatch.h>
#include <livepoke/symbols.h>

static bool missing;
module_param(missing, bool, 0444);
MODULE_PARM_DESC(missing, "also ask for four symbols that cannot be bound");

LP_SYMBOL_FUNC(core_kernel_text, int, (unsigned long addr));
LP_SYMBOL_FUNC(lp_target_second_twin, int, (bool pause));
LP_SYMBOL_DATA(linux_banner, const char);
LP_SYMBOL_DATA(lp_no_such_variable, int);
LP_SYMBOL_FUNC(lp_no_such_function, void, (void));
LP_SYMBOL_FUNC(lp_target_twin, int, (void));

static struct lp_symbol symbols[] = {
	LP_BIND_FUNC(NULL, core_kernel_text, 0),
	LP_BIND_FUNC("lp_test_target", lp_target_second_twin, 0),
	LP_BIND_DATA(NULL, linux_banner, 0),
	{ }, { }, { }, { }, { }
};

static const struct lp_symbol wrong[] = {
	LP_BIND_FUNC(NULL, lp_no_such_function, 0),
	LP_BIND_DATA(NULL, lp_no_such_variable, 0),
	LP_BIND_FUNC("lp_test_target", lp_target_twin, 0),
	LP_BIND_FUNC("lp_test_target", lp_target_twin, 3),
};

/* 100 if the kernel's text is where it is, 20 for the banner, 2 for the twin */
static int lp_symbols_new(void)
{
	int ret = LP_CALL(lp_target_second_twin)(false);

	if (LP_CALL(core_kernel_text)((unsigned long)schedule) &&
	    !LP_CALL(core_kernel_text)((unsigned long)lp_symbols_new))
		ret += 100;
	if (*LP_VAR(linux_banner) == 'L')
		ret += 20;
	return ret;
}

static struct lp_func funcs[] = {
	{
		.old_name = "lp_target_twin",
		.new_func = lp_symbols_new,
		.old_sympos = 1,
	}, { }
};

static struct lp_object objs[] = {
	{ .name = "lp_test_target", .funcs = funcs }, { }
};

static struct lp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.symbols = symbols,
};

static int __init lp_symbols_init(void)
{
	if (missing)
		memcpy(&symbols[3], wrong, sizeof(wrong));
	return lp_enable_patch(&patch);
}

static void __exit lp_symbols_exit(void)
{
}

module_init(lp_symbols_init);
module_exit(lp_symbols_exit);
MODULE_DESCRIPTION("livepoke test: patch that uses unexported symbols");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
