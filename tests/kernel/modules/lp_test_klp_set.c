// SPDX-License-Identifier: GPL-2.0
/*
 * A patch of any set of the functions of lp_test_ground and lp_test_ground2,
 * written as if for the kernel's own livepatch.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <klp-compat/linux/livepatch.h>
#include "ground.h"

static char *funcs = "";
module_param(funcs, charp, 0444);
MODULE_PARM_DESC(funcs, "letters of the functions of lp_test_ground, h for the one that sleeps, t for c by its other name");

static char *funcs2 = "";
module_param(funcs2, charp, 0444);
MODULE_PARM_DESC(funcs2, "the same of lp_test_ground2");

static int base = 10;
module_param(base, int, 0444);
MODULE_PARM_DESC(base, "what the replacements add to 1, 2, 3 and 4");

static bool replace;
module_param(replace, bool, 0444);
MODULE_PARM_DESC(replace, "replace all other patches");

static bool immediate;
module_param(immediate, bool, 0444);
MODULE_PARM_DESC(immediate, "skip the per-task phase, which only livepoke can");

static char *pre_fail = "";
module_param(pre_fail, charp, 0644);
MODULE_PARM_DESC(pre_fail, "object whose pre_patch callback returns -ENODEV");

static int state_ids[4], nr_states;
module_param_array(state_ids, int, &nr_states, 0444);
MODULE_PARM_DESC(state_ids, "system states");

static int state_versions[4];
module_param_array(state_versions, int, NULL, 0444);
MODULE_PARM_DESC(state_versions, "their versions");

static int lp_set_a(void)
{
	return base + 1;
}

static int lp_set_b(void)
{
	return base + 2;
}

static int lp_set_c(void)
{
	return base + 3;
}

static int lp_set_d(void)
{
	return base + 4;
}

static int lp_set_hold(void)
{
	lp_ground_pause();
	return 1;
}

static const struct klp_func all[] = {
	{ .old_name = "lp_ground_a", .new_func = lp_set_a },
	{ .old_name = "lp_ground_b", .new_func = lp_set_b },
	{ .old_name = "lp_ground_c", .new_func = lp_set_c },
	{ .old_name = "lp_ground_d", .new_func = lp_set_d },
};

static const struct klp_func hold = {
	.old_name = "lp_ground_hold", .new_func = lp_set_hold
};

static const struct klp_func twin = {
	.old_name = "lp_ground_twin", .new_func = lp_set_c
};

static struct klp_func ground_funcs[8], ground2_funcs[8];
static struct klp_state states[5];
static struct klp_patch patch;

/* The callbacks say what they find of earlier states. */
static void lp_set_log(const char *what, struct klp_object *obj)
{
	unsigned long id = states[0].id;
	struct klp_state *prev = id ? klp_get_prev_state(id) : NULL;

	pr_info("%s %s%s%u\n", what, obj->name, prev ? " after state " : " ",
		prev ? prev->version : 0);
}

static int lp_set_pre_patch(struct klp_object *obj)
{
	lp_set_log("pre_patch", obj);
	return strcmp(pre_fail, obj->name) ? 0 : -ENODEV;
}

static void lp_set_post_patch(struct klp_object *obj)
{
	lp_set_log("post_patch", obj);
}

static void lp_set_pre_unpatch(struct klp_object *obj)
{
	lp_set_log("pre_unpatch", obj);
}

static void lp_set_post_unpatch(struct klp_object *obj)
{
	lp_set_log("post_unpatch", obj);
}

#define LP_SET_CALLBACKS {						\
	.pre_patch = lp_set_pre_patch, .post_patch = lp_set_post_patch,	\
	.pre_unpatch = lp_set_pre_unpatch,				\
	.post_unpatch = lp_set_post_unpatch,				\
}

static struct klp_object objs[] = {
	{
		.name = "lp_test_ground", .funcs = ground_funcs,
		.callbacks = LP_SET_CALLBACKS,
	}, {
		.name = "lp_test_ground2", .funcs = ground2_funcs,
		.callbacks = LP_SET_CALLBACKS,
	}, { }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static void lp_set_choose(struct klp_func *to, const char *letters)
{
	for (; *letters; letters++) {
		if (*letters == 'h')
			*to++ = hold;
		else
			*to++ = *letters == 't' ? twin : all[*letters - 'a'];
	}
}

static int __init lp_set_init(void)
{
	int i;

	lp_set_choose(ground_funcs, funcs);
	lp_set_choose(ground2_funcs, funcs2);
	for (i = 0; i < nr_states; i++) {
		states[i].id = state_ids[i];
		states[i].version = state_versions[i];
	}
	if (nr_states)
		patch.states = states;
	patch.replace = replace;
	patch.immediate = immediate;
	return klp_enable_patch(&patch);
}

static void __exit lp_set_exit(void)
{
}

module_init(lp_set_init);
module_exit(lp_set_exit);
MODULE_INFO(livepatch, "Y");
MODULE_DESCRIPTION("livepoke test: patch of a set of functions");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
