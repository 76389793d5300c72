/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes by the names that the kernel gives them.
 */
#ifndef _LIVEPOKE_ATTR_H
#define _LIVEPOKE_ATTR_H

#define __printf(format, first)	__attribute__((__format__(printf, format, first)))
#define __noreturn		__attribute__((__noreturn__))

#endif /* _LIVEPOKE_ATTR_H */
