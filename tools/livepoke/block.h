/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Blocked functions.
 */
#ifndef _LIVEPOKE_BLOCK_H
#define _LIVEPOKE_BLOCK_H

#include <stdbool.h>

char *lp_block_function(const char *typed);
bool lp_control_exists(void);
int lp_block(const char *function, const char *value, const char *override);

#endif /* _LIVEPOKE_BLOCK_H */
