// SPDX-License-Identifier: GPL-2.0
/*
 * kcall - one system call, and the exact error it gave
 *
 * Prints nothing and exits 0 on success, else prints the name of the errno
 * and exits 1. The shell's own tools turn errors into prose.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail(void)
{
	puts(strerrorname_np(errno));
	return 1;
}

/* For make coverage: where the sections of livepoke.ko are, in the kernel log */
static void note_sections(const char *path)
{
	static const char *const names[] = {
		".text", ".text.unlikely", ".kprobes.text", ".init.text", ".exit.text"
	};
	char line[512], file[128], address[32];
	FILE *log = fopen("/dev/kmsg", "w"), *f;
	unsigned int i;

	snprintf(line, sizeof(line), "lp-cover: %s",
		 strstr(path, "/test/") ? "test" : "product");
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(file, sizeof(file), "/sys/module/livepoke/sections/%s", names[i]);
		f = fopen(file, "r");
		if (f && fgets(address, sizeof(address), f)) {
			address[strcspn(address, "\n")] = '\0';
			snprintf(line + strlen(line), sizeof(line) - strlen(line), " %s=%s",
				 names[i], address);
		}
		if (f)
			fclose(f);
	}
	if (log) {
		fprintf(log, "%s\n", line);
		fclose(log);
	}
}

/* insmod FILE [PARAMETER...] */
static int do_insmod(int argc, char **argv)
{
	char params[4096] = "";
	int fd = open(argv[0], O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail();
	for (int i = 1; i < argc; i++) {
		strncat(params, argv[i], sizeof(params) - strlen(params) - 2);
		strcat(params, " ");
	}
	if (syscall(SYS_finit_module, fd, params, 0))
		return fail();
	if (getenv("LP_COVER") && strstr(argv[0], "/livepoke.ko"))
		note_sections(argv[0]);
	return 0;
}

/* rmmod NAME */
static int do_rmmod(char **argv)
{
	return syscall(SYS_delete_module, argv[0], O_NONBLOCK) ? fail() : 0;
}

/* write FILE TEXT: one write(2), no newline added */
static int do_write(char **argv)
{
	int fd = open(argv[0], O_WRONLY | O_CLOEXEC);
	ssize_t len = strlen(argv[1]);

	if (fd < 0)
		return fail();
	return write(fd, argv[1], len) == len ? 0 : fail();
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "insmod"))
		return do_insmod(argc - 2, argv + 2);
	if (argc == 3 && !strcmp(argv[1], "rmmod"))
		return do_rmmod(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "write"))
		return do_write(argv + 2);
	fputs("usage: kcall insmod FILE [PARAMETER...] | rmmod NAME | write FILE TEXT\n", stderr);
	return 2;
}
