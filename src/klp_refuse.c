// SPDX-License-Identifier: GPL-2.0
/*
 * Telling who asked for what, and why it is refused, though not without end.
 *
 * Whoever may write to the control file may be a program gone wild. What it
 * did is logged; what it failed to do only as long as somebody can read it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/pid.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include "klp_refuse.h"

/*
 * Characters of the log for what was written, so that the line fits into one
 * record of the log. One that does not is invisible until the next is written.
 */
#define LP_LOGGED_LEN	600

/* So high that no human and no test of single refusals ever meets it. */
#define LP_COMPLAINTS		250
#define LP_COMPLAINTS_INTERVAL	(5 * HZ)

/* The flag keeps the kernel from printing a count of its own. */
static struct ratelimit_state lp_complaints =
	RATELIMIT_STATE_INIT_FLAGS(lp_complaints, LP_COMPLAINTS_INTERVAL,
				   LP_COMPLAINTS, RATELIMIT_MSG_ON_RELEASE);
static atomic_t lp_not_logged = ATOMIC_INIT(0);

bool lp_may_complain(void)
{
	int n;

	if (!__ratelimit(&lp_complaints)) {
		atomic_inc(&lp_not_logged);
		return false;
	}
	n = atomic_xchg(&lp_not_logged, 0);
	if (n)
		pr_warn("%d lines about refused requests were not logged\n", n);
	return true;
}

/**
 * lp_check_admin() - may the caller change what livepoke does?
 * @file:	that it writes, for the message
 *
 * Root of a user namespace may pass for the owner of the file.
 *
 * Context: process context.
 * Return: 0, or -EPERM after a message.
 */
int lp_check_admin(const char *file)
{
	if (capable(CAP_SYS_ADMIN))
		return 0;
	lp_refuse("%s: writing needs CAP_SYS_ADMIN\n", file);
	return -EPERM;
}

/* How much of a text there is room for; %pE makes four of strange characters. */
static int lp_logged_part(const char *text, size_t len)
{
	size_t i, used = 0;

	for (i = 0; i < len; i++) {
		used += text[i] >= ' ' && text[i] <= '~' ? 1 : 4;
		if (used > LP_LOGGED_LEN)
			break;
	}
	return i;
}

/**
 * lp_log_request() - log what the caller wrote, and what became of it
 * @patch:	whose file it is, NULL for a file of livepoke
 * @file:	name of the file
 * @text:	what was written; may be anything
 * @len:	its length
 * @ret:	0, or the error that the caller is told
 *
 * What was accepted is always logged, what was refused not too often.
 *
 * Context: process context.
 */
void lp_log_request(const char *patch, const char *file, const char *text,
		    size_t len, int ret)
{
	uid_t uid = from_kuid(&init_user_ns, current_uid());
	const char *slash = patch ? "/" : "";
	int part, comm_len = strlen(current->comm);
	const char *more;

	if (len && text[len - 1] == '\n')
		len--;
	part = lp_logged_part(text, len);
	more = part < len ? "..." : "";
	patch = patch ?: "";
	if (!ret)
		pr_notice("%s%s%s: %*pE[%d] uid %u: '%*pE'%s\n", patch, slash, file,
			  comm_len, current->comm, task_tgid_nr(current), uid,
			  part, text, more);
	else if (lp_may_complain())
		pr_warn("%s%s%s: %*pE[%d] uid %u refused (%d): '%*pE'%s\n", patch,
			slash, file, comm_len, current->comm,
			task_tgid_nr(current), uid, ret, part, text, more);
}
