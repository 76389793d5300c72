// SPDX-License-Identifier: GPL-2.0
static struct kobj_attribute told = __ATTR_RO(told);
#ifdef LP_TEST_BUILD
module_param(only_in_tests, bool, 0600);
#endif
