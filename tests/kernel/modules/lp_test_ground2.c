// SPDX-License-Identifier: GPL-2.0
/*
 * The same under a second name, on which no other module depends.
 */
#define LP_GROUND_SECOND
#include "lp_test_ground.c"
