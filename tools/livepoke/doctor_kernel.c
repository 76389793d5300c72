// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke doctor: does this kernel have what livepoke.ko needs?
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include "doctor.h"
#include "file.h"
#include "kallsyms.h"
#include "module.h"
#include "system.h"
#include "text.h"

/* Names that src/kernel_syms.h binds and cannot do without; generated */
static const char *const lp_needed_symbols[] = {
#include "needed_symbols.h"
	NULL
};

/* dkms.conf has the same list. */
static const char *const lp_needed_options[] = {
	"CONFIG_MODULES", "CONFIG_MODULE_UNLOAD", "CONFIG_KALLSYMS",
	"CONFIG_KPROBES", "CONFIG_SYSFS", "CONFIG_STACKTRACE",
	"CONFIG_FUNCTION_TRACER", "CONFIG_DYNAMIC_FTRACE", "CONFIG_UNWINDER_ORC",
	NULL
};

static void lp_check_version(struct lp_diagnosis *d)
{
	struct utsname uts;
	int major = 0, minor = 0;

	uname(&uts);
	if (sscanf(uts.release, "%d.%d", &major, &minor) != 2)
		major = 0;
	if (strcmp(uts.machine, "x86_64"))
		lp_find(d, LP_BAD, "livepoke runs on x86_64 only",
			"this machine is %s", uts.machine);
	else if (major < 5 || (major == 5 && minor < 10))
		lp_find(d, LP_BAD, "run kernel 5.10 or newer",
			"kernel %s is too old", uts.release);
	else
		lp_find(d, LP_GOOD, NULL, "kernel %s on x86_64", uts.release);
}

static void lp_check_config(struct lp_diagnosis *d)
{
	char *config = lp_kernel_config(lp_kernel_release());
	struct lp_list missing = { 0 };
	const char *const *option;
	char *names;

	if (!config) {
		lp_find(d, LP_WARN, "install the kernel's /boot/config file",
			"this kernel's configuration is not known");
		return;
	}
	for (option = lp_needed_options; *option; option++) {
		if (lp_config_value(config, *option) != 'y')
			lp_list_add(&missing, lp_copy(*option));
	}
	names = lp_list_join(&missing, " ");
	if (missing.count)
		lp_find(d, LP_BAD, "run a kernel that has them",
			"this kernel is built without %s", names);
	else
		lp_find(d, LP_GOOD, NULL, "the kernel's configuration has all that livepoke needs");
	free(names);
	lp_list_free(&missing);
	free(config);
}

static void lp_check_symbols(struct lp_diagnosis *d)
{
	struct lp_kallsyms *symbols = lp_kallsyms_read();
	struct lp_list missing = { 0 };
	const char *const *name;
	char *names;

	if (!symbols) {
		lp_find(d, LP_BAD, "CONFIG_KALLSYMS and /proc are needed",
			"/proc/kallsyms cannot be read");
		return;
	}
	for (name = lp_needed_symbols; *name; name++) {
		if (!lp_kallsyms_count(symbols, NULL, *name))
			lp_list_add(&missing, lp_copy(*name));
	}
	names = lp_list_join(&missing, " ");
	if (missing.count)
		lp_find(d, LP_BAD, "livepoke.ko says at load whether it can do without",
			"this kernel lacks the symbols %s", names);
	else
		lp_find(d, LP_GOOD, NULL, "the kernel has the symbols that livepoke binds");
	free(names);
	lp_list_free(&missing);
	lp_kallsyms_free(symbols);
}

void lp_doctor_ftrace(struct lp_diagnosis *d)
{
	char *path = lp_path("/proc/sys/kernel/ftrace_enabled");
	char *line = lp_read_line(path);

	if (line && !strcmp(line, "0"))
		lp_find(d, LP_BAD, "sysctl kernel.ftrace_enabled=1",
			"ftrace is switched off: no function can be redirected");
	else if (line)
		lp_find(d, LP_GOOD, NULL, "ftrace is on");
	free(line);
	free(path);
}

void lp_doctor_kernel(struct lp_diagnosis *d)
{
	lp_check_version(d);
	lp_check_config(d);
	lp_check_symbols(d);
	lp_doctor_ftrace(d);
}
