// SPDX-License-Identifier: GPL-2.0
/*
 * Patches made for somebody else, and somebody else's guard.
 *
 * kpatch-build and klp-build leave references that only the kernel's own
 * livepatch can fill in, in sections named .klp.rela.OBJECT.SECTION. A module
 * loader that is not told of a live patch leaves them as they are, so the
 * replacement would run with holes in it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include "compat/compat.h"
#include "klp_core.h"
#include "klp_foreign.h"

/**
 * lp_check_foreign() - refuse a module whose references nobody has filled in
 * @mod:	the patch module
 *
 * Context: process context; the module's init function is running.
 * Return: 0, or -EOPNOTSUPP after a message that names the section.
 */
int lp_check_foreign(const struct module *mod)
{
	const char *name;
	unsigned int i;

	for (i = 0; (name = lp_module_section(mod, i)); i++) {
		if (!str_has_prefix(name, ".klp.rela."))
			continue;
		pr_err("patch '%s' has section '%s': kpatch-build or klp-build made it for the kernel's own livepatch; build it from source with patch.mk\n",
		       mod->name, name);
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * lp_warn_of_lkrg() - say that LKRG may object to a patch
 * @live:	the patch
 *
 * LKRG takes hashes of the kernel's text. It knows changes that ftrace makes,
 * but not what is redirected by them.
 */
void lp_warn_of_lkrg(const struct lp_live_patch *live)
{
	if (lp_find_module("lkrg") || lp_find_module("p_lkrg"))
		pr_warn("LKRG is loaded and may take patch '%s' for an attack\n",
			lp_patch_name(live));
}
