// SPDX-License-Identifier: GPL-2.0
/*
 * Names of errors. The C library has strerrorname_np() from glibc 2.32 on; Debian
 * 11 has an older one.
 */
#include <errno.h>
#include <stddef.h>
#include "errno_name.h"

static const char *const lp_errno_names[] = {
#include "errno_names.h"
};

/* NULL if that number is no error */
const char *lp_errno_name(int err)
{
	if (err < 0 || (size_t)err >= sizeof(lp_errno_names) / sizeof(*lp_errno_names))
		return NULL;
	return lp_errno_names[err];
}
