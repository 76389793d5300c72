// SPDX-License-Identifier: GPL-2.0
/*
 * One site at an address that the test chooses, and what a batch that changes
 * it answers.
 *
 * take at=ADDRESS, replace with=BYTES (none: the original ones), spoil, drop.
 * Addresses and bytes are hexadecimal. And requests that must be refused.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat/tests.h"
#include "tp_poke.h"

static struct poke_site *tp_taken;

/* The text may have gone with its module. */
static void tp_read_site(u8 *buf)
{
	memset(buf, 0, POKE_INSN_MAX);
	copy_from_kernel_nofault(buf, (void *)poke_site_addr(tp_taken),
				 POKE_INSN_MAX);
}

/* take at= */
int tp_cmd_take(void)
{
	unsigned long at;

	if (tp_taken || kstrtoul(tp_arg("at", ""), 16, &at))
		return -EINVAL;
	tp_taken = poke_site_prepare((void *)at, NULL, 0);
	if (!IS_ERR(tp_taken))
		return 0;
	at = PTR_ERR(tp_taken);
	tp_taken = NULL;
	return at;
}

/* replace with=: ret, and whether a refusal left the bytes alone */
int tp_cmd_replace(void)
{
	const char *word = tp_arg("with", "");
	size_t len = strlen(word) / 2;
	u8 new[2 * POKE_INSN_MAX], before[POKE_INSN_MAX], after[POKE_INSN_MAX];
	int ret;

	if (!tp_taken || len > sizeof(new) || hex2bin(new, word, len))
		return -EINVAL;
	tp_read_site(before);
	ret = poke_one(tp_taken, len ? new : NULL, len);
	tp_read_site(after);
	tp_out("changed %d\n", !!memcmp(before, after, sizeof(before)));
	return ret;
}

/* Inverts the last byte of an instruction, by means of our own. */
static int tp_invert(u8 *at)
{
	struct page *page = vmalloc_to_page(at);
	u8 *alias = page ? vmap(&page, 1, VM_MAP, PAGE_KERNEL) : NULL;

	if (!alias)
		return -EFAULT;
	alias[offset_in_page(at)] ^= 0xff;
	vunmap(alias);
	return 0;
}

/* spoil len=: the last byte of the site, of a module's text, is another one */
int tp_cmd_spoil(void)
{
	if (!tp_taken)
		return -EINVAL;
	return tp_invert((u8 *)poke_site_addr(tp_taken) + tp_num("len", 5) - 1);
}

/* drop */
int tp_cmd_drop(void)
{
	u8 before[POKE_INSN_MAX], after[POKE_INSN_MAX];
	int ret;

	if (!tp_taken)
		return -EINVAL;
	tp_read_site(before);
	ret = poke_site_release(tp_taken);
	if (!ret)
		tp_taken = NULL;
	else
		tp_read_site(after);
	tp_out("changed %d\n", !ret || memcmp(before, after, sizeof(before)));
	return ret;
}

/*
 * misuse what=...: what a client must not do
 */

static int tp_add(int x)
{
	return x + 1;
}
DEFINE_POKE_CALL(tp_misused, tp_add);
DEFINE_POKE_BRANCH(tp_misused_branch);

/* Uses of both, so that there is something to find. */
static noinline int tp_misused_uses(int x)
{
	if (POKE_BRANCH(tp_misused_branch))
		x += 10;
	return POKE_CALL(tp_misused)(x);
}

static int tp_sub(int x)
{
	return x - 1;
}

/* Twice; the first registration must be as good as before. */
static int tp_call_twice(void)
{
	struct poke_call *call = &POKE_CALL_KEY(tp_misused);
	int again, ret = poke_call_register(call);

	if (ret < 0)
		return ret;
	again = poke_call_register(call);
	ret = poke_call_update(tp_misused, tp_sub);
	tp_out("value %d\n", tp_misused_uses(5));
	if (!ret)
		ret = poke_call_unregister(call);
	tp_out("restored %d\n", tp_misused_uses(5));
	return ret ? ret : again;
}

static int tp_branch_twice(void)
{
	int again, ret = poke_branch_register(&tp_misused_branch);

	if (ret < 0)
		return ret;
	again = poke_branch_register(&tp_misused_branch);
	ret = poke_branch_set(&tp_misused_branch, true);
	tp_out("value %d\n", tp_misused_uses(5));
	if (!ret)
		ret = poke_branch_unregister(&tp_misused_branch);
	tp_out("restored %d\n", tp_misused_uses(5));
	return ret ? ret : again;
}

static int tp_call_far(void)
{
	struct poke_call *call = &POKE_CALL_KEY(tp_misused);
	int far, ret = poke_call_register(call);

	if (ret < 0)
		return ret;
	far = __poke_call_update(call, (void *)(1ul << 44));
	tp_out("value %d\n", tp_misused_uses(5));
	ret = poke_call_unregister(call);
	return ret ? ret : far;
}

static int tp_branch_many(void)
{
	static s32 uses[POKE_BATCH_MAX + 2];
	struct poke_branch many = {
		.start = uses, .owner = THIS_MODULE, .name = "many",
	};
	unsigned int i;

	for (i = 0; i <= POKE_BATCH_MAX; i++)
		uses[i] = 1;
	return poke_branch_register(&many);
}

/* The same site twice, and more sites than fit. */
static int tp_batch_misused(unsigned int count, bool restore)
{
	static struct poke_op ops[POKE_BATCH_MAX + 1];
	struct tp_site *s = tp_find_site("plain");
	unsigned int i;
	int ret = tp_prepare(s), released;

	if (ret)
		return ret;
	for (i = 0; i < count; i++)
		ops[i] = restore ? (struct poke_op){ .site = s->site } : tp_op(s);
	ret = poke_batch(ops, count);
	tp_out("bytes_right %d\n", tp_bytes_right(s));
	released = tp_release(s);
	return released ? released : ret;
}

int tp_cmd_misuse(void)
{
	const char *what = tp_arg("what", "");

	if (!strcmp(what, "site-twice"))
		return tp_batch_misused(2, false);
	if (!strcmp(what, "site-twice-restored"))
		return tp_batch_misused(2, true);
	if (!strcmp(what, "batch-many"))
		return tp_batch_misused(POKE_BATCH_MAX + 1, false);
	if (!strcmp(what, "call-twice"))
		return tp_call_twice();
	if (!strcmp(what, "call-far"))
		return tp_call_far();
	if (!strcmp(what, "call-unregistered"))
		return poke_call_update(tp_misused, tp_sub);
	if (!strcmp(what, "branch-twice"))
		return tp_branch_twice();
	if (!strcmp(what, "branch-many"))
		return tp_branch_many();
	if (!strcmp(what, "branch-unregistered"))
		return poke_branch_set(&tp_misused_branch, true);
	return -ENOTTY;
}
