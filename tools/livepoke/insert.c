// SPDX-License-Identifier: GPL-2.0
/*
 * Inserting and removing modules, by libkmod.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "clock.h"
#include "file.h"
#include "module.h"
#include "msg.h"

static void lp_no_log(void *data, int priority, const char *file, int line,
		      const char *function, const char *format, va_list args)
{
	(void)data, (void)priority, (void)file, (void)line;
	(void)function, (void)format, (void)args;
}

static struct kmod_ctx *lp_kmod_in(const char *dir)
{
	struct kmod_ctx *ctx = kmod_new(dir, NULL);

	if (!ctx)
		lp_out_of_memory();
	/* The caller says what was wrong, in one line. */
	kmod_set_log_fn(ctx, lp_no_log, NULL);
	return ctx;
}

static struct kmod_ctx *lp_kmod(void)
{
	/* kmod knows best where a distribution has its modules. */
	char *dir = getenv("LIVEPOKE_ROOT") ?
		lp_path("/lib/modules/%s", lp_kernel_release()) : NULL;
	struct kmod_ctx *ctx = lp_kmod_in(dir);

	free(dir);
	return ctx;
}

/**
 * lp_insert_file() - insmod, with the options of modprobe.d
 * @path:	the module's file
 * @params:	its parameters; they come after those options
 *
 * Return: 0 or a negative errno.
 */
int lp_insert_file(const char *path, const char *params)
{
	struct kmod_ctx *ctx = lp_kmod();
	struct kmod_module *module;
	const char *options;
	char *all;
	int ret;

	ret = kmod_module_new_from_path(ctx, path, &module);
	if (!ret) {
		options = kmod_module_get_options(module);
		all = lp_format("%s %s", options ? options : "", params);
		ret = kmod_module_insert_module(module, 0, all);
		kmod_module_unref(module);
		free(all);
	}
	kmod_unref(ctx);
	return ret;
}

static struct kmod_module *lp_lookup(struct kmod_ctx *ctx, const char *name)
{
	struct kmod_list *list = NULL;
	struct kmod_module *module = NULL;

	if (!kmod_module_new_from_lookup(ctx, name, &list) && list)
		module = kmod_module_get_module(list);
	kmod_module_unref_list(list);
	return module;
}

/**
 * lp_insert_by_name() - modprobe
 * @name:	a module below /lib/modules
 * @params:	its parameters
 *
 * Return: 0 or a negative errno; -ENOENT if there is no such module.
 */
int lp_insert_by_name(const char *name, const char *params)
{
	struct kmod_ctx *ctx = lp_kmod();
	struct kmod_module *module = lp_lookup(ctx, name);
	int ret = -ENOENT;

	if (module) {
		ret = kmod_module_probe_insert_module(module, 0, params, NULL,
						      NULL, NULL);
		kmod_module_unref(module);
	}
	kmod_unref(ctx);
	return ret;
}

/**
 * lp_remove_module() - rmmod
 * @name:	the module
 * @patience:	seconds to try for while it is in use
 *
 * The last reference to a patch goes a moment after its directory.
 *
 * Return: 0 or a negative errno.
 */
int lp_remove_module(const char *name, double patience)
{
	struct kmod_ctx *ctx = lp_kmod();
	struct kmod_module *module;
	double end = lp_now() + patience;
	int ret;

	ret = kmod_module_new_from_name(ctx, name, &module);
	if (!ret) {
		do {
			ret = kmod_module_remove_module(module, O_NONBLOCK);
		} while (ret == -EAGAIN && lp_pause_until(end));
		kmod_module_unref(module);
	}
	kmod_unref(ctx);
	return ret;
}

/* The file that modprobe would load; NULL if there is none. */
char *lp_find_module_file(const char *name)
{
	struct kmod_ctx *ctx = lp_kmod();
	struct kmod_module *module = lp_lookup(ctx, name);
	const char *path;
	char *copy = NULL;

	if (module) {
		path = kmod_module_get_path(module);
		copy = path ? lp_copy(path) : NULL;
		kmod_module_unref(module);
	}
	kmod_unref(ctx);
	return copy;
}

/* Whether another kernel, with its modules in @dir, will find a module */
bool lp_has_module(const char *dir, const char *name)
{
	struct kmod_ctx *ctx = lp_kmod_in(dir);
	struct kmod_module *module = lp_lookup(ctx, name);

	if (module)
		kmod_module_unref(module);
	kmod_unref(ctx);
	return module;
}

/* What modprobe knows of a module, whether it is loaded or not */
enum lp_known lp_module_known(const char *name)
{
	struct kmod_ctx *ctx = lp_kmod();
	struct kmod_module *module = lp_lookup(ctx, name);
	enum lp_known known = LP_UNKNOWN;

	if (module) {
		known = kmod_module_get_initstate(module) == KMOD_MODULE_BUILTIN ?
			LP_BUILT_IN : LP_MODULE;
		kmod_module_unref(module);
	}
	kmod_unref(ctx);
	return known;
}

static char *lp_info_value(struct kmod_module *module, const char *key)
{
	struct kmod_list *info = NULL, *item;
	char *value = NULL;

	if (kmod_module_get_info(module, &info) < 0)
		return NULL;
	kmod_list_foreach(item, info) {
		if (!value && !strcmp(kmod_module_info_get_key(item), key))
			value = lp_copy(kmod_module_info_get_value(item));
	}
	kmod_module_info_free_list(info);
	return value;
}

/* modinfo -F key path; NULL if the file has none */
char *lp_module_file_value(const char *path, const char *key)
{
	struct kmod_ctx *ctx = lp_kmod();
	struct kmod_module *module;
	char *value = NULL;

	if (!kmod_module_new_from_path(ctx, path, &module)) {
		value = lp_info_value(module, key);
		kmod_module_unref(module);
	}
	kmod_unref(ctx);
	return value;
}
