// SPDX-License-Identifier: GPL-2.0
/*
 * Files of the kernel and of the patch store.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include "file.h"
#include "msg.h"

#define LP_FILE_MAX	(64 << 20)

/**
 * lp_path() - name of a file of the system
 * @fmt:	as seen by the system, beginning with /
 *
 * Return: the name, below $LIVEPOKE_ROOT if that is set (for tests).
 */
char *lp_path(const char *fmt, ...)
{
	const char *root = secure_getenv("LIVEPOKE_ROOT");
	char *path, *whole;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&path, fmt, ap) < 0)
		lp_out_of_memory();
	va_end(ap);
	whole = lp_format("%s%s", root ? root : "", path);
	free(path);
	return whole;
}

static int lp_read_all(gzFile file, char **text)
{
	size_t size = 0, room = 4096;
	int got;

	*text = malloc(room);
	while (*text && size < LP_FILE_MAX) {
		got = gzread(file, *text + size, room - size - 1);
		if (got < 0)
			return errno ? -errno : -EIO;
		size += got;
		(*text)[size] = '\0';
		if (!got)
			return 0;
		if (room - size < 2048)
			*text = realloc(*text, room *= 2);
	}
	if (!*text)
		lp_out_of_memory();
	return -EFBIG;
}

/**
 * lp_read() - read a file, also a gzipped one, as text
 * @path:	its name
 * @text:	receives the contents, NULL on error
 *
 * Return: 0 or a negative errno.
 */
int lp_read(const char *path, char **text)
{
	gzFile file;
	int ret;

	*text = NULL;
	errno = 0;
	file = gzopen(path, "re");
	if (!file)
		return errno ? -errno : -ENOMEM;
	ret = lp_read_all(file, text);
	gzclose(file);
	if (ret) {
		free(*text);
		*text = NULL;
	}
	return ret;
}

/* The first line of a file, without its end; NULL if it cannot be read. */
char *lp_read_line(const char *path)
{
	char *text;

	if (lp_read(path, &text))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* Writes to an existing file in one write(2); 0 or a negative errno. */
int lp_write(const char *path, const char *text)
{
	size_t size = strlen(text);
	ssize_t done;
	int fd, ret = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	done = write(fd, text, size);
	if (done < 0)
		ret = -errno;
	else if ((size_t)done != size)
		ret = -EIO;
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

static int lp_fill(int fd, const char *text, size_t size)
{
	ssize_t done;

	while (size) {
		done = write(fd, text, size);
		if (done < 0)
			return -errno;
		text += done;
		size -= done;
	}
	return fsync(fd) ? -errno : 0;
}

static int lp_fill_from(int fd, int from)
{
	char buf[65536];
	ssize_t got;
	int ret;

	while ((got = read(from, buf, sizeof(buf))) > 0) {
		ret = lp_fill(fd, buf, got);
		if (ret)
			return ret;
	}
	return got < 0 ? -errno : 0;
}

/* A rename outlives a crash only once the directory has been written. */
static int lp_sync_dir_of(const char *path)
{
	char *dir = lp_format("%.*s", (int)(strrchr(path, '/') - path), path);
	int fd = open(*dir ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;

	if (fd < 0 || fsync(fd))
		ret = -errno;
	if (fd >= 0)
		close(fd);
	free(dir);
	return ret;
}

/* Puts text, or what @from holds, at @path: all of it or nothing. */
static int lp_put(const char *path, const char *text, int from)
{
	char *temp = lp_format("%s.new", path);
	int fd, ret;

	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	if (fd < 0) {
		ret = -errno;
		free(temp);
		return ret;
	}
	ret = text ? lp_fill(fd, text, strlen(text)) : lp_fill_from(fd, from);
	close(fd);
	if (!ret && rename(temp, path))
		ret = -errno;
	if (ret)
		unlink(temp);
	else if (strchr(path, '/'))
		ret = lp_sync_dir_of(path);
	free(temp);
	return ret;
}

int lp_replace_file(const char *path, const char *text)
{
	return lp_put(path, text, -1);
}

int lp_copy_file(const char *from, const char *to)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = lp_put(to, NULL, fd);
	close(fd);
	return ret;
}

/* mkdir -p */
int lp_make_dirs(const char *path)
{
	char *copy = lp_copy(path), *slash = copy;
	int ret = 0;

	do {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(copy, 0755) && errno != EEXIST)
			ret = -errno;
		if (slash)
			*slash = '/';
	} while (slash && !ret);
	free(copy);
	return ret;
}

bool lp_exists(const char *path)
{
	return !access(path, F_OK);
}

bool lp_is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* Names in a directory, sorted, without hidden ones. */
struct lp_list lp_names_in(const char *dir)
{
	struct lp_list names = { 0 };
	struct dirent *entry;
	DIR *d = opendir(dir);

	if (!d)
		return names;
	while ((entry = readdir(d))) {
		if (entry->d_name[0] != '.')
			lp_list_add(&names, lp_copy(entry->d_name));
	}
	closedir(d);
	lp_list_sort(&names);
	return names;
}
