// SPDX-License-Identifier: GPL-2.0
static struct kobj_attribute told = __ATTR_RO(told);
static struct kobj_attribute secret = __ATTR_RW(secret);
static struct kobj_attribute other_mode = __ATTR_WO(other_mode);
module_param(hidden, uint, 0644);
