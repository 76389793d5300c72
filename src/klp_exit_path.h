/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that a task runs after it has left the task list.
 */
#ifndef _LIVEPOKE_KLP_EXIT_PATH_H
#define _LIVEPOKE_KLP_EXIT_PATH_H

#include <linux/types.h>

bool lp_on_exit_path(const char *name);
bool lp_is_last_function(const char *name);

void lp_exits_begin(void);
bool lp_exits_over(void);
void lp_exits_exit(void);

#endif /* _LIVEPOKE_KLP_EXIT_PATH_H */
