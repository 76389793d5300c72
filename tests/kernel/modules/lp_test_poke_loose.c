// SPDX-License-Identifier: GPL-2.0
/*
 * Holds a site without depending on livepoke: it asks for the function by
 * its name and gives that back. Only the site keeps livepoke loaded.
 */
#include <linux/kernel.h>
#include <linux/module.h>

#include <livepoke/poke.h>

static int __init loose_init(void)
{
	struct poke_site *(*prepare)(struct module *owner, void *addr,
				     const void *old, unsigned int len);
	struct poke_site *site;
	static const u8 one[4] = { 1, 0, 0, 0 };
	u8 *p = (u8 *)int_pow, *end = p + 64;

	while (p < end && ((p[0] & 0xf8) != 0xb8 || memcmp(p + 1, one, 4)))
		p++;
	if (p == end)
		return -ENOENT;
	prepare = symbol_get(__poke_site_prepare);
	if (!prepare)
		return -ENOENT;
	site = prepare(THIS_MODULE, p[-1] == 0x41 ? p - 1 : p, NULL, 0);
	symbol_put(__poke_site_prepare);
	return PTR_ERR_OR_ZERO(site);
}
module_init(loose_init);

static void __exit loose_exit(void)
{
	/* The site is livepoke's to release. */
}
module_exit(loose_exit);

MODULE_DESCRIPTION("Holds a site and nothing else of livepoke");
MODULE_LICENSE("GPL");
