/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Live patches, as /sys/kernel/livepoke shows them.
 */
#ifndef _LIVEPOKE_PATCH_H
#define _LIVEPOKE_PATCH_H

#include <stdbool.h>
#include "text.h"

enum lp_state {
	LP_GONE,		/* not loaded */
	LP_DISABLED,		/* loaded, not in force */
	LP_PATCHING,
	LP_PATCHED,
	LP_UNPATCHING,
};

struct lp_patch_object {
	char *name;
	bool patched;
	struct lp_list functions;	/* "function,position" */
};

/**
 * struct lp_timing - one figure of the last transition
 * @key:	its name
 * @value:	its value
 */
struct lp_timing {
	char *key;
	unsigned long long value;
};

/**
 * struct lp_live - one live patch
 * @name:	of its module
 * @state:	what it is doing
 * @objects:	what it patches
 * @count:	how many objects
 * @timing:	figures of its last transition, NULL-terminated by key
 * @value:	what a blocked function returns; NULL for other patches
 * @hits:	how often a blocked function was called
 * @override:	what blocking it has overridden; NULL for nothing
 */
struct lp_live {
	char *name;
	enum lp_state state;
	struct lp_patch_object *objects;
	size_t count;
	struct lp_timing *timing;
	char *value;
	unsigned long long hits;
	char *override;
};

struct lp_lives {
	struct lp_live *item;
	size_t count;
};

enum lp_state lp_patch_state(const char *name);
const char *lp_state_name(enum lp_state state);
int lp_stack_order(const char *name);
bool lp_in_motion(enum lp_state state);
char *lp_patch_path(const char *name, const char *attribute);
struct lp_list lp_patch_names(void);
struct lp_live lp_read_patch(const char *name);
struct lp_lives lp_read_patches(void);
const unsigned long long *lp_timing_of(const struct lp_live *live, const char *key);
void lp_free_patch(struct lp_live *live);
void lp_free_patches(struct lp_lives *lives);

#endif /* _LIVEPOKE_PATCH_H */
