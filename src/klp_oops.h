/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a crash report must say about us.
 */
#ifndef _LIVEPOKE_KLP_OOPS_H
#define _LIVEPOKE_KLP_OOPS_H

int lp_oops_init(void);
void lp_oops_exit(void);

#endif /* _LIVEPOKE_KLP_OOPS_H */
