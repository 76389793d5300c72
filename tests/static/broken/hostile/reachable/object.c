// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

static noinline notrace void quiet(void)
{
	barrier();
}

static noinline void traced(void)
{
	barrier();
}

int lp_bp_handler(int (*f)(void));
notrace int lp_bp_handler(int (*f)(void))
{
	quiet();
	traced();
	pr_info("in the handler\n");
	return f() + 1;
}

void lp_ipi_handler(void *info);
void lp_ipi_handler(void *info)
{
	traced();
	schedule();
}

MODULE_LICENSE("GPL");
