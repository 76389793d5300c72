/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of the kernel and of the patch store.
 */
#ifndef _LIVEPOKE_FILE_H
#define _LIVEPOKE_FILE_H

#include "attr.h"
#include <stdbool.h>
#include "text.h"

__printf(1, 2)
char *lp_path(const char *fmt, ...);
int lp_read(const char *path, char **text);
char *lp_read_line(const char *path);
int lp_write(const char *path, const char *text);
int lp_replace_file(const char *path, const char *text);
int lp_copy_file(const char *from, const char *to);
int lp_make_dirs(const char *path);
bool lp_exists(const char *path);
bool lp_is_dir(const char *path);
struct lp_list lp_names_in(const char *dir);

#endif /* _LIVEPOKE_FILE_H */
