/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time, in seconds.
 */
#ifndef _LIVEPOKE_CLOCK_H
#define _LIVEPOKE_CLOCK_H

#include <stdbool.h>

double lp_now(void);
void lp_pause(double seconds);
bool lp_pause_until(double end);

#endif /* _LIVEPOKE_CLOCK_H */
