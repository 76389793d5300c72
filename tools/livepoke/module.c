// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel modules that are loaded, as the kernel shows them.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include "file.h"
#include "module.h"

bool lp_module_loaded(const char *name)
{
	char *path = lp_path("/sys/module/%s/initstate", name);
	char *state = lp_read_line(path);
	bool live = state && !strcmp(state, "live");

	free(state);
	free(path);
	return live;
}

bool lp_module_running(void)
{
	return lp_module_loaded("livepoke");
}

/* version or srcversion of a loaded module; NULL if it has none */
char *lp_module_running_value(const char *name, const char *key)
{
	char *path = lp_path("/sys/module/%s/%s", name, key);
	char *value = lp_read_line(path);

	free(path);
	return value;
}

/* Modules that use livepoke: the loaded patches. */
struct lp_list lp_module_holders(void)
{
	char *path = lp_path("/sys/module/livepoke/holders");
	struct lp_list names = lp_names_in(path);

	free(path);
	return names;
}

bool lp_valid_module_name(const char *name)
{
	return lp_is_word(name, "-", 55);
}

/**
 * lp_fold_name() - write the name of a module as the kernel shows it
 * @name:	with '-' or '_', which are one; changed. Of a block
 *		("block-MODULE:FUNCTION") it is the module's name
 */
void lp_fold_name(char *name)
{
	char *end = strchr(name, ':');

	if (lp_starts(name, "block-"))
		name += strlen("block-");
	else
		end = name + strlen(name);
	for (; end && name < end; name++) {
		if (*name == '-')
			*name = '_';
	}
}

/**
 * lp_module_name_of_file() - the name that a module file will have
 * @path:	name.ko, perhaps compressed
 *
 * Return: the name, or NULL if this is no name of a module file.
 */
char *lp_module_name_of_file(const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *end = strstr(base, ".ko");
	char *name;

	if (!end || end == base || !strchr(".", end[3]))
		return NULL;
	name = lp_format("%.*s", (int)(end - base), base);
	if (!lp_valid_module_name(name)) {
		free(name);
		return NULL;
	}
	lp_fold_name(name);
	return name;
}

const char *lp_kernel_release(void)
{
	static struct utsname uts;

	if (!*uts.release)
		uname(&uts);
	return uts.release;
}
