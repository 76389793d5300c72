// SPDX-License-Identifier: GPL-2.0
/*
 * Running other programs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "run.h"

/**
 * lp_run_program() - run a program and wait for it
 * @argv:	its words, NULL at the end; found in PATH
 *
 * Return: its exit status, 128 + N after signal N, or a negative errno if it
 * could not be started.
 */
int lp_run_program(const char *const *argv)
{
	int status, ret;
	pid_t pid;

	fflush(stdout);
	ret = posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)argv, environ);
	if (ret)
		return -ret;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
