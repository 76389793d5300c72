// SPDX-License-Identifier: GPL-2.0
/*
 * What was accepted for boot, one a line of /var/lib/livepoke/accepted:
 *
 *	patch NAME
 *	block [MODULE:]FUNCTION VALUE [OVERRIDE]
 *
 * The lines are restored from the first to the last, so they stand in the order
 * of the stack: of two that change one function the later one wins.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include "accepted.h"
#include "block.h"
#include "file.h"
#include "msg.h"
#include "patch.h"
#include "store.h"

/**
 * lp_accepted() - read the list
 * @lines:	receives it
 *
 * Only a list that is not there is empty: whoever writes one that could not be
 * read anew would lose what it had.
 *
 * Return: 0 or a negative errno.
 */
int lp_accepted(struct lp_list *lines)
{
	char *path = lp_path(LP_STORE "/accepted"), *text;
	int ret = lp_read(path, &text);

	memset(lines, 0, sizeof(*lines));
	if (!ret) {
		*lines = lp_split(text, "\n");
		free(text);
	}
	free(path);
	return ret == -ENOENT ? 0 : ret;
}

/* The same; an exit status after a message. */
int lp_read_accepted(struct lp_list *lines)
{
	int ret = lp_accepted(lines);

	if (!ret)
		return LP_OK;
	return lp_fail(LP_FAILED, -ret, NULL, "cannot read " LP_STORE "/accepted");
}

/* 0 or a negative errno */
int lp_set_accepted(const struct lp_list *lines)
{
	char *dir = lp_path(LP_STORE), *path = lp_path(LP_STORE "/accepted");
	char *joined = lp_list_join(lines, "\n");
	char *text = lp_format("%s%s", joined, lines->count ? "\n" : "");
	int ret = lp_make_dirs(dir);

	if (!ret)
		ret = lp_replace_file(path, text);
	free(text);
	free(joined);
	free(path);
	free(dir);
	return ret;
}

/* The name in sysfs of what a line is about; NULL if the line means nothing */
char *lp_accepted_name(const char *line)
{
	struct lp_list words = lp_split(line, " ");
	char *function, *name = NULL;

	if (words.count == 2 && !strcmp(words.item[0], "patch"))
		name = lp_copy(words.item[1]);
	if (words.count >= 3 && words.count <= 4 && !strcmp(words.item[0], "block")) {
		function = lp_block_function(words.item[1]);
		name = lp_format("block-%s", function);
		free(function);
	}
	lp_list_free(&words);
	return name;
}

bool lp_is_accepted(const struct lp_list *lines, const char *name)
{
	bool found = false;
	char *other;
	size_t i;

	for (i = 0; i < lines->count && !found; i++) {
		other = lp_accepted_name(lines->item[i]);
		found = other && !strcmp(other, name);
		free(other);
	}
	return found;
}

/* Whether what a line is about is in force, or on its way there */
bool lp_in_force(const char *line)
{
	char *name = lp_accepted_name(line);
	enum lp_state state = name ? lp_patch_state(name) : LP_GONE;

	free(name);
	return state == LP_PATCHED || state == LP_PATCHING;
}

/* The names of what should be in force and is not */
struct lp_list lp_not_in_force(const struct lp_list *lines)
{
	struct lp_list names = { 0 };
	char *name;
	size_t i;

	for (i = 0; i < lines->count; i++) {
		if (lp_in_force(lines->item[i]))
			continue;
		name = lp_accepted_name(lines->item[i]);
		lp_list_add(&names, name ? name : lp_copy(lines->item[i]));
	}
	return names;
}

static int lp_order_of(const char *line)
{
	char *name = lp_accepted_name(line);
	int order = name ? lp_stack_order(name) : 0;

	free(name);
	return order;
}

/**
 * lp_order_accepted() - put lines in the order of the stack
 * @lines:	changed
 *
 * Lines of what is not in force have no place in the stack and stay where they
 * are.
 */
void lp_order_accepted(struct lp_list *lines)
{
	size_t i, k;
	char *line;
	int a, b;

	for (i = 0; i < lines->count; i++) {
		for (k = i + 1; k < lines->count; k++) {
			a = lp_order_of(lines->item[i]);
			b = lp_order_of(lines->item[k]);
			if (!a || !b || a < b)
				continue;
			line = lines->item[i];
			lines->item[i] = lines->item[k];
			lines->item[k] = line;
		}
	}
}

/* Tells who takes away what was accepted that it comes back. */
void lp_note_accepted(const char *name)
{
	struct lp_list lines;

	if (lp_read_accepted(&lines))
		return;
	if (lp_is_accepted(&lines, name))
		lp_note("'%s' is still accepted and comes back at boot; livepoke accept --revoke %s ends that",
			name, name);
	lp_list_free(&lines);
}

/**
 * lp_lock_accepted() - keep others from changing the list
 *
 * Until this process ends. Whoever reads the list in order to write it must
 * hold the lock meanwhile, or one of two changes is lost.
 *
 * Return: LP_OK, or an exit status after a message.
 */
int lp_lock_accepted(void)
{
	char *dir = lp_path(LP_STORE);
	int ret = lp_make_dirs(dir), fd;

	fd = ret ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!ret && fd < 0)
		ret = -errno;
	while (!ret && flock(fd, LOCK_EX)) {
		if (errno != EINTR)
			ret = -errno;
	}
	if (ret)
		lp_fail(LP_FAILED, -ret, NULL, "cannot lock %s", dir);
	free(dir);
	return ret ? LP_FAILED : LP_OK;
}
