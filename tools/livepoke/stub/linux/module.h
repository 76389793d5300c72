/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What <livepoke/livepatch.h> needs of the kernel, so that the layout of its
 * structures can be known here.
 */
#ifndef _LIVEPOKE_STUB_MODULE_H
#define _LIVEPOKE_STUB_MODULE_H

#include <stdbool.h>
#include <stddef.h>

struct module;

#endif /* _LIVEPOKE_STUB_MODULE_H */
