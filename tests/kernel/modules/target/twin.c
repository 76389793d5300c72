// SPDX-License-Identifier: GPL-2.0
/*
 * The second of two static functions of one name in one module. It alone has
 * a part that the compiler moves to "lp_target_twin.cold".
 */
#include <linux/compiler.h>
#include "target.h"

static int lp_target_two = 2;

static noinline __cold void lp_target_twin_pause(void)
{
	struct lp_target_call call = { .how = LP_PAUSE_DSLEEP };

	lp_target_pause(&call);
}

static noinline __noclone int lp_target_twin(bool pause)
{
	if (pause)
		lp_target_twin_pause();
	return READ_ONCE(lp_target_two);
}

int lp_target_second_twin(bool pause)
{
	return lp_target_twin(pause);
}
