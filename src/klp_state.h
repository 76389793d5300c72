/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System states of patches.
 */
#ifndef _LIVEPOKE_KLP_STATE_H
#define _LIVEPOKE_KLP_STATE_H

#include <livepoke/livepatch.h>

bool lp_states_compatible(const struct lp_patch *patch);

#endif /* _LIVEPOKE_KLP_STATE_H */
