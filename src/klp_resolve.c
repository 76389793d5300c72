// SPDX-License-Identifier: GPL-2.0
/*
 * Checking what a patch declares, and finding the functions that it names.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "compat/compat.h"
#include "klp_exit_path.h"
#include "klp_patch.h"
#include "klp_resolve.h"

static int lp_unsupported(const struct lp_patch *patch, const char *what)
{
	pr_err("patch '%s' needs %s, which this version of livepoke does not support\n",
	       patch->mod->name, what);
	return -EOPNOTSUPP;
}

static bool lp_has_callbacks(const struct lp_callbacks *callbacks)
{
	return callbacks->pre_patch || callbacks->post_patch ||
	       callbacks->pre_unpatch || callbacks->post_unpatch;
}

static bool lp_func_twice(const struct lp_func *funcs, const struct lp_func *func)
{
	for (; funcs < func; funcs++) {
		if (!strcmp(funcs->old_name, func->old_name) &&
		    funcs->old_sympos == func->old_sympos)
			return true;
	}
	return false;
}

static int lp_check_func(const struct lp_patch *patch,
			 const struct lp_object *obj, const struct lp_func *func)
{
	const char *wrong = NULL;

	if (!func->old_name || !*func->old_name)
		wrong = "a function without a name";
	else if (!func->new_func)
		wrong = "no new_func";
	else if (lp_func_twice(obj->funcs, func))
		wrong = "two replacements";
	if (!wrong)
		return 0;
	pr_err("patch '%s' declares %s for '%s'\n", patch->mod->name, wrong,
	       func->old_name ?: "");
	return -EINVAL;
}

/* The last element has neither name nor function. */
static bool lp_func_ends(const struct lp_func *func)
{
	return !func->old_name && !func->new_func && !func->old_sympos;
}

static int lp_check_object(const struct lp_patch *patch,
			   const struct lp_object *obj)
{
	const struct lp_func *func;
	int ret;

	if (obj->name && (!*obj->name || strlen(obj->name) >= MODULE_NAME_LEN)) {
		pr_err("patch '%s' names an object that cannot be a module\n",
		       patch->mod->name);
		return -EINVAL;
	}
	if (lp_has_callbacks(&obj->callbacks))
		return lp_unsupported(patch, "callbacks");
	for (func = obj->funcs; !lp_func_ends(func); func++) {
		ret = lp_check_func(patch, obj, func);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * lp_check_patch() - refuse what is malformed or not supported
 * @patch:	as declared
 *
 * Return: 0, -EINVAL or -EOPNOTSUPP after a message.
 */
int lp_check_patch(const struct lp_patch *patch)
{
	const struct lp_object *obj;
	int ret;

	if (!patch || !patch->mod || !patch->objs) {
		pr_err("a patch without module or objects was refused\n");
		return -EINVAL;
	}
	if (patch->replace)
		return lp_unsupported(patch, "atomic replace");
	if (patch->states)
		return lp_unsupported(patch, "system states");
	for (obj = patch->objs; obj->funcs || obj->name; obj++) {
		if (!obj->funcs) {
			pr_err("patch '%s' declares no functions for object '%s'\n",
			       patch->mod->name, obj->name);
			return -EINVAL;
		}
		ret = lp_check_object(patch, obj);
		if (ret)
			return ret;
	}
	return 0;
}

static int lp_find_old(struct lp_version *version)
{
	struct lp_func *func = version->func;
	struct lp_symbol_found found;
	const char *object = lp_object_name(version->object);

	lp_find_symbol(version->object->obj->name, func->old_name,
		       func->old_sympos, &found);
	if (!found.count) {
		pr_err("symbol '%s' not found in symbol table of '%s'\n",
		       func->old_name, object);
		return -ENOENT;
	}
	if (!func->old_sympos && found.count > 1) {
		pr_err("unresolvable ambiguity for symbol '%s' in object '%s'; give old_sympos\n",
		       func->old_name, object);
		return -EINVAL;
	}
	if (func->old_sympos && found.count != func->old_sympos) {
		pr_err("symbol position %lu for symbol '%s' in object '%s' not found, there are %lu\n",
		       func->old_sympos, func->old_name, object, found.count);
		return -EINVAL;
	}
	version->old_addr = found.addr;
	return 0;
}

static int lp_size_of(unsigned long addr, unsigned long *size, const char *name)
{
	unsigned long offset;

	if (lp_k(kallsyms_lookup_size_offset)(addr, size, &offset) && !offset)
		return 0;
	pr_err("kallsyms size lookup failed for '%s'\n", name);
	return -EINVAL;
}

/*
 * Compilers move unlikely code of "name" to "name.cold". A task may sleep
 * there as well as in the function itself.
 */
static void lp_find_cold(const char *object, unsigned long addr,
			 unsigned long pos, struct lp_text *cold)
{
	char name[KSYM_SYMBOL_LEN + sizeof(".cold")];
	struct lp_symbol_found found;
	unsigned long offset;

	sprint_symbol_no_offset(name, addr);
	strcpy(name + strcspn(name, " "), ".cold");
	lp_find_symbol(object, name, pos, &found);
	if (!found.count ||
	    !lp_k(kallsyms_lookup_size_offset)(found.addr, &cold->size, &offset))
		return;
	cold->addr = found.addr;
}

static int lp_resolve_version(struct lp_version *version)
{
	struct lp_func *func = version->func;
	int ret;

	ret = lp_find_old(version);
	if (!ret)
		ret = lp_size_of(version->old_addr, &version->old_size,
				 func->old_name);
	if (!ret)
		ret = lp_size_of((unsigned long)func->new_func,
				 &version->new_size, "replacement");
	if (ret)
		return ret;
	lp_find_cold(version->object->obj->name, version->old_addr,
		     func->old_sympos, &version->old_cold);
	lp_find_cold(lp_patch_name(version->object->live),
		     (unsigned long)func->new_func, 0, &version->new_cold);
	if (!version->object->obj->name && lp_is_last_function(func->old_name)) {
		pr_err("function '%s' cannot be patched: tasks end or sleep in it, so no transition could complete\n",
		       func->old_name);
		return -EINVAL;
	}
	if (!version->object->obj->name && lp_on_exit_path(func->old_name))
		version->object->live->on_exit_path = true;
	if (lp_function_is_patched(version->old_addr)) {
		pr_err("function '%s' is patched already; a second patch of one function is not supported\n",
		       func->old_name);
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * lp_resolve_object() - find the functions of an object, pin its module
 * @object:	the object; its versions name their functions
 *
 * On success the object holds a reference to the module that it patches.
 *
 * Context: process context, sleeps; under lp_mutex.
 * Return: 0, or an error after a message.
 */
int lp_resolve_object(struct lp_live_object *object)
{
	struct lp_version *version;
	int ret;

	if (object->obj->name) {
		object->mod = lp_get_module(object->obj->name);
		if (!object->mod) {
			pr_err("module '%s' is not loaded; load it first, patching modules as they load is not supported\n",
			       object->obj->name);
			return -EOPNOTSUPP;
		}
	}
	lp_for_each_version(object, version) {
		ret = lp_resolve_version(version);
		if (ret)
			return ret;
	}
	return 0;
}
