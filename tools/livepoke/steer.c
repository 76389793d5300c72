// SPDX-License-Identifier: GPL-2.0
/*
 * Loading, enabling and disabling patches: one step each, without waiting.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "build_id.h"
#include "dkms.h"
#include "file.h"
#include "klog.h"
#include "module.h"
#include "msg.h"
#include "patch.h"
#include "steer.h"

static const char *lp_cure_for(int err)
{
	switch (err) {
	case EKEYREJECTED:
	case ENOKEY:
		return "sign it (livepoke sign FILE) with a key that this machine trusts";
	case EPERM:
		return "is loading of modules disabled or the kernel locked down? livepoke doctor tells";
	case EBUSY:
		return "livepoke status shows what is going on";
	case ENOEXEC:
		return "build it for this kernel (livepoke build DIR)";
	default:
		return NULL;
	}
}

static enum lp_exit lp_code_for(int err)
{
	if (err == EPERM || err == EACCES)
		return LP_DENIED;
	return err == ENOENT ? LP_NOT_FOUND : LP_FAILED;
}

/**
 * lp_refused() - fail with what the kernel says about it
 * @name:	the patch
 * @doing:	what was tried
 * @err:	the error
 * @log:	from lp_klog_open() before the request; closed
 *
 * Return: an exit status.
 */
int lp_refused(const char *name, const char *doing, int err, int log)
{
	char *reason = lp_klog_reason(log, name);
	int code = lp_code_for(err);

	if (reason && lp_starts(reason, "cannot "))
		lp_fail(code, err, NULL, "%s", reason);
	else if (reason)
		lp_fail(code, err, lp_cure_for(err), "cannot %s '%s': %s",
			doing, name, reason);
	else
		lp_fail(code, err, lp_cure_for(err), "cannot %s '%s'", doing,
			name);
	free(reason);
	return code;
}

/* A patch module depends on livepoke; anything else we leave alone. */
static int lp_check_depends(const char *file)
{
	char *depends = lp_module_file_value(file, "depends");
	struct lp_list list = lp_split(depends ? depends : "", ",");
	bool ours = lp_list_has(&list, "livepoke");

	lp_list_free(&list);
	if (!depends)
		return lp_fail(LP_FAILED, ENOEXEC, NULL,
			       "'%s' is no kernel module", file);
	free(depends);
	if (ours)
		return LP_OK;
	return lp_fail(LP_FAILED, 0, "modprobe loads other modules",
		       "'%s' is no live patch: it does not use livepoke", file);
}

static int lp_check_patch_file(const struct lp_source *source)
{
	if (!source->file)
		return lp_fail(LP_NOT_FOUND, ENOENT, "give its file",
			       "the file of '%s' is not known", source->name);
	return lp_check_depends(source->file);
}

/**
 * lp_find_patch_file() - find a patch whose file there is
 * @what:	a file, or the name of a patch
 * @source:	receives name and file; give it to lp_free_source() in any case
 *
 * Return: LP_OK, or an exit status after a message.
 */
int lp_find_patch_file(const char *what, struct lp_source *source)
{
	int ret = lp_find_source(what, source);

	return ret ?: lp_check_patch_file(source);
}

/* insmod knows nothing of what a patch needs besides livepoke. */
static int lp_insert_needed(const struct lp_source *source)
{
	char *depends = lp_module_file_value(source->file, "depends");
	struct lp_list names = lp_split(depends ? depends : "", ",");
	int ret = LP_OK, err;
	size_t i;

	for (i = 0; i < names.count && !ret; i++) {
		if (lp_module_loaded(names.item[i]))
			continue;
		err = lp_insert_by_name(names.item[i], NULL);
		if (err)
			ret = lp_fail(lp_code_for(-err), -err, "load that first (modprobe)",
				      "'%s' uses the module '%s', which cannot be loaded",
				      source->name, names.item[i]);
	}
	lp_list_free(&names);
	free(depends);
	return ret;
}

/**
 * lp_insert_livepoke() - load livepoke.ko unless it is there
 *
 * Return: LP_OK, or an exit status after a message.
 */
int lp_insert_livepoke(void)
{
	char *file, *reason, *cure;
	int log, ret;

	if (lp_module_running())
		return LP_OK;
	file = lp_find_module_file("livepoke");
	if (!file)
		return lp_fail(LP_NO_MODULE, ENOENT,
			       "install the package livepoke-dkms, or insmod livepoke.ko",
			       "livepoke.ko is not loaded and not installed for kernel %s",
			       lp_kernel_release());
	free(file);
	log = lp_klog_open();
	ret = lp_insert_by_name("livepoke", NULL);
	reason = lp_klog_reason(log, "livepoke");
	cure = ret == -EKEYREJECTED || ret == -ENOKEY ? lp_enrolment() :
		lp_copy("livepoke doctor tells more");
	if (ret)
		ret = lp_fail(LP_NO_MODULE, -ret, cure, "livepoke.ko cannot be loaded%s%s",
			      reason ? ": " : "", reason ? reason : "");
	free(cure);
	free(reason);
	return ret;
}

/**
 * lp_insert_patch() - load the module of a patch, which enables the patch
 * @source:	from lp_find_source()
 * @params:	module parameters
 *
 * Return: LP_OK, or an exit status after a message.
 */
int lp_insert_patch(const struct lp_source *source, const char *params)
{
	int ret = lp_check_patch_file(source), log;

	if (!ret)
		ret = lp_insert_livepoke() ?: lp_insert_needed(source);
	if (ret)
		return ret;
	log = lp_klog_open();
	ret = lp_insert_file(source->file, params);
	if (ret)
		return lp_refused(source->name, "load", -ret, log);
	free(lp_klog_reason(log, source->name));
	return LP_OK;
}

/**
 * lp_write_patch() - write to a patch's file in sysfs
 * @name:	the patch
 * @attribute:	the file
 * @value:	what to write
 * @doing:	what that means, for messages
 *
 * Return: LP_OK, or an exit status after a message.
 */
int lp_write_patch(const char *name, const char *attribute, const char *value,
		   const char *doing)
{
	char *path = lp_patch_path(name, attribute);
	int log = lp_klog_open();
	int ret = lp_write(path, value);

	free(path);
	if (ret)
		return lp_refused(name, doing, -ret, log);
	free(lp_klog_reason(log, name));
	return LP_OK;
}

/* Whether @name is in @list, which is freed. */
static bool lp_is_among(struct lp_list list, const char *name)
{
	bool found = lp_list_has(&list, name);

	lp_list_free(&list);
	return found;
}

/* LP_OK if a live patch of that name is loaded, else a message. */
int lp_check_is_patch(const char *name)
{
	if (lp_is_among(lp_patch_names(), name))
		return LP_OK;
	return lp_fail(LP_NOT_FOUND, ENOENT, "livepoke status lists them",
		       "no live patch '%s' is loaded", name);
}

/* What is removed must be a patch, and what comes instead as well. */
static int lp_check_again(const struct lp_source *source)
{
	if (!lp_is_among(lp_module_holders(), source->name))
		return lp_fail(LP_FAILED, EEXIST, "lsmod shows it; a patch needs another name",
			       "the module '%s' that is loaded is no live patch", source->name);
	return lp_check_patch_file(source);
}

/* A patch that was disabled comes back by loading its module again. */
static int lp_insert_again(const struct lp_source *source, const char *params)
{
	int ret = lp_check_again(source);

	if (ret)
		return ret;
	ret = lp_remove_module(source->name, 10);
	if (ret && ret != -ENOENT)
		return lp_fail(LP_FAILED, -ret, "is something else using it? see lsmod",
			       "cannot remove the disabled '%s'", source->name);
	return lp_insert_patch(source, params);
}

/* What is in force is what was asked for, not another build of that name. */
static int lp_check_build(const struct lp_source *source)
{
	char *cure;

	if (!source->file || !lp_is_other_build(source->name, source->file))
		return LP_OK;
	cure = lp_format("unload it first: livepoke unload %s", source->name);
	lp_fail(LP_FAILED, EEXIST, cure, "another build of '%s' than %s is loaded",
		source->name, source->file);
	free(cure);
	return LP_FAILED;
}

/* A patch that was asked for by its name is turned round whatever its build. */
static int lp_turn_round(const struct lp_source *source)
{
	int ret = source->by_name ? LP_OK : lp_check_build(source);

	return ret ?: lp_write_patch(source->name, "enabled", "1", "enable");
}

/**
 * lp_bring_up() - take the step that puts a patch in force
 * @source:	from lp_find_source()
 * @params:	module parameters
 *
 * Return: LP_OK, or an exit status after a message.
 */
int lp_bring_up(const struct lp_source *source, const char *params)
{
	switch (lp_patch_state(source->name)) {
	case LP_PATCHING:
	case LP_PATCHED:
		return lp_check_build(source);
	case LP_UNPATCHING:
		return lp_turn_round(source);
	case LP_DISABLED:
		return lp_insert_again(source, params);
	case LP_GONE:
		break;
	}
	return lp_insert_patch(source, params);
}
