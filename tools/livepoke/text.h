/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Strings and lists of strings. Running out of memory ends the program.
 */
#ifndef _LIVEPOKE_TEXT_H
#define _LIVEPOKE_TEXT_H

#include "attr.h"
#include <stdbool.h>
#include <stddef.h>

struct lp_list {
	char **item;
	size_t count;
};

__printf(1, 2)
char *lp_format(const char *fmt, ...);
char *lp_printable(const char *text);
char *lp_copy(const char *text);
bool lp_starts(const char *text, const char *prefix);
bool lp_is_word(const char *text, const char *more, size_t max);

void lp_list_add(struct lp_list *list, char *item);
bool lp_list_has(const struct lp_list *list, const char *item);
void lp_list_sort(struct lp_list *list);
char *lp_list_join(const struct lp_list *list, const char *between);
void lp_list_free(struct lp_list *list);
struct lp_list lp_split(const char *text, const char *separators);

#endif /* _LIVEPOKE_TEXT_H */
