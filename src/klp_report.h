/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a transition waits, and how long it took.
 */
#ifndef _LIVEPOKE_KLP_REPORT_H
#define _LIVEPOKE_KLP_REPORT_H

#include "klp_core.h"

ssize_t lp_report_blockers(struct lp_live_patch *live, char *buf);
void lp_trace_blockers(void);
void lp_trace_transition(struct lp_live_patch *live, bool to_patched,
			 const char *what);
ssize_t lp_report_timing(struct lp_live_patch *live, char *buf);

#endif /* _LIVEPOKE_KLP_REPORT_H */
