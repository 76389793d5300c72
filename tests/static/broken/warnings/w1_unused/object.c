// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

static void __used nothing(int n)
{
	int unused;

	unused = n;
}

MODULE_LICENSE("GPL");
