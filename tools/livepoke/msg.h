/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tool says on its standard error: one line each.
 */
#ifndef _LIVEPOKE_MSG_H
#define _LIVEPOKE_MSG_H

#include "attr.h"
#include <stdbool.h>
#include "exit.h"

__printf(4, 5)
int lp_fail(enum lp_exit code, int err, const char *cure, const char *fmt, ...);
__printf(1, 2)
void lp_note(const char *fmt, ...);
__noreturn void lp_out_of_memory(void);

#endif /* _LIVEPOKE_MSG_H */
