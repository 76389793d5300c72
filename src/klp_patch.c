// SPDX-License-Identifier: GPL-2.0
/*
 * Redirection of functions: one ftrace_ops per patched function, and a stack
 * of versions per function.
 *
 * Locking: targets and their stacks change under lp_mutex; the ftrace handler
 * reads them inside a section. ftrace waits for RCU-tasks when a target is
 * removed; this happens under lp_release_mutex alone, since a thread that never
 * sleeps would else keep lp_mutex from everybody.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ftrace.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "compat/compat.h"
#include "kernel_syms.h"
#include "klp_owner.h"
#include "klp_patch.h"
#include "klp_refuse.h"
#include "klp_sync.h"
#include "klp_transition.h"
#include "test_break.h"
#include "test_points.h"
#include "test_record.h"

/**
 * struct lp_target - a patched function
 * @addr:	its entry
 * @top:	newest version; NULL lets callers run the original
 * @list:	in lp_targets
 * @ops:	the redirect
 */
struct lp_target {
	unsigned long addr;
	struct lp_version *top;
	struct list_head list;
	struct ftrace_ops ops;
};

static LIST_HEAD(lp_targets);

/* Targets that are being removed. */
static LIST_HEAD(lp_unused);

/*
 * One removal at a time: whoever gets it finds the earlier ones done. Outside
 * lp_mutex.
 */
static DEFINE_MUTEX(lp_release_mutex);

/*
 * A version that gives the original back hides all patches below it, but no
 * block, which is not replaced.
 */
static __always_inline struct lp_version *lp_look_through(struct lp_version *version)
{
	if (!version || version->new_func || LP_BREAK(NOP_LIFTS_BLOCK))
		return version;
	do {
		version = READ_ONCE(version->older);
	} while (version && !version->object->live->kind);
	return version;
}

/*
 * Chooses the code that the current task is to run, NULL for the original.
 *
 * During a transition of the newest version the task's universe decides.
 */
static __always_inline void *lp_choose(struct lp_target *target)
{
	struct lp_version *version = READ_ONCE(target->top);
	enum lp_universe universe;

	if (!version)
		return NULL;
	/*
	 * Read the stack before the transition flag of what is on it. Pairs
	 * with the smp_wmb() in lp_push_version().
	 */
	smp_rmb();
	if (unlikely(READ_ONCE(version->transition))) {
		universe = lp_current_universe();
		LP_RECORD(KLP_CHOICE, target->addr, 1 << 4 | universe);
		if (universe == LP_UNPATCHED)
			version = LP_BREAK(UNDER_IS_ORIGINAL) ? NULL : READ_ONCE(version->older);
	}
	version = lp_look_through(version);
	return version ? version->new_func : NULL;
}

/*
 * Runs at the entry of every patched function, in any context, NMI included,
 * and takes no recursion guard: one that skipped it would run the original
 * whatever the task's universe is.
 */
static void notrace lp_ftrace_handler(unsigned long ip, unsigned long parent_ip,
				      struct ftrace_ops *ops,
				      struct ftrace_regs *fregs)
{
	struct lp_target *target = container_of(ops, struct lp_target, ops);
	void *new_func;
	int section;

	preempt_disable_notrace();
	section = lp_section_enter();
	LP_POINT(KLP_HANDLER_ENTER);
	new_func = lp_choose(target);
#ifndef LP_BREAK_REDIRECT
	if (new_func && !LP_BREAK(NO_REDIRECT))
		lp_fregs_set_ip(fregs, (unsigned long)new_func);
#endif
	lp_section_leave(section);
	preempt_enable_notrace();
}

/* Where the handler is, for the stack check. */
void lp_handler_text(unsigned long *start, unsigned long *size)
{
	unsigned long offset;

	*start = (unsigned long)lp_ftrace_handler;
	if (!lp_k(kallsyms_lookup_size_offset)(*start, size, &offset))
		*size = PAGE_SIZE;
}

static struct lp_target *lp_find_target(unsigned long addr)
{
	struct lp_target *target;

	list_for_each_entry(target, &lp_targets, list) {
		if (target->addr == addr)
			return target;
	}
	return NULL;
}

static void lp_push_version(struct lp_target *target, struct lp_version *version)
{
	version->older = target->top;
	version->target = target;
	/*
	 * Whoever sees the version on the stack sees its transition flag and
	 * what the flag announces. Pairs with the smp_rmb() in lp_choose().
	 */
	smp_wmb();
	WRITE_ONCE(target->top, version);
}

static void lp_explain_refusal(struct lp_version *version, int err)
{
	char owner[LP_OWNER_LEN];

	/* Redirections are not to be reverted by a switch: ftrace says -EBUSY. */
	if (err == -EBUSY && lp_kdata(ftrace_enabled) && !*lp_kdata(ftrace_enabled)) {
		pr_err("function '%s' cannot be redirected: ftrace is switched off; set sysctl kernel.ftrace_enabled=1\n",
		       version->name);
		return;
	}
	if (err == -EBUSY) {
		lp_name_owner(version->old_addr, owner);
		lp_refuse("function '%s' is already redirected by %s; remove that first\n",
			  version->name, owner);
		return;
	}
	pr_err("failed to register ftrace handler for function '%s' (%d)\n",
	       version->name, err);
}

static int lp_target_register(struct lp_target *target,
			      struct lp_version *version)
{
	int ret;

	ret = ftrace_set_filter_ip(&target->ops, target->addr, 0, 0);
	if (ret == -ENOMEM) {
		lp_explain_refusal(version, ret);
		return ret;
	}
	if (ret) {
		lp_refuse("function '%s' cannot be redirected: it has no ftrace entry (inlined, notrace or assembler?) (%d)\n",
			  version->name, ret);
		return -EINVAL;
	}
	ret = register_ftrace_function(&target->ops);
	if (ret) {
		lp_explain_refusal(version, ret);
		ftrace_set_filter_ip(&target->ops, target->addr, 1, 0);
	}
	return ret;
}

/*
 * A redirection that could not be made. ftrace may have shown it to the
 * function that walks all of its users; when ftrace has broken down in the
 * middle (-ENODEV), the entry of the function may call us for ever.
 */
static void lp_drop_target(struct lp_target *target, int err)
{
	WRITE_ONCE(target->top, NULL);
	if (err == -ENODEV) {
		__module_get(THIS_MODULE);
		return;
	}
	synchronize_rcu();
	lp_synchronise();
	kfree(target);
}

static int lp_patch_function(struct lp_version *version)
{
	struct lp_target *target = lp_find_target(version->old_addr);
	int ret;

	/* One with another name of the same function is enough. */
	if (!version->old_addr)
		return 0;
	/* Another patch has it, or had it until lately. */
	if (target) {
		lp_push_version(target, version);
		return 0;
	}
	target = kzalloc(sizeof(*target), GFP_KERNEL);
	if (!target)
		return -ENOMEM;
	target->addr = version->old_addr;
	target->ops.func = lp_ftrace_handler;
	target->ops.flags = LP_FTRACE_OPS_FLAGS;
	lp_push_version(target, version);
	ret = lp_target_register(target, version);
	if (ret) {
		version->target = NULL;
		lp_drop_target(target, ret);
		return ret;
	}
	list_add(&target->list, &lp_targets);
	return 0;
}

static void lp_unpatch_function(struct lp_version *version)
{
	struct lp_version **link;

	if (!version->target)
		return;
	for (link = &version->target->top; *link != version;)
		link = &(*link)->older;
	WRITE_ONCE(*link, version->older);
	version->target = NULL;
}

/**
 * lp_patch_object() - put the redirections of an object in place
 * @object:	the object
 *
 * Context: process context, sleeps; under lp_mutex. The versions' transition
 * flags are set.
 * Return: 0, or an error after a message; no redirection is left then.
 */
int lp_patch_object(struct lp_live_object *object)
{
	struct lp_version *version;
	int ret;

	if (!object->loaded)
		return 0;
	lp_for_each_version(object, version) {
		ret = lp_patch_function(version);
		if (ret) {
			lp_unpatch_object(object);
			return ret;
		}
	}
	/* Who reads that it is patched may call any of the functions. */
	WRITE_ONCE(object->patched, true);
	return 0;
}

/**
 * lp_unpatch_object() - take the versions of an object off their stacks
 * @object:	the object
 *
 * New callers run what was below at once; the empty redirections remain until
 * lp_release_targets().
 *
 * Context: process context; under lp_mutex.
 */
void lp_unpatch_object(struct lp_live_object *object)
{
	struct lp_version *version;

	lp_for_each_version(object, version)
		lp_unpatch_function(version);
	WRITE_ONCE(object->patched, false);
}

/* The same for every object of a patch. */
void lp_unpatch_live(struct lp_live_patch *live)
{
	struct lp_live_object *object;

	lp_for_each_live_object(live, object)
		lp_unpatch_object(object);
}

/* Takes only those versions off that give the original back. */
void lp_unpatch_nops(struct lp_live_object *object)
{
	struct lp_version *version;

	lp_for_each_version(object, version) {
		if (lp_version_is_nop(version))
			lp_unpatch_function(version);
	}
}

static void lp_collect_unused(const struct module *mod)
{
	struct lp_target *target, *next;

	list_for_each_entry_safe(target, next, &lp_targets, list) {
		if (!target->top && (!mod || within_module(target->addr, mod)))
			list_move(&target->list, &lp_unused);
	}
}

/* Sleeps for the RCU-tasks grace periods of ftrace. */
static int lp_target_unregister(struct lp_target *target)
{
	bool locked = LP_BREAK(RELEASE_LOCKED);
	int ret;

	if (locked)
		mutex_lock(&lp_mutex);
	ret = unregister_ftrace_function(&target->ops);
	if (!ret)
		ftrace_set_filter_ip(&target->ops, target->addr, 1, 0);
	if (locked)
		mutex_unlock(&lp_mutex);
	return ret;
}

static void lp_remove_target(struct lp_target *target)
{
	int ret = lp_target_unregister(target);

	mutex_lock(&lp_mutex);
	/* What ftrace does not let go stays ours, and so we stay. */
	if (WARN_ON_ONCE(ret)) {
		list_move(&target->list, &lp_targets);
		__module_get(THIS_MODULE);
	} else {
		list_del(&target->list);
	}
	mutex_unlock(&lp_mutex);
	if (ret)
		return;
	lp_synchronise();
	kfree(target);
}

/**
 * lp_release_targets() - remove redirections that redirect nothing
 * @mod:	only those of functions of this module; NULL: all
 *
 * Nobody may be about to redirect one of these functions: patches are
 * registered and removed one at a time, and a module that goes is not patched.
 * What another call was removing already is gone on return, too.
 *
 * Context: process context, sleeps long; takes lp_mutex for moments.
 */
void lp_release_targets(const struct module *mod)
{
	struct lp_target *target, *next;

	mutex_lock(&lp_release_mutex);
	mutex_lock(&lp_mutex);
	lp_collect_unused(mod);
	mutex_unlock(&lp_mutex);
	/* Only the holder of lp_release_mutex changes this list. */
	list_for_each_entry_safe(target, next, &lp_unused, list)
		lp_remove_target(target);
	mutex_unlock(&lp_release_mutex);
}

static bool lp_any_within(const struct list_head *targets,
			  const struct module *mod)
{
	struct lp_target *target;

	list_for_each_entry(target, targets, list) {
		if (within_module(target->addr, mod))
			return true;
	}
	return false;
}

/**
 * lp_has_targets() - whether functions of a module have redirections
 * @mod:	the module
 *
 * Also those that redirect nothing, or are being removed.
 *
 * Context: process context; under lp_mutex.
 */
bool lp_has_targets(const struct module *mod)
{
	return lp_any_within(&lp_targets, mod) || lp_any_within(&lp_unused, mod);
}
