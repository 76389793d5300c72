// SPDX-License-Identifier: GPL-2.0
/*
 * Blocking: a function returns a value at once, to every caller.
 *
 * A block is a patch like any other, made here instead of by an author: its
 * replacement is a compiled stub. It is shown as block-<function> and takes
 * effect, is reversed and explains itself as patches do.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <livepoke/livepatch.h>
#include "klp_block.h"
#include "klp_control.h"
#include "klp_core.h"
#include "klp_refuse.h"
#include "test_break.h"

/**
 * struct lp_block - one blocked function
 * @patch:	the patch that does it
 * @objs:	its object
 * @funcs:	its function
 * @request:	what was asked for; its name points into @name
 * @slot:	of the stub
 * @name:	"function" or "module:function"
 * @object:	"module", if any
 */
struct lp_block {
	struct lp_patch patch;
	struct lp_object objs[2];
	struct lp_func funcs[2];
	struct lp_block_request request;
	unsigned int slot;
	char name[LP_BLOCK_NAME_LEN];
	char object[MODULE_NAME_LEN];
};

/* Protects lp_used_slots. */
static DEFINE_MUTEX(lp_slot_mutex);
static DECLARE_BITMAP(lp_used_slots, LP_BLOCKS);

static struct lp_block *lp_block_of(struct lp_patch *patch)
{
	return container_of(patch, struct lp_block, patch);
}

static int lp_slot_get(unsigned int *slot)
{
	int ret = 0;

	mutex_lock(&lp_slot_mutex);
	*slot = find_first_zero_bit(lp_used_slots, LP_BLOCKS);
	if (*slot < LP_BLOCKS)
		__set_bit(*slot, lp_used_slots);
	else
		ret = -ENOSPC;
	mutex_unlock(&lp_slot_mutex);
	if (ret)
		lp_refuse("%d functions are blocked, no more are possible at once; disengage one\n",
			  LP_BLOCKS);
	return ret;
}

static void lp_slot_put(unsigned int slot)
{
	mutex_lock(&lp_slot_mutex);
	__clear_bit(slot, lp_used_slots);
	mutex_unlock(&lp_slot_mutex);
}

static void lp_block_free(struct lp_patch *patch)
{
	struct lp_block *block = lp_block_of(patch);

	if (!LP_BREAK(BLOCK_SLOT_LEAK))
		lp_slot_put(block->slot);
	kfree(block);
}

/* Whether the function that was found may be blocked; under lp_mutex. */
static int lp_block_check(struct lp_version *version)
{
	struct lp_patch *patch = version->object->live->patch;
	struct lp_block_request *request = &lp_block_of(patch)->request;

	if (request->overrides & LP_OVERRIDE_TYPE)
		return 0;
	return lp_block_check_type(version->object->name, version->name, request);
}

static ssize_t lp_block_show_hits(struct lp_patch *patch, char *buf)
{
	struct lp_block_slot *slot = &lp_block_slots[lp_block_of(patch)->slot];

	return sysfs_emit(buf, "%llu\n", (u64)atomic64_read(&slot->hits));
}

static ssize_t lp_block_show_value(struct lp_patch *patch, char *buf)
{
	struct lp_block_request *request = &lp_block_of(patch)->request;

	if (!request->has_value)
		return sysfs_emit(buf, "void\n");
	return sysfs_emit(buf, "%ld\n", request->value);
}

static const struct lp_live_kind lp_block_kind = {
	.check = lp_block_check,
	.show_hits = lp_block_show_hits,
	.show_value = lp_block_show_value,
	.released = lp_block_free,
};

/* Splits "module:function"; the module's part goes to block->object. */
static int lp_block_split(struct lp_block *block)
{
	char *colon = strchr(block->name, ':');

	block->funcs[0].old_name = colon ? colon + 1 : block->name;
	if (!colon)
		return *block->name ? 0 : -EINVAL;
	if (colon == block->name || !colon[1] ||
	    colon - block->name >= sizeof(block->object))
		return -EINVAL;
	strscpy(block->object, block->name, colon - block->name + 1);
	if (strcmp(block->object, "vmlinux"))
		block->objs[0].name = block->object;
	return 0;
}

static int lp_block_fill(struct lp_block *block,
			 const struct lp_block_request *request)
{
	struct lp_block_slot *slot = &lp_block_slots[block->slot];

	block->request = *request;
	block->request.function = block->name;
	block->funcs[0].new_func = lp_block_stub(block->slot);
	block->objs[0].funcs = block->funcs;
	block->patch.mod = THIS_MODULE;
	block->patch.objs = block->objs;
	slot->value = request->value;
	atomic64_set(&slot->hits, 0);
	if (strscpy(block->name, request->function, sizeof(block->name)) < 0 ||
	    lp_block_split(block)) {
		lp_refuse("cannot block: give FUNCTION or MODULE:FUNCTION\n");
		return -EINVAL;
	}
	return 0;
}

static int lp_block_check_deny(const struct lp_block *block)
{
	const char *reason;

	if (block->request.overrides & LP_OVERRIDE_DENY)
		return 0;
	reason = lp_block_denied(block->objs[0].name, block->funcs[0].old_name);
	if (!reason)
		return 0;
	lp_refuse("cannot block '%s': %s (override: deny)\n", block->name, reason);
	return -EPERM;
}

static int lp_block_register(struct lp_block *block)
{
	char *name;
	int ret;

	ret = lp_block_check_deny(block);
	if (ret)
		return ret;
	name = kasprintf(GFP_KERNEL, "block-%s", block->name);
	if (!name)
		return -ENOMEM;
	ret = lp_register_live(&block->patch, name, &lp_block_kind);
	kfree(name);
	return ret;
}

/**
 * lp_block_engage() - have a function return a value at once
 * @request:	which, and what
 *
 * Context: process context, sleeps. The transition goes on after the return.
 * Return: 0, or an error after a message.
 */
int lp_block_engage(const struct lp_block_request *request)
{
	struct lp_block *block = kzalloc(sizeof(*block), GFP_KERNEL);
	int ret;

	if (!block)
		return -ENOMEM;
	ret = lp_slot_get(&block->slot);
	if (ret) {
		kfree(block);
		return ret;
	}
	ret = lp_block_fill(block, request);
	if (!ret)
		ret = lp_block_register(block);
	if (ret)
		lp_block_free(&block->patch);
	return ret;
}

/**
 * lp_block_disengage() - give a function back
 * @function:	as it was engaged
 *
 * Context: process context, sleeps. The transition goes on after the return.
 * Return: 0, -ENOENT if it is not blocked, or what lp_set_enabled() returns.
 */
int lp_block_disengage(const char *function)
{
	char *name = kasprintf(GFP_KERNEL, "block-%s", function);
	int ret;

	if (!name)
		return -ENOMEM;
	ret = lp_set_enabled_by_name(name, false);
	if (ret == -ENOENT)
		lp_refuse("'%s' is not blocked\n", function);
	kfree(name);
	return ret;
}
