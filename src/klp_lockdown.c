// SPDX-License-Identifier: GPL-2.0
/*
 * What a locked-down kernel lets users aim.
 *
 * Patches come as signed modules and need no further gate. Blocking and
 * forcing change what the kernel does at the word of its root user, which
 * lockdown for integrity does not trust. Whoever controls the kernel command
 * line may allow it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/security.h>
#include <linux/string.h>
#include "kernel_syms.h"
#include "klp_lockdown.h"
#include "klp_refuse.h"

static const char lp_allow_option[] = "livepoke.lockdown=allow";

/*
 * modprobe hands such words of the command line on as parameters of the module.
 * As a parameter it means nothing: root can give these at any time.
 */
static int lp_ignore_param(const char *val, const struct kernel_param *kp)
{
	return 0;
}

static const struct kernel_param_ops lp_ignored_param_ops = {
	.set = lp_ignore_param,
};
module_param_cb(lockdown, &lp_ignored_param_ops, NULL, 0);
MODULE_PARM_DESC(lockdown, "only on the kernel command line: livepoke.lockdown=allow has a locked-down kernel block functions");

/* A whole word of the kernel command line. */
static bool lp_allowed_at_boot(void)
{
	size_t len = sizeof(lp_allow_option) - 1;
	const char *line, *at;

	if (!lp_kdata(saved_command_line))
		return false;
	line = *lp_kdata(saved_command_line);
	for (at = strstr(line, lp_allow_option); at;
	     at = strstr(at + len, lp_allow_option)) {
		if ((at == line || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	}
	return false;
}

/**
 * lp_check_lockdown() - may users aim at the kernel?
 * @what:	the request, for the message
 *
 * Context: process context.
 * Return: 0, or -EPERM after a message.
 */
int lp_check_lockdown(const char *what)
{
	if (!security_locked_down(LOCKDOWN_INTEGRITY_MAX) || lp_allowed_at_boot())
		return 0;
	lp_refuse("%s refused: the kernel is locked down; boot with %s to allow it\n",
		  what, lp_allow_option);
	return -EPERM;
}
