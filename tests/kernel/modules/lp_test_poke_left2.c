// SPDX-License-Identifier: GPL-2.0
/*
 * Wants the site that its namesake has.
 */
#include "lp_test_poke_left.c"
