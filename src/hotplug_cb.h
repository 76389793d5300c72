/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPU hotplug callbacks.
 */
#ifndef _LIVEPOKE_HOTPLUG_CB_H
#define _LIVEPOKE_HOTPLUG_CB_H

int lp_hotplug_init(void);
void lp_hotplug_exit(void);

#endif /* _LIVEPOKE_HOTPLUG_CB_H */
