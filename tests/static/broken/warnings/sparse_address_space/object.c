// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/uaccess.h>

static int get(int __user *where)
{
	return strlen((char *)where);
}

static int (*user)(int __user *where) __used = get;

MODULE_LICENSE("GPL");
