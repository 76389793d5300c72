/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shadow variables; their users include livepoke/shadow.h.
 */
#ifndef _LIVEPOKE_KLP_SHADOW_H
#define _LIVEPOKE_KLP_SHADOW_H

void lp_shadow_exit(void);

#endif /* _LIVEPOKE_KLP_SHADOW_H */
