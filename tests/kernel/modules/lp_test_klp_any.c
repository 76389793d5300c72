// SPDX-License-Identifier: GPL-2.0
/*
 * A patch made of module parameters, right or wrong.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <livepoke/livepatch.h>

static char *object = "";
module_param(object, charp, 0444);
MODULE_PARM_DESC(object, "module to patch, empty for the kernel");

static char *name = "";
module_param(name, charp, 0444);
MODULE_PARM_DESC(name, "function to replace");

static unsigned long sympos;
module_param(sympos, ulong, 0444);
MODULE_PARM_DESC(sympos, "which of several functions of that name");

static char *wrong = "";
module_param(wrong, charp, 0444);
MODULE_PARM_DESC(wrong, "what to do wrong: null, empty, noobjs, nomod, nofuncs, badobj, double, double1, object2, middle, abi, size, twice, prefails");

static int value = 40;
module_param(value, int, 0444);
MODULE_PARM_DESC(value, "what the replacement returns");

static bool replace;
module_param(replace, bool, 0444);
MODULE_PARM_DESC(replace, "replace all other patches");

static bool immediate;
module_param(immediate, bool, 0444);
MODULE_PARM_DESC(immediate, "skip the per-task phase");

static bool callbacks;
module_param(callbacks, bool, 0444);
MODULE_PARM_DESC(callbacks, "log the calls of all callbacks");

static int state;
module_param(state, int, 0444);
MODULE_PARM_DESC(state, "version of system state 7, 0: none");

static int second = 1;
module_param(second, int, 0444);
MODULE_PARM_DESC(second, "what a second lp_enable_patch() returned");

static int lp_any_new(void)
{
	return value;
}

static void lp_any_log(const char *what, struct lp_object *obj)
{
	pr_info("%s: %s %s\n", KBUILD_MODNAME, what, obj->name ?: "vmlinux");
}

static bool lp_any_is(const char *what)
{
	return !strcmp(wrong, what);
}

static int lp_any_pre_patch(struct lp_object *obj)
{
	lp_any_log("pre_patch", obj);
	return lp_any_is("prefails") ? -ENODEV : 0;
}

static void lp_any_post_patch(struct lp_object *obj)
{
	lp_any_log("post_patch", obj);
}

static void lp_any_pre_unpatch(struct lp_object *obj)
{
	lp_any_log("pre_unpatch", obj);
}

static void lp_any_post_unpatch(struct lp_object *obj)
{
	lp_any_log("post_unpatch", obj);
}

static const struct lp_callbacks lp_any_callbacks = {
	.pre_patch = lp_any_pre_patch,
	.post_patch = lp_any_post_patch,
	.pre_unpatch = lp_any_pre_unpatch,
	.post_unpatch = lp_any_post_unpatch,
};

static struct lp_func funcs[3] = {
	{ .new_func = lp_any_new },
};

static struct lp_object objs[3] = {
	{ .funcs = funcs },
};

static struct lp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static struct lp_state states[2] = {
	{ .id = 7 },
};

static void lp_any_prepare(void)
{
	if (*object)
		objs[0].name = object;
	funcs[0].old_name = name;
	funcs[0].old_sympos = sympos;
	if (lp_any_is("null"))
		funcs[0].new_func = NULL;
	if (lp_any_is("empty"))
		funcs[0].old_name = NULL;
	if (lp_any_is("noobjs"))
		patch.objs = NULL;
	if (lp_any_is("nomod"))
		patch.mod = NULL;
	if (lp_any_is("middle"))
		funcs[0].new_func += 1;
	if (lp_any_is("double"))
		funcs[1] = funcs[0];
	if (lp_any_is("double1")) {
		funcs[1] = funcs[0];
		funcs[1].old_sympos = 1;
	}
	if (lp_any_is("object2"))
		objs[1] = objs[0];
	if (lp_any_is("nofuncs"))
		objs[0].funcs = NULL;
	if (lp_any_is("badobj"))
		objs[0].name = "a_name_that_is_longer_than_the_name_of_any_module_can_be_in_this_kernel";
	patch.replace = replace;
	patch.immediate = immediate;
	if (callbacks || lp_any_is("prefails"))
		objs[0].callbacks = lp_any_callbacks;
	states[0].version = state;
	if (state)
		patch.states = states;
}

static int __init lp_any_init(void)
{
	int ret;

	lp_any_prepare();
	if (lp_any_is("abi"))
		return __lp_enable_patch(&patch, LP_LIVEPATCH_ABI + 1, sizeof(patch));
	if (lp_any_is("size"))
		return __lp_enable_patch(&patch, LP_LIVEPATCH_ABI, sizeof(patch) + 8);
	ret = lp_enable_patch(&patch);
	if (!ret && lp_any_is("twice"))
		second = lp_enable_patch(&patch);
	return ret;
}

static void __exit lp_any_exit(void)
{
}

module_init(lp_any_init);
module_exit(lp_any_exit);
MODULE_DESCRIPTION("livepoke test: patch made of parameters");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
