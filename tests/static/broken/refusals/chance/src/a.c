// SPDX-License-Identifier: GPL-2.0
int a(void)
{
	pr_err("patch '%s' is refused because of the weather; come back on Monday\n", name);
	return -EBUSY;
}
