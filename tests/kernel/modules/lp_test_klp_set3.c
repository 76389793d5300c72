// SPDX-License-Identifier: GPL-2.0
/*
 * The same patch under another name.
 */
#include "lp_test_klp_set.c"
