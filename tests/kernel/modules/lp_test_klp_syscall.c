// SPDX-License-Identifier: GPL-2.0
/*
 * A system call replaced by the macros of <linux/livepatch_helpers.h>, and
 * names that a patch may use of <linux/livepatch.h>, of whatever version.
 */
#include <linux/module.h>
#include <klp-compat/linux/livepatch_helpers.h>

/* No host is called "refused"; others are not called anything either. */
KLP_SYSCALL_DEFINE2(sethostname, char __user *, name, int, len)
{
	char word[8] = "";

	if (len != 7 || copy_from_user(word, name, 7))
		return -EPROTO;
	return strcmp(word, "refused") ? -EPROTO : -EKEYREJECTED;
}

static struct klp_func funcs[] = {
	{
		.old_name = "__x64_sys_sethostname",
		.new_func = __x64_sys_sethostname,
	}, { }
};

static struct klp_object objs[2];

static struct klp_state states[] = {
	{ .id = 0x4c50, .version = 1 }, { }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.states = states,
};

/* Objects and functions are those of the arrays, in their order. */
static int lp_syscall_count(void)
{
	struct klp_object *obj;
	struct klp_func *func;
	int n = 0;

	klp_for_each_object_static(&patch, obj)
		klp_for_each_func_static(obj, func)
			n++;
	klp_for_each_object(&patch, obj)
		klp_for_each_func(obj, func)
			n += 10;
	return n;
}

static int lp_syscall_pre_patch(struct klp_object *obj)
{
	klp_pre_patch_t self = lp_syscall_pre_patch;

	if (obj != objs || obj->callbacks.pre_patch != self || obj->mod ||
	    klp_get_state(&patch, 0x4c50) != states ||
	    klp_get_prev_state(0x4c50) || lp_syscall_count() != 11 ||
	    !klp_have_reliable_stack())
		return -EINVAL;
	return 0;
}

static int __init lp_syscall_init(void)
{
	BUILD_BUG_ON(KLP_TRANSITION_PATCHED != KLP_PATCHED);
	BUILD_BUG_ON(KLP_TRANSITION_UNPATCHED != KLP_UNPATCHED);
	BUILD_BUG_ON(KLP_TRANSITION_IDLE != KLP_UNDEFINED);
	objs[0].funcs = funcs;
	objs[0].callbacks.pre_patch = lp_syscall_pre_patch;
	return klp_enable_patch(&patch);
}

static void __exit lp_syscall_exit(void)
{
}

module_init(lp_syscall_init);
module_exit(lp_syscall_exit);
MODULE_INFO(livepatch, "Y");
MODULE_DESCRIPTION("livepoke test: patch of a system call");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
