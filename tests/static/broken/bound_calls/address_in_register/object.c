// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/static_call.h>

int lp_proto(int n);
DEFINE_STATIC_CALL_NULL(lp_k_task_curr, lp_proto);

void lp_take(int (**out)(int n));
void lp_take(int (**out)(int n))
{
	*out = &STATIC_CALL_TRAMP(lp_k_task_curr);
}

MODULE_LICENSE("GPL");
