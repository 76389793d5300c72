/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loading, enabling and disabling patches.
 */
#ifndef _LIVEPOKE_STEER_H
#define _LIVEPOKE_STEER_H

#include <stdbool.h>

/**
 * struct lp_source - where a patch comes from
 * @name:	of its module
 * @file:	its file; NULL if only loaded modules have that name
 * @by_name:	the user gave the name, not the file
 */
struct lp_source {
	char *name;
	char *file;
	bool by_name;
};

int lp_find_source(const char *what, struct lp_source *source);
int lp_find_patch_file(const char *what, struct lp_source *source);
void lp_free_source(struct lp_source *source);
int lp_insert_livepoke(void);
int lp_insert_patch(const struct lp_source *source, const char *params);
int lp_write_patch(const char *name, const char *attribute, const char *value,
		   const char *doing);
int lp_refused(const char *name, const char *doing, int err, int log);
int lp_check_is_patch(const char *name);
int lp_bring_up(const struct lp_source *source, const char *params);

#endif /* _LIVEPOKE_STEER_H */
