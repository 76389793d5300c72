/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shadow variables: fields that a patch attaches to existing objects.
 *
 * A variable belongs to an object, given by its address, and has a number
 * that is unique among all patches. It stays until it is freed; who frees the
 * object must free its variables. Names, arguments and semantics follow the
 * kernel's klp_shadow_*().
 */
#ifndef _LIVEPOKE_SHADOW_H
#define _LIVEPOKE_SHADOW_H

#include <linux/types.h>

/**
 * typedef lp_shadow_ctor_t - fills a new variable
 *
 * Runs under a spinlock with interrupts off: it must not sleep, and must not
 * call functions of this header. An error makes the allocation fail.
 */
typedef int (*lp_shadow_ctor_t)(void *obj, void *shadow_data, void *ctor_data);

/**
 * typedef lp_shadow_dtor_t - called for a variable that is being freed
 *
 * Runs under a spinlock with interrupts off.
 */
typedef void (*lp_shadow_dtor_t)(void *obj, void *shadow_data);

/**
 * lp_shadow_get() - find a variable
 * @obj:	the object
 * @id:		the variable's number
 *
 * Context: any but NMI.
 * Return: its data, NULL if there is none. The caller keeps it from being
 * freed meanwhile.
 */
void *lp_shadow_get(void *obj, unsigned long id);

/**
 * lp_shadow_alloc() - make a variable
 * @obj:	the object
 * @id:		the variable's number
 * @size:	bytes of data, zeroed
 * @gfp:	how to allocate them
 * @ctor:	fills the data before anybody sees it, or NULL
 * @ctor_data:	passed to @ctor
 *
 * Context: as @gfp allows.
 * Return: its data; NULL without memory, if @ctor fails, and, with a warning,
 * if there is one already.
 */
void *lp_shadow_alloc(void *obj, unsigned long id, size_t size, gfp_t gfp,
		      lp_shadow_ctor_t ctor, void *ctor_data);

/**
 * lp_shadow_get_or_alloc() - find a variable, or make it
 *
 * The arguments are those of lp_shadow_alloc(); @ctor runs only for a new one.
 *
 * Context: as @gfp allows.
 * Return: its data; NULL without memory or if @ctor fails.
 */
void *lp_shadow_get_or_alloc(void *obj, unsigned long id, size_t size, gfp_t gfp,
			     lp_shadow_ctor_t ctor, void *ctor_data);

/**
 * lp_shadow_free() - free a variable, if there is one
 * @obj:	the object
 * @id:		the variable's number
 * @dtor:	called before, or NULL
 *
 * Context: any but NMI.
 */
void lp_shadow_free(void *obj, unsigned long id, lp_shadow_dtor_t dtor);

/**
 * lp_shadow_free_all() - free the variables of all objects
 * @id:		the variables' number
 * @dtor:	called for each, or NULL
 *
 * Context: any but NMI.
 */
void lp_shadow_free_all(unsigned long id, lp_shadow_dtor_t dtor);

#endif /* _LIVEPOKE_SHADOW_H */
