// SPDX-License-Identifier: GPL-2.0
/*
 * The patch store:
 *   /var/lib/livepoke/patches/RELEASE/NAME.ko
 *   /var/lib/livepoke/accepted		"patch NAME", "block FUNCTION VALUE"
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

/* The lines of the list of what is brought back at boot, in order. */
struct lp_list lp_accepted(void)
{
	char *path = lp_path(LP_STORE "/accepted"), *text;
	struct lp_list lines = { 0 };

	if (!lp_read(path, &text)) {
		lines = lp_split(text, "\n");
		free(text);
	}
	free(path);
	return lines;
}

/* 0 or a negative errno */
int lp_set_accepted(const struct lp_list *lines)
{
	char *dir = lp_path(LP_STORE), *path = lp_path(LP_STORE "/accepted");
	char *joined = lp_list_join(lines, "\n");
	char *text = lp_format("%s%s", joined, lines->count ? "\n" : "");
	int ret = lp_make_dirs(dir);

	if (!ret)
		ret = lp_replace_file(path, text);
	free(text);
	free(joined);
	free(path);
	free(dir);
	return ret;
}

bool lp_is_accepted(const struct lp_list *lines, const char *name)
{
	char *line = lp_format("patch %s", name);
	bool found = lp_list_has(lines, line);

	free(line);
	return found;
}
