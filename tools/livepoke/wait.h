/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waiting for a transition.
 */
#ifndef _LIVEPOKE_WAIT_H
#define _LIVEPOKE_WAIT_H

int lp_wait_transition(const char *name, double timeout);

#endif /* _LIVEPOKE_WAIT_H */
