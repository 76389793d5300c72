// SPDX-License-Identifier: GPL-2.0
/*
 * Strings and lists of strings.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "msg.h"
#include "text.h"

char *lp_format(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		lp_out_of_memory();
	va_end(ap);
	return text;
}

char *lp_copy(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		lp_out_of_memory();
	return copy;
}

/**
 * lp_printable() - text that cannot disturb a terminal or a log
 * @text:	from wherever
 *
 * Return: a copy with \xNN for control characters.
 */
char *lp_printable(const char *text)
{
	char *copy = malloc(4 * strlen(text) + 1), *to = copy;

	if (!copy)
		lp_out_of_memory();
	for (; *text; text++) {
		unsigned char c = *text;

		if (c < ' ' || c == 127)
			to += sprintf(to, "\\x%02x", c);
		else
			*to++ = c;
	}
	*to = '\0';
	return copy;
}

bool lp_starts(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/**
 * lp_is_word() - whether a text can be a name
 * @text:	what was given
 * @more:	characters that are allowed besides letters, digits and _
 * @max:	its longest length
 */
bool lp_is_word(const char *text, const char *more, size_t max)
{
	size_t length = strlen(text);

	if (!length || length > max)
		return false;
	for (; *text; text++) {
		if (!isalnum((unsigned char)*text) && *text != '_' &&
		    !strchr(more, *text))
			return false;
	}
	return true;
}

/* Takes over @item. */
void lp_list_add(struct lp_list *list, char *item)
{
	list->item = reallocarray(list->item, list->count + 1, sizeof(item));
	if (!list->item)
		lp_out_of_memory();
	list->item[list->count++] = item;
}

bool lp_list_has(const struct lp_list *list, const char *item)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (!strcmp(list->item[i], item))
			return true;
	}
	return false;
}

static int lp_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void lp_list_sort(struct lp_list *list)
{
	if (list->count)
		qsort(list->item, list->count, sizeof(*list->item), lp_compare);
}

char *lp_list_join(const struct lp_list *list, const char *between)
{
	char *joined = lp_copy(""), *longer;
	size_t i;

	for (i = 0; i < list->count; i++) {
		longer = lp_format("%s%s%s", joined, i ? between : "",
				   list->item[i]);
		free(joined);
		joined = longer;
	}
	return joined;
}

void lp_list_free(struct lp_list *list)
{
	while (list->count)
		free(list->item[--list->count]);
	free(list->item);
	list->item = NULL;
}

struct lp_list lp_split(const char *text, const char *separators)
{
	struct lp_list list = { 0 };
	size_t length;

	for (text += strspn(text, separators); *text;
	     text += length, text += strspn(text, separators)) {
		length = strcspn(text, separators);
		lp_list_add(&list, lp_format("%.*s", (int)length, text));
	}
	return list;
}
