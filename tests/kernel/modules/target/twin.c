// SPDX-License-Identifier: GPL-2.0
/*
 * The second of two static functions of one name in one module.
 */
#include <linux/compiler.h>
#include "target.h"

static int lp_target_two = 2;

static noinline __noclone int lp_target_twin(void)
{
	return READ_ONCE(lp_target_two);
}

int lp_target_second_twin(void)
{
	return lp_target_twin();
}
