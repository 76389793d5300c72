// SPDX-License-Identifier: GPL-2.0
/*
 * The same patch under a second name.
 */
#include "lp_test_klp_any.c"
