// SPDX-License-Identifier: GPL-2.0
/*
 * Modules that come and go while patches of them are registered.
 *
 * A module that is loading is patched before its init function runs; if that
 * fails, its loading is refused. A module that goes takes the redirections of
 * its functions with it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "compat/compat.h"
#include "klp_core.h"
#include "klp_module.h"
#include "klp_object.h"
#include "klp_patch.h"
#include "klp_resolve.h"
#include "klp_symbols.h"
#include "klp_transition.h"
#include "test_break.h"

/*
 * Modules that were announced to us and have not finished loading. Several
 * may load at once. Under lp_mutex.
 */
struct lp_coming {
	struct list_head list;
	struct module *mod;
};

static LIST_HEAD(lp_coming_modules);

static struct lp_coming *lp_find_coming(const struct module *mod)
{
	struct lp_coming *coming;

	list_for_each_entry(coming, &lp_coming_modules, list) {
		if (coming->mod == mod)
			return coming;
	}
	return NULL;
}

static bool lp_is_object_of(const struct lp_live_object *object,
			    const struct module *mod)
{
	return object->name && !strcmp(object->name, mod->name);
}

/* Whether the patch has found its functions in the module already. */
static bool lp_is_applied(struct lp_live_patch *live, const struct module *mod)
{
	struct lp_live_object *object;

	lp_for_each_live_object(live, object) {
		if (object->loaded && lp_is_object_of(object, mod))
			return true;
	}
	return false;
}

static bool lp_any_is_applied(const struct module *mod)
{
	struct lp_live_patch *live;

	list_for_each_entry(live, &lp_patches, list) {
		if (lp_is_applied(live, mod))
			return true;
	}
	return false;
}

/**
 * lp_patchable_module() - find a module that a patch can be applied to now
 * @name:	its name
 *
 * One that is loading but has not been announced will be patched then, or when
 * its init function has ended if livepoke came too late for the announcement.
 * The functions of one that goes are called until its exit function is over: a
 * patch may be on a stack there, and what replaces that patch must know.
 *
 * Context: process context; under lp_mutex, which keeps the module from going.
 * Return: the module, or NULL.
 */
struct module *lp_patchable_module(const char *name)
{
	struct module *mod = lp_find_module(name);

	if (mod && mod->state == MODULE_STATE_COMING && !lp_find_coming(mod))
		return NULL;
	if (mod && mod->state == MODULE_STATE_GOING &&
	    (!lp_any_is_applied(mod) || LP_BREAK(GOING_UNSEEN)))
		return NULL;
	return mod;
}

static void lp_revert_object(struct lp_live_object *object)
{
	/*
	 * The rest of a patch that is out already. An immediate one has not
	 * called back yet while its text is in use.
	 */
	if (!object->patched) {
		if (object->live == lp_transition_patch && !LP_BREAK(NO_GOING_CALLBACK))
			lp_post_unpatch(object);
		lp_forget_object(object);
		return;
	}
	if (object->live != lp_transition_patch && !LP_BREAK(NO_GOING_CALLBACK))
		lp_pre_unpatch(object);
	pr_notice("reverting patch '%s' on unloading module '%s'\n",
		  lp_patch_name(object->live), object->name);
	lp_unpatch_object(object);
	lp_post_unpatch(object);
	lp_forget_object(object);
}

static void lp_set_object_flags(struct lp_live_object *object)
{
	struct lp_version *version;

	lp_for_each_version(object, version)
		version->transition = object->live == lp_transition_patch;
}

static int lp_apply_object(struct lp_live_object *object)
{
	int ret = lp_resolve_object(object);

	if (ret) {
		pr_warn("failed to initialize patch '%s' for module '%s' (%d)\n",
			lp_patch_name(object->live), object->name, ret);
		return ret;
	}
	pr_notice("applying patch '%s' to loading module '%s'\n",
		  lp_patch_name(object->live), object->name);
	ret = lp_pre_patch(object);
	if (ret)
		goto forget;
	lp_set_object_flags(object);
	ret = object->live == lp_transition_patch ? lp_transition_ranges() : 0;
	if (!ret)
		ret = lp_patch_object(object);
	if (ret) {
		pr_warn("failed to apply patch '%s' to module '%s' (%d)\n",
			lp_patch_name(object->live), object->name, ret);
		lp_post_unpatch(object);
		goto forget;
	}
	if (object->live != lp_transition_patch)
		lp_post_patch(object);
	return 0;
forget:
	lp_forget_object(object);
	return ret;
}

/* Reverts what is applied to @mod. */
static void lp_revert_module(const struct module *mod)
{
	struct lp_live_object *object;
	struct lp_live_patch *live;

	list_for_each_entry(live, &lp_patches, list) {
		if (LP_BREAK(SYMBOLS_FIRST))
			lp_symbols_release(live->patch, mod);
		lp_for_each_live_object(live, object) {
			if (object->loaded && lp_is_object_of(object, mod))
				lp_revert_object(object);
		}
		/* The callbacks may have used them. */
		lp_symbols_release(live->patch, mod);
	}
	/* Another module may come where this one was; without memory, it blocks. */
	if (lp_transition_patch)
		lp_transition_ranges();
}

/* An immediate patch is out as soon as it is disabled. */
static bool lp_is_out(const struct lp_live_patch *live)
{
	return live->patch->immediate && !live->enabled && !LP_BREAK(OUT_APPLIES);
}

static int lp_apply_patch(struct lp_live_patch *live, const struct module *mod)
{
	struct lp_live_object *object;
	int ret;

	if (!lp_is_active(live) || lp_is_out(live))
		return 0;
	if (LP_BREAK(IGNORE_COMING))
		return 0;
	ret = lp_symbols_bind(live, mod);
	lp_for_each_live_object(live, object) {
		if (!ret && lp_is_object_of(object, mod))
			ret = lp_apply_object(object);
	}
	return ret;
}

static int lp_module_coming(struct module *mod)
{
	struct lp_coming *coming = kzalloc(sizeof(*coming), GFP_KERNEL);
	struct lp_live_patch *live;
	int ret = 0;

	if (!coming) {
		pr_err("no memory, refusing to load module '%s'\n", mod->name);
		return -ENOMEM;
	}
	coming->mod = mod;
	list_add(&coming->list, &lp_coming_modules);
	list_for_each_entry(live, &lp_patches, list) {
		ret = lp_apply_patch(live, mod);
		if (ret)
			break;
	}
	if (!ret)
		return 0;
	pr_warn("patch '%s' failed for module '%s', refusing to load module '%s'\n",
		lp_patch_name(live), mod->name, mod->name);
	lp_revert_module(mod);
	list_del(&coming->list);
	kfree(coming);
	return ret;
}

/* Loading is over, or the module goes: the announcement has served. */
static bool lp_module_arrived(struct module *mod)
{
	struct lp_coming *coming = lp_find_coming(mod);

	if (!coming)
		return false;
	list_del(&coming->list);
	kfree(coming);
	return true;
}

/*
 * A module that was running its init function when livepoke came was never
 * announced. It cannot be refused any more.
 */
static void lp_module_late(struct module *mod)
{
	struct lp_live_patch *live;

	list_for_each_entry(live, &lp_patches, list) {
		if (lp_is_applied(live, mod) || !lp_apply_patch(live, mod))
			continue;
		lp_symbols_release(live->patch, mod);
		pr_err("module '%s' runs without patch '%s': it was loading when livepoke came; unload it and load it again\n",
		       mod->name, lp_patch_name(live));
	}
}

static int lp_module_event(struct notifier_block *nb, unsigned long event,
			   void *data)
{
	struct module *mod = data;
	bool release = false;
	int ret = 0;

	mutex_lock(&lp_mutex);
	if (event == MODULE_STATE_COMING)
		ret = lp_module_coming(mod);
	else if (!lp_module_arrived(mod) && event == MODULE_STATE_LIVE &&
		 !LP_BREAK(IGNORE_LATE))
		lp_module_late(mod);
	if (event == MODULE_STATE_GOING)
		lp_revert_module(mod);
	/* Its text must not go under a redirection, not even an empty one. */
	if (ret || event == MODULE_STATE_GOING)
		release = lp_has_targets(mod);
	mutex_unlock(&lp_mutex);
	if (release)
		lp_release_targets(mod);
	return notifier_from_errno(ret);
}

/* After everybody else has made the module ready, before its init runs. */
static struct notifier_block lp_module_nb = {
	.notifier_call = lp_module_event,
	.priority = -1,
};

int lp_module_init(void)
{
	return register_module_notifier(&lp_module_nb);
}

void lp_module_exit(void)
{
	struct lp_coming *coming, *next;

	unregister_module_notifier(&lp_module_nb);
	/* Modules that are still loading: nobody tells us any more. */
	list_for_each_entry_safe(coming, next, &lp_coming_modules, list)
		kfree(coming);
}
