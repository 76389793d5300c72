/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of errors.
 */
#ifndef _LIVEPOKE_ERRNO_NAME_H
#define _LIVEPOKE_ERRNO_NAME_H

const char *lp_errno_name(int err);

#endif /* _LIVEPOKE_ERRNO_NAME_H */
