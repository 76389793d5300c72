// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

void (*lp_test_hook)(int point, unsigned long arg);
EXPORT_SYMBOL_GPL(lp_test_hook);

int lp_break_now;
MODULE_PARM_DESC(lp_break, "the deliberate mistake to make");

void lp_record_add(void)
{
}

int lp_fault_nth;
MODULE_PARM_DESC(fault_nth, "fail the step of this number from now on");

static char *hide_symbol = "";
module_param(hide_symbol, charp, 0);

MODULE_LICENSE("GPL");
