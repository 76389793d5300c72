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
MODULE_PARM_DESC(wrong, "what to ask for: null, empty, noobjs, nomod, replace, callbacks, states, twice");

static int second = 1;
module_param(second, int, 0444);
MODULE_PARM_DESC(second, "what a second lp_enable_patch() returned");

static int lp_any_new(void)
{
	return 40;
}

static int lp_any_pre_patch(struct lp_object *obj)
{
	return 0;
}

static struct lp_func funcs[2] = {
	{ .new_func = lp_any_new },
};

static struct lp_object objs[2] = {
	{ .funcs = funcs },
};

static struct lp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static bool lp_any_is(const char *what)
{
	return !strcmp(wrong, what);
}

static void lp_any_prepare(void)
{
	/* No engine looks behind the pointer before it refuses states. */
	static char states[64];

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
	if (lp_any_is("replace"))
		patch.replace = true;
	if (lp_any_is("callbacks"))
		objs[0].callbacks.pre_patch = lp_any_pre_patch;
	if (lp_any_is("states"))
		patch.states = (struct lp_state *)states;
}

static int __init lp_any_init(void)
{
	int ret;

	lp_any_prepare();
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
