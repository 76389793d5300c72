/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between kernels, behind the name of a capability.
 *
 * The rest of the tree reads as if written for one kernel. Nothing outside
 * src/compat/ tests a kernel version.
 */
#ifndef _LIVEPOKE_COMPAT_H
#define _LIVEPOKE_COMPAT_H

#include <linux/ftrace.h>
#include <linux/version.h>

#endif /* _LIVEPOKE_COMPAT_H */
