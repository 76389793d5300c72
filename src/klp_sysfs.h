/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/kernel/livepoke: the shape of /sys/kernel/livepatch.
 */
#ifndef _LIVEPOKE_KLP_SYSFS_H
#define _LIVEPOKE_KLP_SYSFS_H

#include "klp_core.h"

int lp_sysfs_add(struct lp_live_patch *live);
void lp_sysfs_remove(struct lp_live_patch *live);

int lp_sysfs_add_control(const struct attribute *attr);
void lp_sysfs_remove_control(const struct attribute *attr);

int lp_sysfs_init(void);
void lp_sysfs_exit(void);

#endif /* _LIVEPOKE_KLP_SYSFS_H */
