/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Getting tasks to where they can be switched.
 */
#ifndef _LIVEPOKE_KLP_NUDGE_H
#define _LIVEPOKE_KLP_NUDGE_H

#include <linux/types.h>

void lp_nudge(bool signal);
void lp_nudge_stop_machine(void);
void lp_nudge_end(void);

#endif /* _LIVEPOKE_KLP_NUDGE_H */
