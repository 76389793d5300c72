/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guard against patches that keep the machine from coming up.
 */
#ifndef _LIVEPOKE_BOOT_GUARD_H
#define _LIVEPOKE_BOOT_GUARD_H

#include <stdbool.h>

int lp_boot_count(void);
int lp_set_boot_count(int count);
bool lp_boot_restored(void);
void lp_mark_restored(void);
bool lp_boot_skips(void);
bool lp_boot_forbids(void);

#endif /* _LIVEPOKE_BOOT_GUARD_H */
