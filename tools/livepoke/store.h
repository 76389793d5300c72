/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The patch store, /var/lib/livepoke, and what was accepted for boot.
 */
#ifndef _LIVEPOKE_STORE_H
#define _LIVEPOKE_STORE_H

#include <stdbool.h>
#include "text.h"

#define LP_STORE	"/var/lib/livepoke"

char *lp_store_dir(const char *release);
char *lp_store_find(const char *name, const char *release);
struct lp_list lp_store_names(const char *release);

struct lp_list lp_accepted(void);
int lp_set_accepted(const struct lp_list *lines);
bool lp_is_accepted(const struct lp_list *lines, const char *name);

#endif /* _LIVEPOKE_STORE_H */
