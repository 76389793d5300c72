// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel says while we ask it for something.
 *
 * livepoke.ko logs one line with cause and cure for each refusal; an errno
 * alone would send the user to dmesg.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "file.h"
#include "klog.h"
#include "msg.h"

#define LP_RECORD	8192

/**
 * lp_klog_open() - remember where the kernel's log ends now
 *
 * Return: a file descriptor for lp_klog_reason(), or -1.
 */
int lp_klog_open(void)
{
	char *path = lp_path("/dev/kmsg");
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	free(path);
	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/*
 * One record's text; 0 at the end. A record that was overwritten before we
 * read it is EPIPE.
 */
static int lp_klog_next(int fd, char *buf, char **text)
{
	ssize_t size;

	do {
		size = read(fd, buf, LP_RECORD - 1);
	} while (size < 0 && (errno == EPIPE || errno == EINTR));
	if (size <= 0)
		return 0;
	buf[size] = '\0';
	*text = strchr(buf, ';');
	if (!*text)
		*text = buf;
	else
		++*text;
	(*text)[strcspn(*text, "\n")] = '\0';
	return 1;
}

/* "prefix: " at the beginning of a line, NULL if it is not there */
static const char *lp_after(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	if (strncmp(text, prefix, length) || strncmp(text + length, ": ", 2))
		return NULL;
	return text + length + 2;
}

/* "enabling patch" and "failed to enable patch" are no reasons. */
static int lp_is_reason(const char *line)
{
	return !lp_starts(line, "enabling patch") &&
	       !lp_starts(line, "failed to enable patch");
}

/**
 * lp_klog_reason() - why a request was refused
 * @fd:		from lp_klog_open() before the request; closed
 * @name:	the patch
 *
 * Return: the first line that livepoke or the module loader wrote meanwhile,
 * without its prefix; NULL if there is none.
 */
char *lp_klog_reason(int fd, const char *name)
{
	char *buf = malloc(LP_RECORD), *reason = NULL, *text;
	const char *line;

	if (!buf)
		lp_out_of_memory();
	while (fd >= 0 && lp_klog_next(fd, buf, &text)) {
		line = lp_after(text, "livepoke");
		if (!line)
			line = lp_after(text, name);
		if (line && !reason && lp_is_reason(line))
			reason = lp_copy(line);
	}
	if (fd >= 0)
		close(fd);
	free(buf);
	return reason;
}

/* Whether a line is for strangers: what was typed at boot is not. */
static bool lp_is_shown(const char *line)
{
	static const char *const words[] = {
		"livepoke", "BUG:", "WARNING:", "Oops", "soft lockup",
		"INFO: task", "signature", "Lockdown", NULL
	};
	int i;

	for (i = 0; words[i] && !strstr(line, words[i]); i++)
		;
	return words[i] && !strcasestr(line, "command line:");
}

/* The lines of the log that livepoke wrote or that report a fault. */
char *lp_klog_all(void)
{
	struct lp_list lines = { 0 };
	char *buf = malloc(LP_RECORD), *text;
	int fd = lp_klog_open();

	if (!buf)
		lp_out_of_memory();
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	while (fd >= 0 && lp_klog_next(fd, buf, &text)) {
		if (lp_is_shown(text))
			lp_list_add(&lines, lp_printable(text));
	}
	if (fd >= 0)
		close(fd);
	free(buf);
	text = lp_list_join(&lines, "\n");
	lp_list_free(&lines);
	return text;
}
