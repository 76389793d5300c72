// SPDX-License-Identifier: GPL-2.0
/*
 * One site at an address that the test chooses, and what a batch that changes
 * it answers.
 *
 * take at=ADDRESS, replace with=BYTES (none: the original ones), drop. All
 * numbers are hexadecimal.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>

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

/* drop */
int tp_cmd_drop(void)
{
	int ret = poke_site_release(tp_taken);

	if (!ret)
		tp_taken = NULL;
	return ret;
}
