// SPDX-License-Identifier: GPL-2.0
/*
 * Offers sites to the validator of the poke engine.
 *
 * Parameters:
 *   check	write "ADDRESS OLD" (hexadecimal, "-" for no old bytes), read
 *		the errno and the sentence
 *   kprobe	write "ADDRESS armed|disabled", or "off"
 *   random	write "COUNT STEXT ETEXT", read what became of the addresses
 *   sites	read the names and addresses of places that others own
 *   init_text	read the verdict on init text, asked for while it existed
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bug.h>
#include <linux/extable.h>
#include <linux/jump_label.h>
#include <linux/kprobes.h>
#include <linux/linkage.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/uaccess.h>
#include <asm/asm.h>
#include "compat/tests.h"
#include "poke_validate.h"

#define TP_BATCH	250

/*
 * Never executed: NOPs of every length, and a function with a CFI preamble.
 * The test finds them in kallsyms: taking the address of what has no ENDBR
 * displeases objtool.
 */
asm(".text\n"
	".globl tp_nops\n"
	".type tp_nops, @function\n"
	"tp_nops:\n"
	"tp_nop1: .byte 0x90\n"
	"tp_nop2: .byte 0x66, 0x90\n"
	"tp_nop3: .byte 0x0f, 0x1f, 0x00\n"
	"tp_nop4: .byte 0x0f, 0x1f, 0x40, 0x00\n"
	"tp_nop5: .byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"
	"tp_nop6: .byte 0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00\n"
	"tp_nop7: .byte 0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00\n"
	"tp_nop8: .byte 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00\n"
	"tp_nop10: .byte 0x2e, 0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00\n"
	"tp_cli: cli\n"
	"tp_sti: sti\n"
	"tp_pushf: pushf\n"
	"popf\n"
	ASM_RET
	".size tp_nops, . - tp_nops\n"
	".globl __cfi_tp_preamble\n"
	".type __cfi_tp_preamble, @function\n"
	"__cfi_tp_preamble:\n"
	"movl $0x12345678, %eax\n"
	ASM_RET
	".size __cfi_tp_preamble, . - __cfi_tp_preamble\n");

static DEFINE_STATIC_KEY_FALSE(tp_key);
static unsigned long tp_data[4];

noinline void tp_traced(void);
noinline void tp_traced(void)
{
	WRITE_ONCE(tp_data[0], tp_data[0] + 1);
}

noinline int tp_callee(int x);
noinline int tp_callee(int x)
{
	return READ_ONCE(tp_data[1]) + x;
}

DEFINE_STATIC_CALL(tp_call, tp_callee);

/* Places that others own: ftrace, jump label, static call, BUG, fault. */
noinline unsigned long tp_owned(unsigned long *p);
noinline unsigned long tp_owned(unsigned long *p)
{
	unsigned long value = 0;

	tp_traced();
	if (static_branch_unlikely(&tp_key))
		value = static_call(tp_call)(1);
	WARN_ON(READ_ONCE(tp_data[2]));
	asm volatile("1: mov (%1), %0\n2:\n"
		     _ASM_EXTABLE(1b, 2b) : "+r" (value) : "r" (p));
	return value;
}

static const char *tp_errno(int err)
{
	switch (err) {
	case 0:
		return "0";
	case -EBUSY:
		return "EBUSY";
	case -EILSEQ:
		return "EILSEQ";
	case -EINVAL:
		return "EINVAL";
	case -ENOENT:
		return "ENOENT";
	case -EOPNOTSUPP:
		return "EOPNOTSUPP";
	case -EPERM:
		return "EPERM";
	case -ERANGE:
		return "ERANGE";
	case -ESTALE:
		return "ESTALE";
	default:
		return "other";
	}
}

/*
 * check
 */

static char tp_verdict[256];

static int tp_hex(const char *word, u8 *buf)
{
	size_t len = strlen(word) / 2;

	if (!strcmp(word, "-"))
		return 0;
	if (len > POKE_INSN_MAX || hex2bin(buf, word, len))
		return -EINVAL;
	return len;
}

static int tp_check_set(const char *val, const struct kernel_param *kp)
{
	char old_word[40];
	u8 old[POKE_INSN_MAX];
	struct poke_check check = { };
	int old_len, ret;

	if (sscanf(val, "%lx %39s", &check.addr, old_word) != 2)
		return -EINVAL;
	old_len = tp_hex(old_word, old);
	if (old_len < 0)
		return -EINVAL;
	check.old = old_len ? old : NULL;
	check.len = old_len;
	ret = poke_validate_sites(&check, 1);
	snprintf(tp_verdict, sizeof(tp_verdict), "%s %s", tp_errno(ret),
		 poke_why_text(check.why));
	return 0;
}

static int tp_check_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", tp_verdict);
}

static const struct kernel_param_ops tp_check_ops = {
	.set = tp_check_set,
	.get = tp_check_get,
};
module_param_cb(check, &tp_check_ops, NULL, 0600);

/*
 * kprobe
 */

static struct kprobe tp_kprobe;

static int tp_kprobe_pre(struct kprobe *p, struct pt_regs *regs)
{
	return 0;
}

static void tp_kprobe_off(void)
{
	if (tp_kprobe.addr)
		unregister_kprobe(&tp_kprobe);
	memset(&tp_kprobe, 0, sizeof(tp_kprobe));
}

static int tp_kprobe_set(const char *val, const struct kernel_param *kp)
{
	unsigned long addr;
	char how[16];
	int ret;

	tp_kprobe_off();
	if (!strncmp(val, "off", 3))
		return 0;
	if (sscanf(val, "%lx %15s", &addr, how) != 2)
		return -EINVAL;
	tp_kprobe.addr = (kprobe_opcode_t *)addr;
	tp_kprobe.pre_handler = tp_kprobe_pre;
	tp_kprobe.flags = strcmp(how, "armed") ? KPROBE_FLAG_DISABLED : 0;
	ret = register_kprobe(&tp_kprobe);
	if (ret)
		tp_kprobe.addr = NULL;
	return ret;
}

static const struct kernel_param_ops tp_kprobe_ops = { .set = tp_kprobe_set };
module_param_cb(kprobe, &tp_kprobe_ops, NULL, 0200);

/*
 * random
 */

struct tp_random {
	struct rnd_state rnd;
	unsigned long stext, etext;
	unsigned long offered, accepted, contradicted, changed;
};

static struct tp_random tp_random;

/* Our own text, and something around it. */
#define TP_MODULE_TEXT	((unsigned long)tp_callee - 0x800)
#define TP_MODULE_SIZE	0x1400

/* Half kernel text; the rest our text, kernel data, anything at all. */
static unsigned long tp_random_addr(struct tp_random *r)
{
	u64 any = (u64)prandom_u32_state(&r->rnd) << 32 |
		  prandom_u32_state(&r->rnd);

	switch (prandom_u32_state(&r->rnd) % 8) {
	case 0:
		return any;
	case 1:
		return r->etext + (u32)any % (32 << 20);
	case 2:
	case 3:
		return TP_MODULE_TEXT + (u32)any % TP_MODULE_SIZE;
	default:
		return r->stext + (u32)any % (r->etext - r->stext);
	}
}

/* What the kernel itself says of an address that was accepted. */
static bool tp_kernel_agrees(unsigned long addr)
{
	struct kprobe kp = {
		.addr = (kprobe_opcode_t *)addr,
		.flags = KPROBE_FLAG_DISABLED,
	};
	bool agrees;

	if (register_kprobe(&kp))
		return false;
	agrees = (unsigned long)kp.addr == addr &&
		 !(kp.flags & KPROBE_FLAG_FTRACE);
	unregister_kprobe(&kp);
	return agrees;
}

static void tp_random_batch(struct tp_random *r, struct poke_check *checks,
			    unsigned int count)
{
	unsigned int i;

	memset(checks, 0, count * sizeof(*checks));
	for (i = 0; i < count; i++) {
		checks[i].addr = tp_random_addr(r);
		checks[i].quiet = true;
	}
	poke_validate_sites(checks, count);
	for (i = 0; i < count; i++) {
		r->offered++;
		if (checks[i].why)
			continue;
		r->accepted++;
		if (tp_kernel_agrees(checks[i].addr))
			continue;
		r->contradicted++;
		pr_info("accepted but not by the kernel: %pS\n",
			(void *)checks[i].addr);
	}
}

/* Text that somebody else changes meanwhile is not there in a quiet guest. */
static u64 tp_text_sum(const struct tp_random *r)
{
	const u64 *word = (const u64 *)r->stext;
	unsigned long at;
	u64 sum = 0;
	u8 byte;

	for (; word < (const u64 *)(r->etext & ~7ul); word++)
		sum = sum * 1099511628211ull + *word;
	for (at = TP_MODULE_TEXT; at < TP_MODULE_TEXT + TP_MODULE_SIZE; at++) {
		if (!copy_from_kernel_nofault(&byte, (void *)at, 1))
			sum = sum * 1099511628211ull + byte;
	}
	return sum;
}

static int tp_random_set(const char *val, const struct kernel_param *kp)
{
	struct tp_random *r = &tp_random;
	struct poke_check *checks;
	unsigned long count, left;
	u64 sum;

	memset(r, 0, sizeof(*r));
	if (sscanf(val, "%lu %lx %lx", &count, &r->stext, &r->etext) != 3 ||
	    r->stext >= r->etext)
		return -EINVAL;
	checks = kvmalloc_array(TP_BATCH, sizeof(*checks), GFP_KERNEL);
	if (!checks)
		return -ENOMEM;
	prandom_seed_state(&r->rnd, 20260101);
	sum = tp_text_sum(r);
	for (left = count; left; left -= min_t(unsigned long, left, TP_BATCH))
		tp_random_batch(r, checks, min_t(unsigned long, left, TP_BATCH));
	r->changed = sum != tp_text_sum(r);
	kvfree(checks);
	return 0;
}

static int tp_random_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "offered=%lu accepted=%lu contradicted=%lu changed=%lu\n",
			  tp_random.offered, tp_random.accepted,
			  tp_random.contradicted, tp_random.changed);
}

static const struct kernel_param_ops tp_random_ops = {
	.set = tp_random_set,
	.get = tp_random_get,
};
module_param_cb(random, &tp_random_ops, NULL, 0600);

/*
 * sites
 */

static unsigned long tp_relative(const int *field)
{
	return (unsigned long)field + *field;
}

/* The kernel's own tables about this module say where the places are. */
static int tp_sites_get(char *buf, const struct kernel_param *kp)
{
	struct module *mod = THIS_MODULE;
	int n = 0;

#define TP_SITE(name, addr) \
	(n += sysfs_emit_at(buf, n, "%s=%lx\n", name, (unsigned long)(addr)))
	TP_SITE("data", tp_data);
	TP_SITE("traced", tp_traced);
	TP_SITE("trampoline", STATIC_CALL_TRAMP_ADDR(tp_call));
	TP_SITE("jump_label", jump_entry_code(mod->jump_entries));
	TP_SITE("static_call", tp_relative(&mod->static_call_sites->addr));
	TP_SITE("bug", tp_relative(&mod->bug_table->bug_addr_disp));
	TP_SITE("extable", tp_relative(&mod->extable->insn));
	return n;
}

static const struct kernel_param_ops tp_sites_ops = { .get = tp_sites_get };
module_param_cb(sites, &tp_sites_ops, NULL, 0400);

/*
 * Text of a module that comes or goes
 */

static char tp_init_text[256];
module_param_string(init_text, tp_init_text, sizeof(tp_init_text), 0400);

static int __init tp_validate_init(void)
{
	struct poke_check check = { .addr = (unsigned long)tp_validate_init };
	int ret = poke_validate_sites(&check, 1);

	snprintf(tp_init_text, sizeof(tp_init_text), "%s %s", tp_errno(ret),
		 poke_why_text(check.why));
	return 0;
}

static void __exit tp_validate_exit(void)
{
	struct poke_check check = { .addr = (unsigned long)tp_callee };

	tp_kprobe_off();
	poke_validate_sites(&check, 1);
	tp_owned(tp_data);
}

module_init(tp_validate_init);
module_exit(tp_validate_exit);
MODULE_DESCRIPTION("Test of the validator of the poke engine");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
