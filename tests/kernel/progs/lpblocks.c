// SPDX-License-Identifier: GPL-2.0
/*
 * lpblocks engage|disengage [REST] < FUNCTIONS
 *
 * One request to livepoke after the other, a function a line, each as soon as
 * the transition of the one before has ended. REST follows the name. Prints
 * each that was refused, with the error; fails if one was.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "patchctl.h"

#define ROOT	"/sys/kernel/livepoke"
#define PATIENCE 60	/* s */

static int request(const char *text)
{
	return file_put(ROOT "/control", text);
}

static bool in_motion(const char *function, bool gone)
{
	char path[400], value = '1';
	int fd;

	snprintf(path, sizeof(path), ROOT "/block-%s/transition", function);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return !gone;
	if (read(fd, &value, 1) < 0)
		value = '1';
	close(fd);
	return gone || value == '1';
}

/* Waits for the end of what was asked for. */
static bool settle(const char *function, bool gone)
{
	time_t end = time(NULL) + PATIENCE;

	while (in_motion(function, gone)) {
		if (time(NULL) > end)
			return false;
		usleep(500);
	}
	return true;
}

int main(int argc, char **argv)
{
	char function[256], text[400];
	int err, failed = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: lpblocks engage|disengage [REST] < FUNCTIONS\n");
		return 2;
	}
	while (scanf("%255s", function) == 1) {
		snprintf(text, sizeof(text), "%s %s %s", argv[1], function,
			 argc > 2 ? argv[2] : "");
		err = request(text);
		if (!err && !settle(function, *argv[1] == 'd'))
			err = ETIMEDOUT;
		if (err) {
			printf("%s: %s\n", function, strerrorname_np(err));
			failed = 1;
		}
	}
	return failed;
}
