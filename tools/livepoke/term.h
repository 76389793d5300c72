/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Colours and the progress line, on a terminal only.
 */
#ifndef _LIVEPOKE_TERM_H
#define _LIVEPOKE_TERM_H

#include <stdbool.h>
#include <stdio.h>

enum lp_colour { LP_PLAIN, LP_RED, LP_GREEN, LP_YELLOW, LP_BOLD };

void lp_coloured(FILE *to, enum lp_colour colour, const char *text);
bool lp_progress_wanted(void);
void lp_progress(unsigned int done, unsigned int all, const char *text);
void lp_progress_end(void);

#endif /* _LIVEPOKE_TERM_H */
