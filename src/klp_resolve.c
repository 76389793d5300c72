// SPDX-License-Identifier: GPL-2.0
/*
 * Checking what a patch declares, and finding the functions that it names.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "compat/compat.h"
#include "klp_exit_path.h"
#include "klp_module.h"
#include "klp_patch.h"
#include "klp_refuse.h"
#include "klp_resolve.h"
#include "test_break.h"
#include "test_fault.h"

static int lp_unsupported(const struct lp_patch *patch, const char *what)
{
	pr_err("patch '%s' needs %s, which this version of livepoke does not support\n",
	       patch->mod->name, what);
	return -EOPNOTSUPP;
}

static bool lp_func_twice(const struct lp_func *funcs, const struct lp_func *func)
{
	for (; funcs < func; funcs++) {
		if (!strcmp(funcs->old_name, func->old_name) &&
		    (funcs->old_sympos ?: 1) == (func->old_sympos ?: 1))
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
	pr_err("patch '%s' declares %s for function '%s'\n", patch->mod->name, wrong,
	       func->old_name ?: "");
	return -EINVAL;
}

/* One of the same name comes before. */
static bool lp_object_twice(const struct lp_object *objs,
			    const struct lp_object *obj)
{
	for (; objs < obj; objs++) {
		if (!strcmp(objs->name ?: "vmlinux", obj->name ?: "vmlinux"))
			return true;
	}
	return false;
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
	if (lp_object_twice(patch->objs, obj)) {
		pr_err("patch '%s' declares object '%s' twice; put all its functions into one\n",
		       patch->mod->name, obj->name ?: "vmlinux");
		return -EINVAL;
	}
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
	if (patch->replace && patch->immediate)
		return lp_unsupported(patch, "atomic replace without the per-task phase");
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

/* How a position is given: by a patch's author, or by who blocks a function. */
static const char *lp_position_word(const struct lp_version *version)
{
	return version->object->live->kind ? "its position, FUNCTION,N" : "old_sympos";
}

static int lp_find_old(struct lp_version *version)
{
	const char *object = lp_object_name(version->object);
	struct lp_symbol_found found;

	lp_find_symbol(version->object->name, version->name, version->sympos,
		       &found);
	if (!found.count) {
		lp_refuse("symbol '%s' not found in symbol table of '%s'\n",
			  version->name, object);
		return -ENOENT;
	}
	if (!version->sympos && found.count > 1) {
		lp_refuse("unresolvable ambiguity for symbol '%s' in object '%s'; give %s\n",
			  version->name, object, lp_position_word(version));
		return -EINVAL;
	}
	if (version->sympos && found.count != version->sympos) {
		lp_refuse("symbol position %lu for symbol '%s' in object '%s' not found, there are %lu\n",
			  version->sympos, version->name, object, found.count);
		return -EINVAL;
	}
	version->old_addr = found.addr;
	return 0;
}

static int lp_size_of(unsigned long addr, unsigned long *size,
		      const char *name, const char *what)
{
	unsigned long offset;

	if (!LP_FAULT("kallsyms_lookup_size_offset", -ENOENT) &&
	    lp_k(kallsyms_lookup_size_offset)(addr, size, &offset) && !offset)
		return 0;
	pr_err("kallsyms size lookup failed for '%s'%s\n", name, what);
	return -ENOENT;
}

static int lp_add_text(struct lp_texts *texts, unsigned long addr)
{
	struct lp_text *text;
	unsigned long size, offset;

	if (!lp_k(kallsyms_lookup_size_offset)(addr, &size, &offset))
		return 0;
	text = kcalloc(texts->nr + 1, sizeof(*text), GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	if (texts->nr)
		memcpy(text, texts->text, texts->nr * sizeof(*text));
	kfree(texts->text);
	text[texts->nr++] = (struct lp_text){ addr, size };
	texts->text = text;
	return 0;
}

/*
 * Compilers move unlikely code of "name" to "name.cold". A task may sleep
 * there as well as in the function itself. Of several functions of one name
 * nothing tells whose part it is: not each has one. So all of them count.
 */
static int lp_find_colds_of(const char *object, unsigned long addr,
			    struct lp_texts *colds)
{
	char name[KSYM_SYMBOL_LEN + sizeof(".cold")];
	struct lp_symbol_found found;
	unsigned long pos = 1;
	int ret = 0;

	sprint_symbol_no_offset(name, addr);
	strcpy(name + strcspn(name, " "), ".cold");
	do {
		lp_find_symbol(object, name, pos, &found);
		if (found.count < pos++)
			break;
		ret = lp_add_text(colds, found.addr);
	} while (!ret);
	return ret;
}

static int lp_find_colds(struct lp_version *version)
{
	int ret;

	ret = lp_find_colds_of(version->object->name, version->old_addr,
			       &version->old_colds);
	if (ret || lp_version_is_nop(version))
		return ret;
	return lp_find_colds_of(version->object->live->patch->mod->name,
				(unsigned long)version->new_func,
				&version->new_colds);
}

/* Forgets the parts of a function that were found; under lp_mutex. */
void lp_forget_colds(struct lp_version *version)
{
	kfree(version->old_colds.text);
	kfree(version->new_colds.text);
	version->old_colds = version->new_colds = (struct lp_texts){};
}

static int lp_check_exit_path(struct lp_version *version)
{
	if (version->object->name)
		return 0;
	if (lp_is_last_function(version->name)) {
		pr_err("function '%s' cannot be patched: tasks end or sleep in it, so no transition could complete\n",
		       version->name);
		return -EINVAL;
	}
	if (!lp_on_exit_path(version->name))
		return 0;
	if (!LP_EXIT_IS_WAITED_FOR) {
		pr_err("function '%s' cannot be patched on this kernel: an exiting task may sleep in it and nothing can wait for that; patch what calls it, or what it calls\n",
		       version->name);
		return -EOPNOTSUPP;
	}
	version->object->live->on_exit_path = true;
	return 0;
}

/* Another version of the object before this one that is at the same address */
static struct lp_version *lp_find_alias(const struct lp_version *wanted)
{
	struct lp_version *version;

	for (version = wanted->object->versions; version < wanted; version++) {
		if (version->old_addr == wanted->old_addr)
			return version;
	}
	return NULL;
}

/*
 * A function can have several names. Of what the author declares each must be a
 * function of its own; giving back one that is replaced anyway is void.
 */
static int lp_check_alias(struct lp_version *version)
{
	struct lp_version *alias = lp_find_alias(version);

	if (!alias || LP_BREAK(ALIASES))
		return 0;
	if (lp_version_is_nop(version)) {
		version->old_addr = 0;
		return 0;
	}
	pr_err("patch '%s' declares two replacements for one function: '%s' and '%s' are the same\n",
	       lp_patch_name(version->object->live), alias->name, version->name);
	return -EINVAL;
}

static int lp_resolve_version(struct lp_version *version)
{
	int ret;

	ret = lp_find_old(version) ?: lp_check_alias(version);
	if (!ret && !version->old_addr)
		return 0;
	if (!ret)
		ret = lp_size_of(version->old_addr, &version->old_size,
				 version->name, "");
	if (!ret && !lp_version_is_nop(version))
		ret = lp_size_of((unsigned long)version->new_func,
				 &version->new_size, version->name, " replacement");
	if (!ret)
		ret = lp_check_exit_path(version);
	if (!ret && version->object->live->kind)
		ret = version->object->live->kind->check(version);
	if (!ret)
		ret = lp_find_colds(version);
	return ret;
}

/**
 * lp_forget_object() - forget what was found in a module that goes
 * @object:	the object
 *
 * Context: process context; under lp_mutex.
 */
void lp_forget_object(struct lp_live_object *object)
{
	struct lp_version *version;

	object->loaded = false;
	if (object->obj)
		object->obj->mod = NULL;
	lp_for_each_version(object, version) {
		version->old_addr = 0;
		version->old_size = 0;
		lp_forget_colds(version);
	}
}

/**
 * lp_resolve_object() - find the functions of an object
 * @object:	the object; its versions name their functions
 *
 * Context: process context, sleeps; under lp_mutex.
 * Return: 0, also if the object is a module that is not loaded; or an error
 * after a message.
 */
int lp_resolve_object(struct lp_live_object *object)
{
	struct lp_version *version;
	struct module *mod = NULL;
	int ret;

	if (object->name) {
		mod = lp_patchable_module(object->name);
		if (!mod)
			return 0;
	}
	lp_for_each_version(object, version) {
		ret = lp_resolve_version(version);
		if (ret) {
			lp_forget_object(object);
			return ret;
		}
	}
	object->loaded = true;
	if (object->obj)
		object->obj->mod = mod;
	return 0;
}
