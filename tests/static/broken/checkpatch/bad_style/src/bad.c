// SPDX-License-Identifier: GPL-2.0

int f(int a)
{
	if (a)
	{
		a=1;
	}
	return a;
}
