// SPDX-License-Identifier: GPL-2.0
/*
 * Module parameters that only the administrator sets: switches, numbers, words.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "enum_param.h"

/*
 * Root of a user namespace may pass for the owner of the file. The second
 * capability is that of whoever loads the module.
 */
static bool lp_may_set_params(void)
{
	return capable(CAP_SYS_ADMIN) || capable(CAP_SYS_MODULE);
}

static int lp_uint_param_set(const char *val, const struct kernel_param *kp)
{
	return lp_may_set_params() ? param_set_uint(val, kp) : -EPERM;
}

const struct kernel_param_ops lp_uint_param_ops = {
	.set = lp_uint_param_set,
	.get = param_get_uint,
};

static int lp_bool_param_set(const char *val, const struct kernel_param *kp)
{
	return lp_may_set_params() ? param_set_bool(val, kp) : -EPERM;
}

const struct kernel_param_ops lp_bool_param_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = lp_bool_param_set,
	.get = param_get_bool,
};

static int lp_enum_param_set(const char *val, const struct kernel_param *kp)
{
	struct lp_enum_param *param = kp->arg;
	int i = __sysfs_match_string(param->names, -1, val);

	if (!lp_may_set_params())
		return -EPERM;
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
