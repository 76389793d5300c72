// SPDX-License-Identifier: GPL-2.0
const char *a(void)
{
	if (raining)
		return "it rains";
	reason = "the sun shines";
	return reason;
}
