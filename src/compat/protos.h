/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arguments of unexported functions, where they differ between kernels.
 */
#ifndef _LIVEPOKE_COMPAT_PROTOS_H
#define _LIVEPOKE_COMPAT_PROTOS_H

struct module;

/* Bound, but called only where kallsyms_on_each_match_symbol() is missing. */
#define LP_ARGS_kallsyms_on_each_symbol					\
	(int (*fn)(void *data, const char *name, struct module *mod,	\
		   unsigned long addr), void *data)

#ifdef LP_HAVE_WALK_WITHOUT_MODULE
#define LP_ARGS_module_symbol						\
	(void *data, const char *name, unsigned long addr)
#else
#define LP_ARGS_module_symbol						\
	(void *data, const char *name, struct module *mod, unsigned long addr)
#endif

#ifdef LP_HAVE_ONE_MODULE_WALK
#define LP_ARGS_module_kallsyms_on_each_symbol				\
	(const char *modname, int (*fn)LP_ARGS_module_symbol, void *data)
#else
#define LP_ARGS_module_kallsyms_on_each_symbol				\
	(int (*fn)LP_ARGS_module_symbol, void *data)
#endif

#endif /* _LIVEPOKE_COMPAT_PROTOS_H */
