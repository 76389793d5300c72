// SPDX-License-Identifier: GPL-2.0
/*
 * asuser WHO COMMAND... - run a command with fewer rights
 *
 *   nobody   an ordinary user
 *   nsroot   an ordinary user who is root of a user namespace of his own, and
 *            of mounts and processes there, with all capabilities in it
 *   nsuid0   root of such a namespace in which user 0 is the machine's user 0,
 *            so that it owns root's files, without capabilities outside
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define NOBODY 65534

static void die(const char *what)
{
	perror(what);
	exit(125);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

static void become_nobody(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		die("setuid");
}

static void become_root_of_namespace(int outside)
{
	char map[32];

	/* Or its files in /proc would be root's. */
	prctl(PR_SET_DUMPABLE, 1);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		die("unshare");
	put("/proc/self/setgroups", "deny");
	sprintf(map, "0 %d 1", outside);
	put("/proc/self/uid_map", map);
	put("/proc/self/gid_map", map);
	if (setresuid(0, 0, 0))
		die("setuid 0");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		die("usage: asuser nobody|nsroot|nsuid0 COMMAND...");
	if (strcmp(argv[1], "nsuid0"))
		become_nobody();
	if (!strcmp(argv[1], "nsroot"))
		become_root_of_namespace(NOBODY);
	else if (!strcmp(argv[1], "nsuid0"))
		become_root_of_namespace(0);
	execvp(argv[2], argv + 2);
	die(argv[2]);
}
