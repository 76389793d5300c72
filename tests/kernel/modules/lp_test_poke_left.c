// SPDX-License-Identifier: GPL-2.0
/*
 * Pokes an instruction of its own, one of the kernel and one of another
 * module, and forgets all about it when it exits. value: what they give.
 */
#include <linux/kernel.h>
#include <linux/module.h>

#include <livepoke/poke.h>

static unsigned int value;
module_param(value, uint, 0444);

static unsigned long addr;
module_param(addr, ulong, 0400);
MODULE_PARM_DESC(addr, "result: where the site is");

static unsigned long want;
module_param(want, ulong, 0400);
MODULE_PARM_DESC(want, "only prepare a site here, which somebody else holds");

static bool release;
module_param(release, bool, 0644);
MODULE_PARM_DESC(release, "remember it after all");

static struct poke_site *left_site;

/* The "mov $1" of int_pow(), see poke/main.c. */
static u8 *left_find(unsigned int *len)
{
	static const u8 one[4] = { 1, 0, 0, 0 };
	u8 *p = (u8 *)int_pow, *end = p + 64;

	while (p < end && ((p[0] & 0xf8) != 0xb8 || memcmp(p + 1, one, 4)))
		p++;
	*len = p[-1] == 0x41 ? 6 : 5;
	return p == end ? NULL : p + 5 - *len;
}

static int __init left_init(void)
{
	unsigned int len;
	u8 new[6], *at = want ? (u8 *)want : left_find(&len);
	int ret;

	if (!at)
		return -ENOENT;
	addr = (unsigned long)at;
	if (want)
		return PTR_ERR_OR_ZERO(poke_site_prepare(at, NULL, 0));
	left_site = poke_site_prepare(at, NULL, 0);
	if (IS_ERR(left_site))
		return PTR_ERR(left_site);
	memcpy(new, at, len);
	new[len - 4] = 77;
	ret = poke_one(left_site, new, len);
	value = int_pow(7, 0);
	if (ret)
		poke_site_release(left_site);
	return ret;
}
module_init(left_init);

static void __exit left_exit(void)
{
	if (release)
		poke_site_release(left_site);
}
module_exit(left_exit);

MODULE_DESCRIPTION("Module that leaves a poked site behind");
MODULE_LICENSE("GPL");
