// SPDX-License-Identifier: GPL-2.0
/*
 * Shadow variables: fields that a patch attaches to existing objects.
 *
 * The interface is that of kernel livepatch: a variable is found by the
 * address of its object and a number.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <livepoke/shadow.h>
#include "klp_shadow.h"
#include "test_break.h"
#include "test_fault.h"
#include "test_points.h"

struct lp_shadow {
	struct hlist_node node;
	struct rcu_head rcu;
	void *obj;
	unsigned long id;
	char data[];
};

static DEFINE_HASHTABLE(lp_shadows, 12);

/* Protects lp_shadows against writers; readers use RCU. */
static DEFINE_SPINLOCK(lp_shadow_lock);

static struct lp_shadow *lp_shadow_find(void *obj, unsigned long id)
{
	struct lp_shadow *shadow;

	hash_for_each_possible_rcu(lp_shadows, shadow, node, (unsigned long)obj) {
		if (shadow->obj == obj && shadow->id == id)
			return shadow;
	}
	return NULL;
}

void *lp_shadow_get(void *obj, unsigned long id)
{
	struct lp_shadow *shadow;

	rcu_read_lock();
	shadow = lp_shadow_find(obj, id);
	rcu_read_unlock();
	return shadow ? shadow->data : NULL;
}

/*
 * Adds @fresh unless there is one; returns the one that is there, or NULL if
 * @fresh was added or, with *@err set, its constructor failed.
 */
static struct lp_shadow *lp_shadow_add(struct lp_shadow *fresh,
				       lp_shadow_ctor_t ctor, void *ctor_data,
				       int *err)
{
	struct lp_shadow *present;
	unsigned long flags;

	*err = 0;
	LP_POINT(KLP_SHADOW_ADD);
	spin_lock_irqsave(&lp_shadow_lock, flags);
	present = lp_shadow_find(fresh->obj, fresh->id);
	if (LP_BREAK(SHADOW_NO_RECHECK))
		present = NULL;
	if (!present && ctor)
		*err = ctor(fresh->obj, fresh->data, ctor_data);
	if (!present && !*err)
		hash_add_rcu(lp_shadows, &fresh->node, (unsigned long)fresh->obj);
	spin_unlock_irqrestore(&lp_shadow_lock, flags);
	if (*err)
		pr_err("Failed to construct shadow variable <%p, %lx> (%d)\n",
		       fresh->obj, fresh->id, *err);
	return present;
}

static void *lp_shadow_make(void *obj, unsigned long id, size_t size, gfp_t gfp,
			    lp_shadow_ctor_t ctor, void *ctor_data,
			    bool may_exist)
{
	struct lp_shadow *fresh, *present;
	void *data = lp_shadow_get(obj, id);
	int err;

	if (data)
		goto exists;
	fresh = kzalloc(struct_size(fresh, data, size), gfp);
	if (!fresh)
		return NULL;
	fresh->obj = obj;
	fresh->id = id;
	present = lp_shadow_add(fresh, ctor, ctor_data, &err);
	if (!present && !err)
		return fresh->data;
	kfree(fresh);
	if (err)
		return NULL;
	data = present->data;
exists:
	if (may_exist)
		return data;
	WARN(1, "Duplicate shadow variable <%p, %lx>\n", obj, id);
	return NULL;
}

void *lp_shadow_alloc(void *obj, unsigned long id, size_t size, gfp_t gfp,
		      lp_shadow_ctor_t ctor, void *ctor_data)
{
	return lp_shadow_make(obj, id, size, gfp, ctor, ctor_data, false);
}

void *lp_shadow_get_or_alloc(void *obj, unsigned long id, size_t size, gfp_t gfp,
			     lp_shadow_ctor_t ctor, void *ctor_data)
{
	return lp_shadow_make(obj, id, size, gfp, ctor, ctor_data, true);
}

static void lp_shadow_drop(struct lp_shadow *shadow, lp_shadow_dtor_t dtor)
{
	hash_del_rcu(&shadow->node);
	if (dtor)
		dtor(shadow->obj, shadow->data);
	LP_FAULT_FREED(shadow);
	kfree_rcu(shadow, rcu);
}

void lp_shadow_free(void *obj, unsigned long id, lp_shadow_dtor_t dtor)
{
	struct lp_shadow *shadow;
	unsigned long flags;

	spin_lock_irqsave(&lp_shadow_lock, flags);
	shadow = lp_shadow_find(obj, id);
	if (shadow)
		lp_shadow_drop(shadow, dtor);
	spin_unlock_irqrestore(&lp_shadow_lock, flags);
}

void lp_shadow_free_all(unsigned long id, lp_shadow_dtor_t dtor)
{
	struct lp_shadow *shadow;
	struct hlist_node *next;
	unsigned long flags;
	int i;

	spin_lock_irqsave(&lp_shadow_lock, flags);
	hash_for_each_safe(lp_shadows, i, next, shadow, node) {
		if (shadow->id == id)
			lp_shadow_drop(shadow, dtor);
	}
	spin_unlock_irqrestore(&lp_shadow_lock, flags);
}

/* What patches left behind; nobody who could look for it is loaded any more. */
void lp_shadow_exit(void)
{
	struct lp_shadow *shadow;
	struct hlist_node *next;
	int i;

	hash_for_each_safe(lp_shadows, i, next, shadow, node)
		lp_shadow_drop(shadow, NULL);
}
