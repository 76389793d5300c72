// SPDX-License-Identifier: GPL-2.0
/*
 * Selection of a broken variant, in test builds only.
 */
#include "enum_param.h"
#include "test_break.h"

#define LP_BREAK_NAME(name)	#name,
static const char * const lp_break_names[] = {
	LP_BREAKS(LP_BREAK_NAME)
	NULL
};

int lp_break_now;

static struct lp_enum_param lp_break_param = {
	.names = lp_break_names,
	.value = &lp_break_now,
};
module_param_cb(lp_break, &lp_enum_param_ops, &lp_break_param, 0600);
MODULE_PARM_DESC(lp_break, "the deliberate mistake to make");
