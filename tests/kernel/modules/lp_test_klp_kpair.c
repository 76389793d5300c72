// SPDX-License-Identifier: GPL-2.0
/*
 * The patch of f and g for the kernel's own livepatch, to try the tests
 * themselves on another implementation.
 */
#include <linux/livepatch.h>

#define lp_func		klp_func
#define lp_object	klp_object
#define lp_patch	klp_patch
#define lp_enable_patch	klp_enable_patch
#define LP_TEST_KERNEL_LIVEPATCH

#include "lp_test_klp_pair.c"

MODULE_INFO(livepatch, "Y");
