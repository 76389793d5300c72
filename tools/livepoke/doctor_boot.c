// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke doctor: is what was accepted for boot in force?
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include "accepted.h"
#include "boot_guard.h"
#include "doctor.h"
#include "file.h"
#include "module.h"
#include "text.h"

static void lp_check_restore(struct lp_diagnosis *d)
{
	if (lp_boot_forbids())
		lp_find(d, LP_WARN, "boot without livepoke.enable=0",
			"the kernel command line forbids livepoke");
	if (lp_boot_skips())
		lp_find(d, LP_BAD, "when the cause is gone: livepoke came-up, then livepoke restore",
			"nothing was restored: the machine did not come up after the last %d restores",
			lp_boot_count());
}

static void lp_check_accepted(struct lp_diagnosis *d, const struct lp_list *lines)
{
	struct lp_list missing = lp_not_in_force(lines);
	char *cure;
	size_t i;

	for (i = 0; i < missing.count; i++) {
		cure = lp_format("livepoke restore says why; if that is meant: livepoke accept --revoke %s",
				 missing.item[i]);
		lp_find(d, LP_BAD, cure, "'%s' is accepted for boot, but not in force",
			missing.item[i]);
		free(cure);
	}
	if (lines->count && !missing.count)
		lp_find(d, LP_GOOD, NULL, "what was accepted for boot is in force");
	lp_list_free(&missing);
}

/* A kernel that was installed without its headers has no livepoke.ko. */
static void lp_check_kernel(struct lp_diagnosis *d, const char *release)
{
	char *dir = lp_path("/lib/modules/%s", release);
	char *kernel = lp_format("%s/kernel", dir);
	char *cure = lp_format("install its headers (linux-headers-%s): dkms then builds it, unless that kernel is too old", release);

	if (lp_exists(kernel) && !lp_has_module(dir, "livepoke"))
		lp_find(d, LP_WARN, cure,
			"kernel %s has no livepoke.ko: what was accepted does not come back when it is booted",
			release);
	free(cure);
	free(kernel);
	free(dir);
}

static void lp_check_other_kernels(struct lp_diagnosis *d)
{
	char *dir = lp_path("/lib/modules");
	struct lp_list kernels = lp_names_in(dir);
	size_t i;

	for (i = 0; i < kernels.count; i++) {
		if (strcmp(kernels.item[i], lp_kernel_release()))
			lp_check_kernel(d, kernels.item[i]);
	}
	lp_list_free(&kernels);
	free(dir);
}

void lp_doctor_boot(struct lp_diagnosis *d)
{
	struct lp_list lines;
	int ret = lp_accepted(&lines);

	lp_check_restore(d);
	if (ret)
		lp_find(d, LP_BAD, "repair the file or its file system",
			"the list of what was accepted for boot cannot be read: %s",
			strerror(-ret));
	lp_check_accepted(d, &lines);
	if (lines.count)
		lp_check_other_kernels(d);
	lp_list_free(&lines);
}
