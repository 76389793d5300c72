/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Module parameters that only the administrator sets: switches, numbers, words.
 */
#ifndef _LIVEPOKE_ENUM_PARAM_H
#define _LIVEPOKE_ENUM_PARAM_H

#include <linux/moduleparam.h>

struct lp_enum_param {
	const char * const *names;	/* ends with NULL */
	int *value;			/* index of the present one */
};

/* Defines "static int name", the index of the word that is set. */
#define LP_ENUM_PARAM(name, words, mode)				\
	static int name;						\
	static struct lp_enum_param lp_enum_##name = {			\
		.names = words,						\
		.value = &name,						\
	};								\
	module_param_cb(name, &lp_enum_param_ops, &lp_enum_##name, mode)

#define LP_BOOL_PARAM(name, mode)					\
	module_param_cb(name, &lp_bool_param_ops, &name, mode)

#define LP_UINT_PARAM(name, mode)					\
	module_param_cb(name, &lp_uint_param_ops, &name, mode)

extern const struct kernel_param_ops lp_enum_param_ops;
extern const struct kernel_param_ops lp_bool_param_ops;
extern const struct kernel_param_ops lp_uint_param_ops;

#endif /* _LIVEPOKE_ENUM_PARAM_H */
