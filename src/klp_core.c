// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of patches and their life cycle.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include "klp_control.h"
#include "klp_core.h"
#include "klp_foreign.h"
#include "klp_lockdown.h"
#include "klp_module.h"
#include "klp_object.h"
#include "klp_oops.h"
#include "klp_patch.h"
#include "klp_refuse.h"
#include "klp_resolve.h"
#include "klp_shadow.h"
#include "klp_state.h"
#include "klp_symbols.h"
#include "klp_sysfs.h"
#include "klp_transition.h"
#include "test_break.h"
#include "test_fault.h"

DEFINE_MUTEX(lp_mutex);
LIST_HEAD(lp_patches);

/* Removes finished patches, one at a time and outside lp_mutex. */
static struct workqueue_struct *lp_free_queue;

/*
 * Protects the names in sysfs: from the moment at which a patch leaves the
 * registry, or is refused, to the removal of its directory nobody else may
 * register that name, nor redirect the functions whose redirections go. Outside
 * lp_mutex; never taken by readers or writers of a patch's files, for whom the
 * removal waits.
 */
static DEFINE_MUTEX(lp_names_mutex);

static void lp_live_release(struct lp_live_patch *live)
{
	const struct lp_live_kind *kind = live->kind;
	struct lp_patch *patch = live->patch;

	lp_live_free(live);
	if (kind)
		kind->released(patch);
}

/*
 * The rest of a patch's removal, when nobody chooses its functions any more:
 * take the redirections out, wait for tasks that ftrace, an exiting task or a
 * preempted trampoline may still hold in its text, then let the module go.
 */
static void lp_free_work(struct work_struct *work)
{
	struct lp_live_patch *live = container_of(work, struct lp_live_patch, free_work);
	struct module *mod = live->patch->mod;

	mutex_lock(&lp_names_mutex);
	/* A thread that never sleeps holds this up. */
	lp_release_targets(NULL);
	synchronize_rcu_tasks();
	mutex_lock(&lp_mutex);
	/*
	 * Until now a module that fails to load takes its symbols back. Some
	 * task may still run in the text of a patch that was forced.
	 */
	if (!live->forced)
		lp_symbols_release(live->patch, NULL);
	list_del_rcu(&live->list);
	mutex_unlock(&lp_mutex);
	synchronize_rcu();
	lp_sysfs_remove(live);
	mutex_unlock(&lp_names_mutex);
	if (live->forced)
		return;
	lp_live_release(live);
	module_put(mod);
}

/* Every patch but @by is out. */
static void lp_retire_replaced(struct lp_live_patch *by)
{
	struct lp_live_patch *live;

	list_for_each_entry(live, &lp_patches, list) {
		if (live == by || live->kind || !live->enabled)
			continue;
		live->enabled = false;
		live->forced |= by->forced;
		queue_work(lp_free_queue, &live->free_work);
	}
}

/**
 * lp_patch_settled() - every task is where it belongs
 * @live:	the patch
 * @patched:	in the patched universe
 *
 * Context: process context, sleeps; under lp_mutex. The patch still counts as
 * in transition for its callbacks.
 */
void lp_patch_settled(struct lp_live_patch *live, bool patched)
{
	struct lp_live_object *object;

	lp_for_each_live_object(live, object) {
		if (!object->loaded)
			continue;
		if (patched)
			lp_post_patch(object);
		else
			lp_post_unpatch(object);
	}
	/* The callbacks have looked at their states. */
	if (patched && live->patch->replace)
		lp_retire_replaced(live);
}

/**
 * lp_patch_finished() - a transition of the patch is over
 * @live:	the patch
 *
 * Context: process context; under lp_mutex.
 */
void lp_patch_finished(struct lp_live_patch *live)
{
	if (!live->enabled)
		queue_work(lp_free_queue, &live->free_work);
}

static int lp_patch_objects(struct lp_live_patch *live)
{
	struct lp_live_object *object;
	int ret;

	lp_for_each_live_object(live, object) {
		if (!object->loaded)
			continue;
		ret = lp_pre_patch(object);
		if (ret)
			return ret;
		ret = lp_patch_object(object);
		if (!ret)
			continue;
		pr_warn("failed to patch object '%s'\n", lp_object_name(object));
		return ret;
	}
	return 0;
}

/* Redirects the functions and starts the transition; under lp_mutex. */
static int lp_enable(struct lp_live_patch *live)
{
	int ret;

	pr_notice("enabling patch '%s'\n", lp_patch_name(live));
	lp_warn_of_lkrg(live);
	ret = lp_transition_prepare(live, true);
	if (ret)
		return ret;
	ret = lp_patch_objects(live);
	if (ret) {
		pr_warn("failed to enable patch '%s'\n", lp_patch_name(live));
		lp_transition_cancel();
		return ret;
	}
	add_taint(TAINT_LIVEPATCH, LOCKDEP_STILL_OK);
	live->enabled = true;
	if (live->patch->immediate)
		lp_transition_skip();
	else
		lp_transition_begin();
	return 0;
}

static int lp_resolve_patch(struct lp_live_patch *live)
{
	struct lp_live_object *object;
	int ret;

	lp_for_each_live_object(live, object) {
		ret = lp_resolve_object(object);
		if (ret)
			return ret;
	}
	return 0;
}

/* The registered patch of that name, NULL if there is none. */
static struct lp_live_patch *lp_find_live(const char *name)
{
	struct lp_live_patch *live;

	list_for_each_entry(live, &lp_patches, list) {
		if (!strcmp(lp_patch_name(live), name))
			return live;
	}
	return NULL;
}

static int lp_may_register(const struct lp_patch *patch, const char *name)
{
	if (lp_find_live(name)) {
		lp_refuse("patch '%s' is enabled already\n", name);
		return -EBUSY;
	}
	if (lp_transition_patch) {
		lp_refuse("patch '%s' must wait: the transition of '%s' is running\n",
			  name, lp_patch_name(lp_transition_patch));
		return -EBUSY;
	}
	if (!lp_states_compatible(patch) && !LP_BREAK(ANY_STATE)) {
		pr_err("Livepatch patch (%s) is not compatible with the already installed livepatches.\n",
		       name);
		return -EINVAL;
	}
	return 0;
}

/* Enters the patch into the registry and enables it; under lp_mutex. */
static int lp_admit(struct lp_live_patch *live)
{
	int ret = lp_resolve_patch(live);

	if (!ret)
		ret = lp_symbols_bind(live, NULL);
	if (ret)
		return ret;
	ret = lp_sysfs_add(live);
	if (ret)
		goto release;
	list_add_tail_rcu(&live->list, &lp_patches);
	ret = lp_enable(live);
	if (!ret)
		return 0;
	list_del_rcu(&live->list);
release:
	lp_symbols_release(live->patch, NULL);
	return ret;
}

static int lp_check_abi(const struct lp_patch *patch, unsigned int abi,
			unsigned int size)
{
	if (abi == LP_LIVEPATCH_ABI && size == sizeof(*patch))
		return 0;
	pr_err("a patch built for ABI %u (%u bytes) was refused, this livepoke has ABI %u (%zu bytes); rebuild the patch\n",
	       abi, size, LP_LIVEPATCH_ABI, sizeof(*patch));
	return -EINVAL;
}

/* Drops a patch that could not be admitted; not under lp_mutex. */
static void lp_drop_refused(struct lp_live_patch *live)
{
	lp_release_targets(NULL);
	synchronize_rcu();
	if (live->kobj.ktype)
		lp_sysfs_remove(live);
	if (!LP_BREAK(FORGET_MEMORY))
		lp_live_free(live);
}

/*
 * Whoever writes to the control file holds no reference to livepoke, which may
 * be on its way out and waiting for the writer.
 */
static bool lp_hold_module(struct module *mod)
{
	if (LP_FAULT("module reference", -ENODEV))
		return false;
	return (try_module_get)(mod);
}

/**
 * lp_register_live() - register a patch and enable it
 * @patch:	checked
 * @name:	for sysfs and messages
 * @kind:	NULL for the patch of a module
 *
 * On success the patch holds a reference to its module until it is removed.
 *
 * Context: process context, sleeps; takes lp_mutex.
 * Return: see lp_enable_patch() in livepatch.h.
 */
int lp_register_live(struct lp_patch *patch, const char *name,
		     const struct lp_live_kind *kind)
{
	struct lp_live_patch *live = NULL;
	int ret;

	if (!lp_hold_module(patch->mod)) {
		lp_refuse("patch '%s' refused: module '%s' is being unloaded\n",
			  name, patch->mod->name);
		return -ENODEV;
	}
	/* A patch of that name that is out already goes first. */
	flush_workqueue(lp_free_queue);
	mutex_lock(&lp_names_mutex);
	mutex_lock(&lp_mutex);
	ret = lp_may_register(patch, name);
	if (!ret) {
		live = lp_live_alloc(patch, name, kind);
		ret = live ? 0 : -ENOMEM;
	}
	if (!ret) {
		INIT_WORK(&live->free_work, lp_free_work);
		ret = lp_admit(live);
	}
	mutex_unlock(&lp_mutex);
	if (ret == -ENOMEM)
		pr_err("patch '%s' refused: no memory\n", name);
	if (ret && live)
		lp_drop_refused(live);
	mutex_unlock(&lp_names_mutex);
	if (ret && !LP_BREAK(FORGET_MODULE))
		module_put(patch->mod);
	return ret;
}

/* See lp_enable_patch() in livepatch.h. */
int __lp_enable_patch(struct lp_patch *patch, unsigned int abi,
		      unsigned int size)
{
	int ret;

	ret = lp_check_abi(patch, abi, size);
	if (!ret)
		ret = lp_check_patch(patch);
	if (!ret)
		ret = lp_check_foreign(patch->mod);
	return ret ?: lp_register_live(patch, patch->mod->name, NULL);
}

static int lp_disable(struct lp_live_patch *live)
{
	struct lp_live_object *object;
	int ret;

	if (lp_transition_patch) {
		lp_refuse("patch '%s' must wait: the transition of '%s' is running\n",
			  lp_patch_name(live), lp_patch_name(lp_transition_patch));
		return -EBUSY;
	}
	ret = lp_transition_prepare(live, false);
	if (ret) {
		pr_err("patch '%s' stays enabled: no memory for its transition\n",
		       lp_patch_name(live));
		return ret;
	}
	lp_for_each_live_object(live, object) {
		if (object->patched)
			lp_pre_unpatch(object);
	}
	live->enabled = false;
	if (live->patch->immediate)
		lp_unpatch_live(live);
	lp_transition_begin();
	return 0;
}

/*
 * An immediate patch is out as soon as it is disabled; its transition only
 * waits until no task stands in its text any more.
 */
static int lp_reverse(struct lp_live_patch *live, bool enable)
{
	if (live->patch->immediate) {
		lp_refuse("patch '%s' is immediate: it is disabled already, only its text is still in use; see blockers\n",
			  lp_patch_name(live));
		return -EBUSY;
	}
	live->enabled = enable;
	lp_transition_reverse();
	return 0;
}

static int lp_change_enabled(struct lp_live_patch *live, bool enable)
{
	if (live->enabled == enable) {
		lp_refuse("patch '%s' is %s already\n", lp_patch_name(live),
			  enable ? "enabled" : "disabled");
		return -EINVAL;
	}
	if (live == lp_transition_patch)
		return lp_reverse(live, enable);
	if (!enable)
		return lp_disable(live);
	lp_refuse("patch '%s' is disabled for good; once it is gone, %s it again\n",
		  lp_patch_name(live), live->kind ? "engage" : "load");
	return -EINVAL;
}

/**
 * lp_set_enabled() - enable, disable or reverse
 * @live:	the patch
 * @enable:	what is wanted
 *
 * Context: process context, sleeps; takes lp_mutex.
 * Return: 0, or after a message: -EINVAL if that is so already, or if a
 * disabled patch is to be enabled again; -EBUSY if another transition is running.
 */
int lp_set_enabled(struct lp_live_patch *live, bool enable)
{
	int ret;

	mutex_lock(&lp_mutex);
	ret = lp_change_enabled(live, enable);
	mutex_unlock(&lp_mutex);
	return ret;
}

/*
 * The same for the patch of that name; -ENOENT if there is none, or only what
 * is left of a disabled one until it can be freed.
 */
int lp_set_enabled_by_name(const char *name, bool enable)
{
	struct lp_live_patch *live;
	int ret;

	mutex_lock(&lp_mutex);
	live = lp_find_live(name);
	if (live && lp_is_active(live))
		ret = lp_change_enabled(live, enable);
	else
		ret = -ENOENT;
	mutex_unlock(&lp_mutex);
	return ret;
}

/**
 * lp_force() - declare every task switched
 * @live:	the patch
 *
 * Its module can never be unloaded afterwards, nor those that it replaced.
 *
 * Context: process context, sleeps; takes lp_mutex.
 * Return: 0, or after a message -EINVAL if the patch is not in transition, or
 * -EPERM if the kernel is locked down.
 */
int lp_force(struct lp_live_patch *live)
{
	int ret = lp_check_lockdown("force");

	if (ret)
		return ret;
	ret = -EINVAL;
	mutex_lock(&lp_mutex);
	if (live == lp_transition_patch) {
		lp_transition_force();
		ret = 0;
	}
	mutex_unlock(&lp_mutex);
	if (ret)
		lp_refuse("patch '%s' is not in transition, nothing is to be forced\n",
			  lp_patch_name(live));
	return ret;
}

/* Whether the running transition is that of @live; a hint once it returns. */
bool lp_in_transition(struct lp_live_patch *live)
{
	return READ_ONCE(lp_transition_patch) == live;
}

/* Position among the patches that count, from 1; a higher one wins. */
unsigned int lp_stack_order(struct lp_live_patch *live)
{
	struct lp_live_patch *other;
	unsigned int order = 0;

	mutex_lock(&lp_mutex);
	list_for_each_entry(other, &lp_patches, list) {
		order += lp_is_active(other);
		if (other == live)
			break;
	}
	mutex_unlock(&lp_mutex);
	return order;
}

int lp_klp_init(void)
{
	int ret;

	lp_free_queue = alloc_workqueue("livepoke_free", WQ_UNBOUND, 1);
	if (!lp_free_queue)
		return -ENOMEM;
	ret = lp_sysfs_init();
	if (ret)
		goto err_queue;
	ret = lp_transition_init();
	if (ret)
		goto err_sysfs;
	ret = lp_oops_init();
	if (ret)
		goto err_transition;
	ret = lp_module_init();
	if (ret)
		goto err_oops;
	return 0;
err_oops:
	lp_oops_exit();
err_transition:
	lp_transition_exit();
err_sysfs:
	lp_sysfs_exit();
err_queue:
	destroy_workqueue(lp_free_queue);
	return ret;
}

void lp_klp_exit(void)
{
	lp_module_exit();
	lp_oops_exit();
	destroy_workqueue(lp_free_queue);
	lp_transition_exit();
	lp_sysfs_exit();
	lp_shadow_exit();
	tracepoint_synchronize_unregister();
	/* A callback or an IPI may be about to return from our text. */
	synchronize_rcu_tasks();
}
