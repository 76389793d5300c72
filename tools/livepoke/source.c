// SPDX-License-Identifier: GPL-2.0
/*
 * Finding the module of a patch by what the user typed: a file, or the name of
 * a patch in the patch store or below /lib/modules.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "file.h"
#include "module.h"
#include "msg.h"
#include "steer.h"
#include "store.h"

static bool lp_looks_like_file(const char *what)
{
	return strchr(what, '/') || strstr(what, ".ko");
}

/* A renamed file still holds a module of the old name. */
static void lp_prefer_inner_name(const char *file, struct lp_source *source)
{
	char *name = source->name ? lp_module_file_value(file, "name") : NULL;

	if (!name)
		return;
	if (!lp_valid_module_name(name)) {
		free(name);
		return;
	}
	free(source->name);
	source->name = name;
}

static int lp_file_source(const char *file, struct lp_source *source)
{
	struct stat st;

	if (stat(file, &st))
		return lp_fail(LP_NOT_FOUND, errno, NULL, "%s", file);
	source->name = lp_module_name_of_file(file);
	lp_prefer_inner_name(file, source);
	if (!S_ISREG(st.st_mode) || !source->name)
		return lp_fail(LP_USAGE, 0, "give a file NAME.ko, or the name of a patch",
			       "'%s' is no kernel module", file);
	source->file = lp_copy(file);
	return LP_OK;
}

/**
 * lp_find_source() - find a patch
 * @what:	a file, or the name of a patch
 * @source:	receives name and file; give it to lp_free_source() in any case
 *
 * Return: LP_OK, or an exit status after a message.
 */
int lp_find_source(const char *what, struct lp_source *source)
{
	source->name = NULL;
	source->file = NULL;
	source->by_name = !lp_looks_like_file(what);
	if (!source->by_name)
		return lp_file_source(what, source);
	if (!lp_valid_module_name(what))
		return lp_fail(LP_USAGE, 0, "give a file NAME.ko, or the name of a patch",
			       "'%s' is no name of a patch", what);
	source->name = lp_copy(what);
	lp_fold_name(source->name);
	source->file = lp_store_find(source->name, lp_kernel_release());
	if (!source->file)
		source->file = lp_find_module_file(source->name);
	if (source->file || lp_module_loaded(source->name))
		return LP_OK;
	return lp_fail(LP_NOT_FOUND, ENOENT,
		       "livepoke list shows the installed ones; or give the file",
		       "no patch '%s' for kernel %s", what, lp_kernel_release());
}

void lp_free_source(struct lp_source *source)
{
	free(source->name);
	free(source->file);
}
