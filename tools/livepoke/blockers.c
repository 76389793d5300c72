// SPDX-License-Identifier: GPL-2.0
/*
 * The tasks that a transition waits for: reading the kernel's list.
 *
 *   TGID TID COMM cpu N AGE ms KIND: WHY; tried MEANS; ADVICE
 *   and N more
 *
 * COMM can hold anything that the user chose, even blanks and our keywords;
 * what follows it cannot. So the line is read from its end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "blockers.h"
#include "file.h"
#include "msg.h"
#include "patch.h"

/* The last " cpu N AGE ms KIND: WHY" of a line; NULL if there is none */
static char *lp_find_tail(char *line, struct lp_blocker *blocker, char **rest)
{
	char *at, *found = NULL;
	char kind[16];
	int end;

	for (at = line; (at = strstr(at, " cpu ")); at++) {
		end = 0;
		if (sscanf(at, " cpu %u %llu ms %15[a-z]: %n", &blocker->cpu,
			   &blocker->age_ms, kind, &end) == 3 && end) {
			free(blocker->kind);
			blocker->kind = lp_copy(kind);
			*rest = at + end;
			found = at;
		}
	}
	return found;
}

/* The first part of a text that "; " divides; moves on to the next part */
static char *lp_next_part(char **text)
{
	char *end = strstr(*text, "; "), *part;

	if (!end)
		end = *text + strlen(*text);
	part = lp_format("%.*s", (int)(end - *text), *text);
	*text = *end ? end + 2 : end;
	return part;
}

/* "in f+0x12/0x34 [mod]": how far it is in f means nothing to a user */
static void lp_drop_offset(char *why)
{
	char *plus = strstr(why, "+0x"), *end;

	if (!plus)
		return;
	end = plus + strcspn(plus, " ");
	memmove(plus, end, strlen(end) + 1);
}

static bool lp_parse_blocker(char *line, struct lp_blocker *blocker)
{
	char *rest, *tail = lp_find_tail(line, blocker, &rest);
	int start = 0;

	if (!tail)
		return false;
	blocker->why = lp_next_part(&rest);
	lp_drop_offset(blocker->why);
	blocker->tried = lp_next_part(&rest);
	blocker->advice = lp_next_part(&rest);
	*tail = '\0';
	if (sscanf(line, "%d %d %n", &blocker->tgid, &blocker->tid, &start) != 2 ||
	    !start)
		return false;
	blocker->comm = lp_copy(line + start);
	return true;
}

static void lp_free_blocker(struct lp_blocker *blocker)
{
	free(blocker->comm);
	free(blocker->kind);
	free(blocker->why);
	free(blocker->tried);
	free(blocker->advice);
}

static void lp_take_line(struct lp_blockers *blockers, char *line)
{
	struct lp_blocker blocker = { 0 };

	if (sscanf(line, "and %u more", &blockers->more) == 1)
		return;
	if (!lp_parse_blocker(line, &blocker)) {
		lp_free_blocker(&blocker);
		blockers->more++;
		return;
	}
	blockers->item = reallocarray(blockers->item, blockers->count + 1,
				      sizeof(blocker));
	if (!blockers->item)
		lp_out_of_memory();
	blockers->item[blockers->count++] = blocker;
}

/**
 * lp_read_blockers() - read the kernel's list
 * @name:	the patch
 * @blockers:	receives it; give it to lp_free_blockers() in any case
 *
 * Return: 0 or a negative errno.
 */
int lp_read_blockers(const char *name, struct lp_blockers *blockers)
{
	char *path = lp_patch_path(name, "blockers"), *text;
	struct lp_list lines;
	int ret;
	size_t i;

	memset(blockers, 0, sizeof(*blockers));
	ret = lp_read(path, &text);
	free(path);
	if (ret)
		return ret;
	lines = lp_split(text, "\n");
	for (i = 0; i < lines.count; i++)
		lp_take_line(blockers, lines.item[i]);
	lp_list_free(&lines);
	free(text);
	return 0;
}

void lp_free_blockers(struct lp_blockers *blockers)
{
	size_t i;

	for (i = 0; i < blockers->count; i++)
		lp_free_blocker(&blockers->item[i]);
	free(blockers->item);
}
