// SPDX-License-Identifier: GPL-2.0
/*
 * Has nothing of LKRG but the name.
 */
#include <linux/module.h>

MODULE_DESCRIPTION("Stand-in for LKRG");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
