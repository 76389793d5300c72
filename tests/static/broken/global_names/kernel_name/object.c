// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

int klp_enable_patch(void);
int klp_enable_patch(void)
{
	return 0;
}

int add_numbers(int a, int b);
int add_numbers(int a, int b)
{
	return a + b;
}

MODULE_LICENSE("GPL");
