// SPDX-License-Identifier: GPL-2.0
/*
 * Has an instruction that another module pokes. addr: where it is.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>

static unsigned long addr;
module_param(addr, ulong, 0400);
MODULE_PARM_DESC(addr, "result: where the instruction is");

static noinline __noclone unsigned int host_fn(void)
{
	unsigned int val;

	asm volatile("movl $0x11111111, %%eax" : "=a" (val));
	return val;
}

static int __init host_init(void)
{
	static const u8 mov[5] = { 0xb8, 0x11, 0x11, 0x11, 0x11 };
	u8 *p = (u8 *)host_fn;

	while (memcmp(p, mov, sizeof(mov)))
		p++;
	addr = (unsigned long)p;
	return host_fn() == 0x11111111 ? 0 : -EILSEQ;
}
module_init(host_init);

static void __exit host_exit(void)
{
}
module_exit(host_exit);

MODULE_DESCRIPTION("Module with an instruction that others poke");
MODULE_LICENSE("GPL");
