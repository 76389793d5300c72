/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a file holds the module that is loaded.
 */
#ifndef _LIVEPOKE_BUILD_ID_H
#define _LIVEPOKE_BUILD_ID_H

#include <stdbool.h>

bool lp_is_other_build(const char *name, const char *file);

#endif /* _LIVEPOKE_BUILD_ID_H */
