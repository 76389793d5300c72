// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

int lp_through(int (*f)(void));
int lp_through(int (*f)(void))
{
	return f() + 1;
}

int lp_tail(int (*f)(void));
int lp_tail(int (*f)(void))
{
	return f();
}

MODULE_LICENSE("GPL");
