// SPDX-License-Identifier: GPL-2.0
/*
 * What can be said about this system.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include "file.h"
#include "module.h"
#include "system.h"

/* none, integrity or confidentiality; "none" without the lockdown LSM */
char *lp_lockdown(void)
{
	char *path = lp_path("/sys/kernel/security/lockdown");
	char *line = lp_read_line(path), *mode = NULL;
	const char *start = line ? strchr(line, '[') : NULL;

	if (start)
		mode = lp_format("%.*s", (int)strcspn(start + 1, "]"), start + 1);
	free(line);
	free(path);
	return mode ? mode : lp_copy("none");
}

/* Version of the livepoke.ko that modprobe would load; NULL if none */
char *lp_installed_version(void)
{
	char *file = lp_find_module_file("livepoke"), *version = NULL;

	if (file)
		version = lp_module_file_value(file, "version");
	free(file);
	return version;
}

unsigned long lp_taint(void)
{
	char *path = lp_path("/proc/sys/kernel/tainted");
	char *line = lp_read_line(path);
	unsigned long taint = line ? strtoul(line, NULL, 10) : 0;

	free(line);
	free(path);
	return taint;
}

/* The bits of Documentation/admin-guide/tainted-kernels.rst */
char *lp_taint_words(unsigned long taint)
{
	static const char *const words[] = {
		"proprietary module", "forced module load", "kernel out of specification",
		"forced module unload", "machine check", "bad page", "user request",
		"oops", "ACPI table overridden", "warning", "staging driver",
		"firmware workaround", "out-of-tree module", "unsigned module",
		"soft lockup", "live patch", "auxiliary", "struct randomization",
		"in-kernel test",
	};
	struct lp_list list = { 0 };
	char *joined;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (taint & (1UL << i))
			lp_list_add(&list, lp_copy(words[i]));
	}
	joined = lp_list_join(&list, ", ");
	lp_list_free(&list);
	return joined;
}

/* A kernel's configuration; NULL if it is nowhere to be found */
char *lp_kernel_config(const char *release)
{
	static const char *const places[] = {
		"/boot/config-%s", "/lib/modules/%s/config",
		"/lib/modules/%s/build/.config", NULL
	};
	char *path, *pattern, *config = NULL;
	int i;

	path = lp_path("/proc/config.gz");
	if (!strcmp(release, lp_kernel_release()))
		lp_read(path, &config);
	free(path);
	for (i = 0; places[i] && !config; i++) {
		pattern = lp_format("%.*s%s%s", (int)(strstr(places[i], "%s") - places[i]),
				    places[i], release, strstr(places[i], "%s") + 2);
		path = lp_path("%s", pattern);
		lp_read(path, &config);
		free(path);
		free(pattern);
	}
	return config;
}

/* y, m or n */
char lp_config_value(const char *config, const char *option)
{
	size_t length = strlen(option);
	const char *line = config;

	while (line && *line) {
		if (!strncmp(line, option, length) && line[length] == '=')
			return line[length + 1];
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return 'n';
}

bool lp_on_command_line(const char *word)
{
	char *path = lp_path("/proc/cmdline"), *line = lp_read_line(path);
	struct lp_list words = lp_split(line ? line : "", " ");
	bool there = lp_list_has(&words, word);

	lp_list_free(&words);
	free(line);
	free(path);
	return there;
}

bool lp_has_systemd(void)
{
	char *path = lp_path("/run/systemd/system");
	bool there = lp_is_dir(path);

	free(path);
	return there;
}
