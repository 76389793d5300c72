/* SPDX-License-Identifier: GPL-2.0 */
/*
 * <linux/livepatch.h> for live patches that were written for the kernel's own
 * livepatch: the same names, on top of livepoke.
 *
 * patch.mk puts this directory before the kernel's, so that the source of such
 * a patch stays as it is. The structures are those of livepoke; the fields
 * that the kernel documents as external have the same names there. What a
 * patch could use in any kernel from 5.10 to 7.3 is here, whatever the kernel
 * that it is built for has.
 */
#ifndef _LIVEPOKE_COMPAT_LINUX_LIVEPATCH_H
#define _LIVEPOKE_COMPAT_LINUX_LIVEPATCH_H

#include <linux/completion.h>
#include <linux/ftrace.h>
#include <linux/list.h>
#include <linux/module.h>
#include <livepoke/livepatch.h>
#include <livepoke/shadow.h>
#include "livepatch_external.h"

#define klp_func		lp_func
#define klp_callbacks		lp_callbacks
#define klp_object		lp_object
#define klp_state		lp_state
#define klp_patch		lp_patch

#define klp_enable_patch	lp_enable_patch
#define klp_get_state		lp_get_state
#define klp_get_prev_state	lp_get_prev_state

#define klp_shadow_ctor_t	lp_shadow_ctor_t
#define klp_shadow_dtor_t	lp_shadow_dtor_t
#define klp_shadow_get		lp_shadow_get
#define klp_shadow_alloc	lp_shadow_alloc
#define klp_shadow_get_or_alloc	lp_shadow_get_or_alloc
#define klp_shadow_free		lp_shadow_free
#define klp_shadow_free_all	lp_shadow_free_all

/* Universes of a task, under the names until 6.10 and since. */
#ifndef KLP_UNDEFINED
#define KLP_UNDEFINED			-1
#define KLP_UNPATCHED			0
#define KLP_PATCHED			1
#endif
#define KLP_TRANSITION_IDLE		-1
#define KLP_TRANSITION_UNPATCHED	0
#define KLP_TRANSITION_PATCHED		1

#define klp_for_each_object_static(patch, obj)				\
	for ((obj) = (patch)->objs; (obj)->funcs || (obj)->name; (obj)++)

#define klp_for_each_func_static(obj, func)				\
	for ((func) = (obj)->funcs;					\
	     (func)->old_name || (func)->new_func || (func)->old_sympos;\
	     (func)++)

/* The author's arrays: livepoke keeps what it adds to itself. */
#define klp_for_each_object(patch, obj)	klp_for_each_object_static(patch, obj)
#define klp_for_each_func(obj, func)	klp_for_each_func_static(obj, func)

/* livepoke only loads where stacks are reliable. */
static inline bool klp_have_reliable_stack(void)
{
	return true;
}

/*
 * Finds what klp-build has put into a module. livepoke has no use for such
 * modules, so there is nothing to find; see livepoke-patch(7).
 */
static inline void *klp_find_section_by_name(const struct module *mod,
					     const char *name, size_t *sec_size)
{
	pr_err("livepoke: patch '%s' was made by klp-build for the kernel's own livepatch; build it from source with patch.mk\n",
	       mod->name);
	*sec_size = 0;
	return NULL;
}

/*
 * MODULE_INFO(livepatch, "Y") would make the kernel treat the module as one
 * of its own live patches, or refuse it without CONFIG_LIVEPATCH. It becomes
 * MODULE_INFO(livepoke, "Y"); every other tag stays.
 */
#undef MODULE_INFO
#define __lp_tag_livepatch		~, __LP_INFO_LIVEPOKE
#define __LP_SECOND(a, b, ...)		b
#define __LP_PICK(...)			__LP_SECOND(__VA_ARGS__)
#define __LP_INFO(text)							\
	static const char __UNIQUE_ID(lp_modinfo)[] __used		\
		__section(".modinfo") __aligned(1) = text
#define __LP_INFO_LIVEPOKE(tag, info)	__LP_INFO("livepoke=" info)
#define __LP_INFO_KEEP(tag, info)	__LP_INFO(__stringify(tag) "=" info)
#define MODULE_INFO(tag, info)						\
	__LP_PICK(__lp_tag_##tag, __LP_INFO_KEEP,)(tag, info)

#endif /* _LIVEPOKE_COMPAT_LINUX_LIVEPATCH_H */
