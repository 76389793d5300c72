/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The #BP handler.
 */
#ifndef _LIVEPOKE_POKE_TRAP_H
#define _LIVEPOKE_POKE_TRAP_H

#include "poke_platform.h"

bool poke_trap(struct pt_regs *regs);

/* The hooks that call it: poke_hook.c. */
int poke_hook_init(void);
void poke_hook_exit(void);

#endif /* _LIVEPOKE_POKE_TRAP_H */
