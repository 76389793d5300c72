/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Modules that come and go while patches of them are registered.
 */
#ifndef _LIVEPOKE_KLP_MODULE_H
#define _LIVEPOKE_KLP_MODULE_H

#include <linux/module.h>

struct module *lp_patchable_module(const char *name);

int lp_module_init(void);
void lp_module_exit(void);

#endif /* _LIVEPOKE_KLP_MODULE_H */
