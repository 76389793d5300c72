// SPDX-License-Identifier: GPL-2.0
/*
 * Module parameters that take one of several words.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "enum_param.h"

static int lp_enum_param_set(const char *val, const struct kernel_param *kp)
{
	struct lp_enum_param *param = kp->arg;
	int i = __sysfs_match_string(param->names, -1, val);

	if (i < 0)
		return i;
	WRITE_ONCE(*param->value, i);
	return 0;
}

static int lp_enum_param_get(char *buf, const struct kernel_param *kp)
{
	struct lp_enum_param *param = kp->arg;

	return sprintf(buf, "%s\n", param->names[READ_ONCE(*param->value)]);
}

const struct kernel_param_ops lp_enum_param_ops = {
	.set = lp_enum_param_set,
	.get = lp_enum_param_get,
};
