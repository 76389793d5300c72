/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel says while we ask it for something.
 */
#ifndef _LIVEPOKE_KLOG_H
#define _LIVEPOKE_KLOG_H

int lp_klog_open(void);
char *lp_klog_reason(int fd, const char *name);
char *lp_klog_all(void);

#endif /* _LIVEPOKE_KLOG_H */
