// SPDX-License-Identifier: GPL-2.0
int a(void)
{
	pr_err("patch '%s' is refused because of the weather\n", name);
	pr_warn("patch '%s' is refused on Sundays, come back on %s\n",
		name, day);
	return -EBUSY;
}
