/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was accepted for boot.
 */
#ifndef _LIVEPOKE_ACCEPTED_H
#define _LIVEPOKE_ACCEPTED_H

#include <stdbool.h>
#include "text.h"

int lp_accepted(struct lp_list *lines);
int lp_read_accepted(struct lp_list *lines);
int lp_set_accepted(const struct lp_list *lines);
char *lp_accepted_name(const char *line);
bool lp_is_accepted(const struct lp_list *lines, const char *name);
bool lp_in_force(const char *line);
struct lp_list lp_not_in_force(const struct lp_list *lines);
void lp_order_accepted(struct lp_list *lines);
void lp_note_accepted(const char *name);
int lp_lock_accepted(void);

#endif /* _LIVEPOKE_ACCEPTED_H */
