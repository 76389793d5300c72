// SPDX-License-Identifier: GPL-2.0
/*
 * lpunload FILE - waits until FILE (of tp_fault) names a module, tries at once
 * to unload it, and writes the errno back; again and again
 *
 * It is there before the moment comes: a program that is started then is late.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ACTOR_CPU	3	/* as in tp_fault.c */

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
	char name[64], result[16];
	cpu_set_t cpus;
	ssize_t len;

	CPU_ZERO(&cpus);
	CPU_SET(ACTOR_CPU, &cpus);
	if (fd < 0 || sched_setaffinity(0, sizeof(cpus), &cpus)) {
		perror("lpunload");
		return 2;
	}
	while ((len = read(fd, name, sizeof(name) - 1)) > 0) {
		name[len] = '\0';
		len = snprintf(result, sizeof(result), "%d",
			       syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0);
		if (write(fd, result, len) != len)
			return 1;
	}
	return 1;
}
