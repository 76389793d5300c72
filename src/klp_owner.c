// SPDX-License-Identifier: GPL-2.0
/*
 * Naming the ftrace user that owns a function already.
 *
 * Only for messages: the lists are read without their owners' locks, under
 * RCU, and whatever cannot be found is called unknown.
 */
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include "compat/compat.h"
#include "kernel_syms.h"
#include "klp_owner.h"

#ifdef CONFIG_LIVEPATCH
#include <linux/livepatch.h>

static bool lp_kernel_patch_has(struct klp_patch *patch, unsigned long addr)
{
	struct klp_object *obj;
	struct klp_func *func;

	klp_for_each_object(patch, obj) {
		klp_for_each_func(obj, func) {
			if ((unsigned long)func->old_func == addr)
				return true;
		}
	}
	return false;
}

/* The kernel's own livepatch that patches @addr, if it can be found. */
static const char *lp_kernel_patch_name(unsigned long addr)
{
	struct klp_patch *patch;
	const char *name = NULL;

	if (!lp_kdata(klp_patches) || !lp_kdata(klp_mutex))
		return NULL;
	mutex_lock(lp_kdata(klp_mutex));
	list_for_each_entry(patch, lp_kdata(klp_patches), list) {
		if (lp_kernel_patch_has(patch, addr))
			name = patch->mod->name;
	}
	mutex_unlock(lp_kdata(klp_mutex));
	return name;
}
#else
static const char *lp_kernel_patch_name(unsigned long addr)
{
	return NULL;
}
#endif

/* The callback of the ftrace user that may change the IP at @addr. */
static void *lp_modifier_of(unsigned long addr)
{
	unsigned long ip = addr;
	struct ftrace_ops *ops;
	void *func = NULL;

	if (!lp_kdata(ftrace_ops_list) || !lp_k_has(ftrace_ops_test))
		return NULL;
	if (lp_k_has(ftrace_location))
		ip = lp_k(ftrace_location)(addr);
	preempt_disable();
	/* The list ends with a stub that modifies nothing. */
	for (ops = READ_ONCE(*lp_kdata(ftrace_ops_list)); ops;
	     ops = rcu_dereference_raw(ops->next)) {
		/* Users that save registers match only if there are any. */
		if (ops->flags & FTRACE_OPS_FL_IPMODIFY &&
		    lp_k(ftrace_ops_test)(ops, ip, ops))
			func = ops->func;
	}
	preempt_enable();
	return func;
}

/**
 * lp_name_owner() - describe who redirects a function
 * @addr:	entry of the function
 * @owner:	receives the description
 *
 * Context: process context, sleeps.
 */
void lp_name_owner(unsigned long addr, char owner[LP_OWNER_LEN])
{
	const char *patch = lp_kernel_patch_name(addr);
	void *func = lp_modifier_of(addr);

	if (patch && func)
		snprintf(owner, LP_OWNER_LEN, "kernel livepatch '%s' (%ps)", patch, func);
	else if (patch)
		snprintf(owner, LP_OWNER_LEN, "kernel livepatch '%s'", patch);
	else if (func)
		snprintf(owner, LP_OWNER_LEN, "ftrace user %ps", func);
	else
		snprintf(owner, LP_OWNER_LEN, "unknown ftrace user");
}
