/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Driving a patch from a program: a shell would take longer for one step
 * than a whole transition takes.
 */
#ifndef _LP_PATCHCTL_H
#define _LP_PATCHCTL_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* One live patching implementation: its directory in sysfs */
struct patchctl {
	const char *root;	/* /sys/kernel/livepoke */
	const char *name;	/* of the patch module */
	const char *ko;		/* its file */
};

static inline double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* 0 or an errno */
static inline int file_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_TRUNC), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

static inline int patch_open(const struct patchctl *p, const char *attr, int flags)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s/%s", p->root, p->name, attr);
	return open(path, flags);
}

/* First character of an attribute, 0 if the patch is gone */
static inline char patch_get(const struct patchctl *p, const char *attr)
{
	int fd = patch_open(p, attr, O_RDONLY);
	char c = 0;

	if (fd < 0)
		return 0;
	if (read(fd, &c, 1) != 1)
		c = 0;
	close(fd);
	return c;
}

/* 0 or an errno */
static inline int patch_set(const struct patchctl *p, const char *attr, char value)
{
	int fd = patch_open(p, attr, O_WRONLY);
	int ret = 0;

	if (fd < 0)
		return errno;
	if (write(fd, &value, 1) != 1)
		ret = errno;
	close(fd);
	return ret;
}

static inline int patch_load(const struct patchctl *p)
{
	int fd = open(p->ko, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return errno;
	ret = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	close(fd);
	return ret;
}

/* The last reference goes a moment after the directory. */
static inline int patch_unload(const struct patchctl *p)
{
	double end = now_ms() + 20000;

	while (syscall(SYS_delete_module, p->name, O_NONBLOCK)) {
		if ((errno != EWOULDBLOCK && errno != EBUSY) || now_ms() > end)
			return errno;
		usleep(500);
	}
	return 0;
}

/* Waits until no transition runs; how long that took, or -1 */
static inline double patch_wait(const struct patchctl *p, double limit_ms,
				unsigned int poll_us)
{
	double start = now_ms();

	while (patch_get(p, "transition") == '1') {
		if (now_ms() - start > limit_ms)
			return -1;
		usleep(poll_us);
	}
	return now_ms() - start;
}

#endif /* _LP_PATCHCTL_H */
