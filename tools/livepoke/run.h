/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Running other programs.
 */
#ifndef _LIVEPOKE_RUN_H
#define _LIVEPOKE_RUN_H

int lp_run_program(const char *const *argv);

#endif /* _LIVEPOKE_RUN_H */
