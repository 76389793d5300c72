// SPDX-License-Identifier: GPL-2.0
/*
 * The patch store: /var/lib/livepoke/patches/RELEASE/NAME.ko
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include "file.h"
#include "module.h"
#include "store.h"

char *lp_store_dir(const char *release)
{
	return lp_path(LP_STORE "/patches/%s", release);
}

/* The stored file of a patch; NULL if there is none. */
char *lp_store_find(const char *name, const char *release)
{
	char *path = lp_path(LP_STORE "/patches/%s/%s.ko", release, name);

	if (lp_exists(path))
		return path;
	free(path);
	return NULL;
}

struct lp_list lp_store_names(const char *release)
{
	char *dir = lp_store_dir(release), *name;
	struct lp_list files = lp_names_in(dir), names = { 0 };
	size_t i;

	for (i = 0; i < files.count; i++) {
		name = lp_module_name_of_file(files.item[i]);
		if (name)
			lp_list_add(&names, name);
	}
	lp_list_free(&files);
	free(dir);
	return names;
}
