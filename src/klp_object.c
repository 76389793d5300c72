// SPDX-License-Identifier: GPL-2.0
/*
 * Objects of a registered patch: how they are made, and the author's
 * callbacks around them.
 *
 * A patch that replaces all others (blocks are the administrator's and stay)
 * also gets a version that gives the
 * original back ("nop") for every function that only the others have.
 *
 * Everything here runs under lp_mutex.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "klp_object.h"
#include "klp_resolve.h"
#include "test_break.h"

static unsigned int lp_count_objects(const struct lp_patch *patch)
{
	const struct lp_object *obj = patch->objs;

	while (obj->funcs)
		obj++;
	return obj - patch->objs;
}

static unsigned int lp_count_funcs(const struct lp_object *obj)
{
	const struct lp_func *func = obj->funcs;

	while (func->old_name)
		func++;
	return func - obj->funcs;
}

static bool lp_same_object(const struct lp_live_object *object, const char *name)
{
	if (!object->name || !name)
		return object->name == name;
	return !strcmp(object->name, name);
}

static struct lp_live_object *lp_find_object(struct lp_live_patch *live,
					     const char *name)
{
	struct lp_live_object *object;

	lp_for_each_live_object(live, object) {
		if (lp_same_object(object, name))
			return object;
	}
	return NULL;
}

static bool lp_has_version(struct lp_live_object *object,
			   const struct lp_version *wanted)
{
	struct lp_version *version;

	lp_for_each_version(object, version) {
		if (!strcmp(version->name, wanted->name) &&
		    (version->sympos ?: 1) == (wanted->sympos ?: 1))
			return true;
	}
	return false;
}

/* Calls @fn for every function that a replacing patch takes over. */
static int lp_for_each_replaced(int (*fn)(struct lp_version *version, void *arg),
			       void *arg)
{
	struct lp_live_object *object;
	struct lp_live_patch *live;
	struct lp_version *version;
	int ret;

	list_for_each_entry(live, &lp_patches, list) {
		if (!live->enabled || live->kind)
			continue;
		lp_for_each_live_object(live, object) {
			lp_for_each_version(object, version) {
				ret = fn(version, arg);
				if (ret)
					return ret;
			}
		}
	}
	return 0;
}

static int lp_count_version(struct lp_version *version, void *arg)
{
	(*(unsigned int *)arg)++;
	return 0;
}

/* How many nops a patch can need at most. */
static unsigned int lp_max_nops(const struct lp_patch *patch)
{
	unsigned int nr = 0;

	if (patch->replace && !LP_BREAK(NO_NOPS))
		lp_for_each_replaced(lp_count_version, &nr);
	return nr;
}

static struct lp_live_object *lp_add_object(struct lp_live_patch *live,
					    const char *name,
					    unsigned int max_versions)
{
	struct lp_live_object *object = &live->objects[live->nr_objects++];

	object->live = live;
	object->versions = kvcalloc(max_versions ?: 1, sizeof(*object->versions),
				    GFP_KERNEL);
	object->name = name ? kstrdup(name, GFP_KERNEL) : NULL;
	if (!object->versions || (name && !object->name))
		return NULL;
	return object;
}

static int lp_add_version(struct lp_live_object *object, const char *name,
			  unsigned long sympos, void *new_func)
{
	struct lp_version *version = &object->versions[object->nr_versions];

	version->name = kstrdup(name, GFP_KERNEL);
	if (!version->name)
		return -ENOMEM;
	version->sympos = sympos;
	version->new_func = new_func;
	version->object = object;
	object->nr_versions++;
	return 0;
}

static int lp_add_declared(struct lp_live_patch *live, struct lp_object *obj,
			   unsigned int nops)
{
	struct lp_live_object *object;
	struct lp_func *func;
	int ret;

	object = lp_add_object(live, obj->name, lp_count_funcs(obj) + nops);
	if (!object)
		return -ENOMEM;
	object->obj = obj;
	for (func = obj->funcs; func->old_name; func++) {
		ret = lp_add_version(object, func->old_name, func->old_sympos,
				     func->new_func);
		if (ret)
			return ret;
	}
	return 0;
}

static int lp_add_nop(struct lp_version *version, void *arg)
{
	struct lp_live_patch *live = arg;
	struct lp_live_object *object;

	object = lp_find_object(live, version->object->name);
	if (!object)
		object = lp_add_object(live, version->object->name,
				       lp_max_nops(live->patch));
	if (!object)
		return -ENOMEM;
	if (lp_has_version(object, version))
		return 0;
	return lp_add_version(object, version->name, version->sympos, NULL);
}

static void lp_free_version(struct lp_version *version)
{
	lp_forget_colds(version);
	kfree(version->name);
}

static void lp_free_object(struct lp_live_object *object)
{
	struct lp_version *version;

	lp_for_each_version(object, version)
		lp_free_version(version);
	kvfree(object->versions);
	kfree(object->name);
}

/**
 * lp_discard_nops() - forget what gave originals back
 * @live:	a patch whose replacement of the others is complete
 *
 * What is left is what its author declared, which comes first everywhere: the
 * patch has no business with the other functions any more, nor with modules
 * that only the others patched.
 *
 * Context: process context; under lp_mutex. The nops are off their stacks, and
 * no handler looks at one.
 */
void lp_discard_nops(struct lp_live_patch *live)
{
	struct lp_live_object *object;

	if (LP_BREAK(KEEP_NOPS))
		return;
	while (live->nr_objects && !live->objects[live->nr_objects - 1].obj)
		lp_free_object(&live->objects[--live->nr_objects]);
	lp_for_each_live_object(live, object) {
		while (object->nr_versions &&
		       lp_version_is_nop(&object->versions[object->nr_versions - 1]))
			lp_free_version(&object->versions[--object->nr_versions]);
	}
}

/* Frees a patch that nobody uses any more. */
void lp_live_free(struct lp_live_patch *live)
{
	struct lp_live_object *object;

	lp_for_each_live_object(live, object)
		lp_free_object(object);
	kvfree(live->objects);
	kfree(live->name);
	kfree(live);
}

static int lp_fill_live(struct lp_live_patch *live)
{
	unsigned int i, nr = lp_count_objects(live->patch);
	unsigned int nops = lp_max_nops(live->patch);
	int ret;

	live->objects = kvcalloc(nr + nops + 1, sizeof(*live->objects),
				 GFP_KERNEL);
	if (!live->objects)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		ret = lp_add_declared(live, &live->patch->objs[i], nops);
		if (ret)
			return ret;
	}
	return nops ? lp_for_each_replaced(lp_add_nop, live) : 0;
}

/**
 * lp_live_alloc() - make the registered form of a patch
 * @patch:	as declared, checked
 * @name:	for sysfs and messages
 * @kind:	NULL for the patch of a module
 *
 * Context: process context, sleeps; under lp_mutex.
 * Return: the patch, NULL without memory.
 */
struct lp_live_patch *lp_live_alloc(struct lp_patch *patch, const char *name,
				    const struct lp_live_kind *kind)
{
	struct lp_live_patch *live = kzalloc(sizeof(*live), GFP_KERNEL);

	if (!live)
		return NULL;
	live->patch = patch;
	live->kind = kind;
	live->name = kstrdup(name, GFP_KERNEL);
	init_completion(&live->released);
	if (live->name && !lp_fill_live(live))
		return live;
	lp_live_free(live);
	return NULL;
}

/*
 * The callbacks' rules are those of kernel livepatch: pre_patch may refuse;
 * post_unpatch is called if and only if pre_patch was not or succeeded.
 */
int lp_pre_patch(struct lp_live_object *object)
{
	struct lp_object *obj = object->obj;
	int ret = 0;

	if (obj && obj->callbacks.pre_patch)
		ret = obj->callbacks.pre_patch(obj);
	object->post_unpatch_due = !ret;
	if (ret)
		pr_warn("pre-patch callback failed for object '%s'\n",
			lp_object_name(object));
	return LP_BREAK(IGNORE_PRE_PATCH) ? 0 : ret;
}

void lp_post_patch(struct lp_live_object *object)
{
	struct lp_object *obj = object->obj;

	if (obj && obj->callbacks.post_patch)
		obj->callbacks.post_patch(obj);
}

void lp_pre_unpatch(struct lp_live_object *object)
{
	struct lp_object *obj = object->obj;

	if (obj && obj->callbacks.pre_unpatch)
		obj->callbacks.pre_unpatch(obj);
}

void lp_post_unpatch(struct lp_live_object *object)
{
	struct lp_object *obj = object->obj;

	if (obj && object->post_unpatch_due && obj->callbacks.post_unpatch)
		obj->callbacks.post_unpatch(obj);
	object->post_unpatch_due = false;
}
