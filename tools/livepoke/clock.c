// SPDX-License-Identifier: GPL-2.0
/*
 * Time, in seconds.
 */
#define _GNU_SOURCE
#include <time.h>
#include "clock.h"

double lp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Returns early at a signal. */
void lp_pause(double seconds)
{
	struct timespec pause = {
		.tv_sec = seconds,
		.tv_nsec = (seconds - (time_t)seconds) * 1e9,
	};

	nanosleep(&pause, NULL);
}

/* Waits a moment; false, at once, if @end is over. */
bool lp_pause_until(double end)
{
	if (lp_now() >= end)
		return false;
	lp_pause(0.02);
	return true;
}
