/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a locked-down kernel lets users aim.
 */
#ifndef _LIVEPOKE_KLP_LOCKDOWN_H
#define _LIVEPOKE_KLP_LOCKDOWN_H

int lp_check_lockdown(const char *what);

#endif /* _LIVEPOKE_KLP_LOCKDOWN_H */
