/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who else redirects a function?
 */
#ifndef _LIVEPOKE_KLP_OWNER_H
#define _LIVEPOKE_KLP_OWNER_H

#define LP_OWNER_LEN	256

void lp_name_owner(unsigned long addr, char owner[LP_OWNER_LEN]);

#endif /* _LIVEPOKE_KLP_OWNER_H */
