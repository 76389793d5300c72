/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel modules: those that are loaded, and loading them.
 */
#ifndef _LIVEPOKE_MODULE_H
#define _LIVEPOKE_MODULE_H

#include <stdbool.h>
#include "text.h"

enum lp_known {
	LP_UNKNOWN,		/* not to modprobe */
	LP_MODULE,
	LP_BUILT_IN,
};

bool lp_module_running(void);
bool lp_module_loaded(const char *name);
char *lp_module_running_value(const char *name, const char *key);
struct lp_list lp_module_holders(void);
char *lp_module_name_of_file(const char *path);
bool lp_valid_module_name(const char *name);
void lp_fold_name(char *name);
const char *lp_kernel_release(void);

int lp_insert_file(const char *path, const char *params);
int lp_insert_by_name(const char *name, const char *params);
int lp_remove_module(const char *name, double patience);
char *lp_find_module_file(const char *name);
bool lp_has_module(const char *dir, const char *name);
enum lp_known lp_module_known(const char *name);
char *lp_module_file_value(const char *path, const char *key);

#endif /* _LIVEPOKE_MODULE_H */
