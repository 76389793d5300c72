/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Telling who asked for what, and why it is refused, though not without end.
 */
#ifndef _LIVEPOKE_KLP_REFUSE_H
#define _LIVEPOKE_KLP_REFUSE_H

#include <linux/printk.h>
#include <linux/types.h>

/* Whether one more refusal may be logged now; counts those that may not. */
bool lp_may_complain(void);

#define lp_refuse(fmt, ...)						\
	do {								\
		if (lp_may_complain())					\
			pr_err(fmt, ##__VA_ARGS__);			\
	} while (0)

int lp_check_admin(const char *file);
void lp_log_request(const char *patch, const char *file, const char *text,
		    size_t len, int ret);

#endif /* _LIVEPOKE_KLP_REFUSE_H */
