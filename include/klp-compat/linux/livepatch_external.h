/* SPDX-License-Identifier: GPL-2.0 */
/*
 * <linux/livepatch_external.h>, which kernels have since 6.19: types of the
 * callbacks, and the compact arrays that klp-build makes.
 */
#ifndef _LIVEPOKE_COMPAT_LINUX_LIVEPATCH_EXTERNAL_H
#define _LIVEPOKE_COMPAT_LINUX_LIVEPATCH_EXTERNAL_H

#include <linux/types.h>
#include <livepoke/livepatch.h>

#define KLP_RELOC_SEC_PREFIX	".klp.rela."
#define KLP_SYM_PREFIX		".klp.sym."

typedef int (*klp_pre_patch_t)(struct lp_object *obj);
typedef void (*klp_post_patch_t)(struct lp_object *obj);
typedef void (*klp_pre_unpatch_t)(struct lp_object *obj);
typedef void (*klp_post_unpatch_t)(struct lp_object *obj);

struct klp_func_ext {
	const char *old_name;
	void *new_func;
	unsigned long sympos;
};

struct klp_object_ext {
	const char *name;
	struct klp_func_ext *funcs;
	struct lp_callbacks callbacks;
	unsigned int nr_funcs;
};

#endif /* _LIVEPOKE_COMPAT_LINUX_LIVEPATCH_EXTERNAL_H */
