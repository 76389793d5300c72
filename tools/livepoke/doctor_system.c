// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke doctor: Secure Boot, conflicts, taint, versions, patches.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "build_id.h"
#include "dkms.h"
#include "doctor.h"
#include "file.h"
#include "module.h"
#include "patch.h"
#include "system.h"
#include "text.h"

#define LP_TAINT_BAD	((1UL << 1) | (1UL << 5) | (1UL << 7) | (1UL << 14))

/* What runs must be what patches were built against. */
static void lp_check_running(struct lp_diagnosis *d, const char *running, const char *installed)
{
	char *file = lp_find_module_file("livepoke");
	const char *cure = "unload all patches and livepoke, or reboot";

	if (strcmp(running, installed))
		lp_find(d, LP_WARN, cure,
			"livepoke.ko %s is running, but %s is installed: newly built patches will not load",
			running, installed);
	else if (file && lp_is_other_build("livepoke", file))
		lp_find(d, LP_WARN, cure,
			"livepoke.ko %s is running, but another build of it is installed: newly built patches may not load",
			running);
	free(file);
}

static void lp_check_module(struct lp_diagnosis *d)
{
	char *running = lp_module_running_value("livepoke", "version");
	char *installed = lp_installed_version();

	if (lp_module_running())
		lp_find(d, LP_GOOD, NULL, "livepoke.ko %s is loaded", running ? running : "");
	else if (installed)
		lp_find(d, LP_WARN, "modprobe livepoke",
			"livepoke.ko %s is installed but not loaded", installed);
	else
		lp_find(d, LP_BAD, "install the package livepoke-dkms (and linux-headers for this kernel)",
			"livepoke.ko is neither loaded nor installed for kernel %s",
			lp_kernel_release());
	if (running && installed)
		lp_check_running(d, running, installed);
	free(running);
	free(installed);
}

static bool lp_secure_boot(void)
{
	char *path = lp_path("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
	FILE *file = fopen(path, "re");
	unsigned char value[5] = { 0 };
	size_t got = 0;

	if (file) {
		got = fread(value, 1, sizeof(value), file);
		fclose(file);
	}
	free(path);
	return got == sizeof(value) && value[4] == 1;
}

static void lp_find_signatures(struct lp_diagnosis *d)
{
	char *enrol = lp_enrolment();
	char *cure = lp_format("livepoke sign FILE, and once: %s", enrol);

	lp_find(d, LP_WARN, cure, "this kernel loads signed modules only");
	free(cure);
	free(enrol);
}

static void lp_check_lockdown(struct lp_diagnosis *d)
{
	char *mode = lp_lockdown();
	char *path = lp_path("/sys/module/module/parameters/sig_enforce");
	char *enforce = lp_read_line(path);
	bool signatures = strcmp(mode, "none") || (enforce && *enforce == 'Y');

	lp_find(d, LP_GOOD, NULL, "Secure Boot is %s, lockdown is %s",
		lp_secure_boot() ? "on" : "off", mode);
	if (signatures)
		lp_find_signatures(d);
	free(enforce);
	free(path);
	free(mode);
}

void lp_doctor_loading(struct lp_diagnosis *d)
{
	char *path = lp_path("/proc/sys/kernel/modules_disabled");
	char *line = lp_read_line(path);

	if (line && !strcmp(line, "1"))
		lp_find(d, LP_BAD, "reboot; nothing else switches it back (kernel.modules_disabled)",
			"loading of modules is disabled");
	free(line);
	free(path);
}

static void lp_check_conflicts(struct lp_diagnosis *d)
{
	static const char *const rivals[] = {
		"lkrg", "p_lkrg", "kpatch", "kgraft", "ksplice", "kcare", NULL
	};
	char *path = lp_path("/sys/kernel/livepatch");
	struct lp_list patches = lp_names_in(path);
	char *names = lp_list_join(&patches, " ");
	size_t before = d->count;
	const char *const *rival;

	for (rival = rivals; *rival; rival++) {
		if (lp_module_loaded(*rival))
			lp_find(d, LP_WARN, "unload one of the two",
				"the module %s is loaded, which guards or patches kernel text too",
				*rival);
	}
	if (patches.count)
		lp_find(d, LP_WARN, "a function that both patch is refused by name",
			"the kernel's own livepatch is active: %s", names);
	if (d->count == before)
		lp_find(d, LP_GOOD, NULL, "nothing else patches or guards the kernel");
	free(names);
	lp_list_free(&patches);
	free(path);
}

static void lp_check_taint(struct lp_diagnosis *d)
{
	unsigned long taint = lp_taint();
	char *words = lp_taint_words(taint);

	if (taint & LP_TAINT_BAD)
		lp_find(d, LP_WARN, "reboot before you trust a patch on it",
			"the kernel has been damaged or forced: %s", words);
	else
		lp_find(d, LP_GOOD, NULL, "taint: %s", *words ? words : "none");
	free(words);
}

static void lp_check_patches(struct lp_diagnosis *d)
{
	struct lp_lives lives = lp_read_patches();
	size_t i;

	for (i = 0; i < lives.count; i++) {
		const struct lp_live *live = &lives.item[i];
		const unsigned long long *us = lp_timing_of(live, "duration_us");
		char *cure = lp_format("livepoke blockers %s says why", live->name);

		if (lp_in_motion(live->state) && us && *us > 10000000)
			lp_find(d, LP_BAD, cure, "'%s' has been %s for %llu s",
				live->name, lp_state_name(live->state),
				*us / 1000000);
		free(cure);
	}
	lp_free_patches(&lives);
}

static void lp_check_headers(struct lp_diagnosis *d)
{
	char *path = lp_path("/lib/modules/%s/build/Makefile", lp_kernel_release());

	if (lp_exists(path))
		lp_find(d, LP_GOOD, NULL, "kernel headers are installed: patches can be built here");
	else
		lp_find(d, LP_WARN, "install linux-headers for this kernel (only to build patches)",
			"no kernel headers for %s", lp_kernel_release());
	free(path);
}

void lp_doctor_system(struct lp_diagnosis *d)
{
	lp_check_module(d);
	lp_check_lockdown(d);
	lp_doctor_loading(d);
	lp_check_conflicts(d);
	lp_check_taint(d);
	lp_check_headers(d);
	lp_check_patches(d);
}
