/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The patch store, /var/lib/livepoke.
 */
#ifndef _LIVEPOKE_STORE_H
#define _LIVEPOKE_STORE_H

#include "text.h"

#define LP_STORE	"/var/lib/livepoke"

char *lp_store_dir(const char *release);
char *lp_store_find(const char *name, const char *release);
struct lp_list lp_store_names(const char *release);

#endif /* _LIVEPOKE_STORE_H */
