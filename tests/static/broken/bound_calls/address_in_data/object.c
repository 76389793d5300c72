// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/static_call.h>

int lp_proto(int n);
DEFINE_STATIC_CALL_NULL(lp_k_task_curr, lp_proto);

static int (*lp_table[])(int n) __used = { &STATIC_CALL_TRAMP(lp_k_task_curr) };

MODULE_LICENSE("GPL");
