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
 * @name:	"function" or "module:function", with ",N" for the Nth of that name
 * @parts:	the same, cut into what @objs and @funcs point to
 */
struct lp_block {
	struct lp_patch patch;
	struct lp_object objs[2];
	struct lp_func funcs[2];
	struct lp_block_request request;
	unsigned int slot;
	char name[LP_BLOCK_NAME_LEN];
	char parts[LP_BLOCK_NAME_LEN];
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

/*
 * "function" and "function,1" are one if there is no second. What is in force
 * already stays, or the module that is just loading would be refused.
 */
static int lp_block_check_twice(const struct lp_version *version)
{
	const struct lp_live_patch *live = version->object->live, *other;

	if (live->enabled)
		return 0;
	list_for_each_entry(other, &lp_patches, list) {
		if (other == live || other->kind != live->kind || !other->enabled ||
		    other->objects->versions->old_addr != version->old_addr)
			continue;
		lp_refuse("cannot block '%s': it is blocked as '%s'\n",
			  lp_block_of(live->patch)->name,
			  lp_block_of(other->patch)->name);
		return -EBUSY;
	}
	return 0;
}

/* Whether the function that was found may be blocked; under lp_mutex. */
static int lp_block_check(struct lp_version *version)
{
	struct lp_patch *patch = version->object->live->patch;
	struct lp_block_request *request = &lp_block_of(patch)->request;
	int ret = lp_block_check_twice(version);

	if (ret || request->overrides & LP_OVERRIDE_TYPE)
		return ret;
	if (version->sympos) {
		lp_refuse("cannot block '%s': type information (BTF) does not tell functions of one name apart, so the value cannot be checked (override: type)\n",
			  request->function);
		return -EINVAL;
	}
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

static ssize_t lp_block_show_override(struct lp_patch *patch, char *buf)
{
	static const char * const words[] = {
		[0] = "none",
		[LP_OVERRIDE_DENY] = "deny",
		[LP_OVERRIDE_TYPE] = "type",
		[LP_OVERRIDE_DENY | LP_OVERRIDE_TYPE] = "deny,type",
	};

	return sysfs_emit(buf, "%s\n", words[lp_block_of(patch)->request.overrides]);
}

static const struct lp_live_kind lp_block_kind = {
	.check = lp_block_check,
	.show_hits = lp_block_show_hits,
	.show_value = lp_block_show_value,
	.show_override = lp_block_show_override,
	.released = lp_block_free,
};

static int lp_block_bad_name(const char *function)
{
	lp_refuse("'%s' cannot be a function: give FUNCTION or MODULE:FUNCTION, with ,N behind it for the Nth of that name\n",
		  function);
	return -EINVAL;
}

/*
 * One function has one name, however a user writes it: that of its module has
 * no '-', as for modprobe, and the kernel image need not be named.
 */
static int lp_block_name(char name[LP_BLOCK_NAME_LEN], const char *function)
{
	bool in_image = !strncmp(function, "vmlinux:", 8);
	const char *rest = in_image ? function + 8 : function;
	char *colon, *at;

	if (!*rest || strscpy(name, rest, LP_BLOCK_NAME_LEN) < 0)
		return lp_block_bad_name(function);
	colon = strchr(name, ':');
	if (colon && in_image)
		return lp_block_bad_name(function);
	for (at = name; colon && at < colon; at++) {
		if (*at == '-')
			*at = '_';
	}
	return 0;
}

/* The position behind the comma has one form, so that names have one. */
static int lp_block_split_position(struct lp_block *block, char *function)
{
	char *comma = strchr(function, ',');

	if (!comma)
		return 0;
	*comma++ = '\0';
	if (*comma < '1' || *comma > '9')
		return -EINVAL;
	return kstrtoul(comma, 10, &block->funcs[0].old_sympos);
}

/* Splits "module:function,N". */
static int lp_block_split(struct lp_block *block)
{
	char *colon, *function = block->parts;

	memcpy(block->parts, block->name, sizeof(block->parts));
	colon = strchr(block->parts, ':');
	if (colon) {
		*colon = '\0';
		if (!*block->parts || strlen(block->parts) >= MODULE_NAME_LEN)
			return -EINVAL;
		block->objs[0].name = block->parts;
		function = colon + 1;
	}
	block->funcs[0].old_name = function;
	return lp_block_split_position(block, function) ?: *function ? 0 : -EINVAL;
}

static int lp_block_fill(struct lp_block *block,
			 const struct lp_block_request *request)
{
	struct lp_block_slot *slot = &lp_block_slots[block->slot];
	int ret;

	block->request = *request;
	block->request.function = block->name;
	block->funcs[0].new_func = lp_block_stub(block->slot);
	block->objs[0].funcs = block->funcs;
	block->patch.mod = THIS_MODULE;
	block->patch.objs = block->objs;
	slot->value = request->value;
	atomic64_set(&slot->hits, 0);
	ret = lp_block_name(block->name, request->function);
	if (!ret && lp_block_split(block))
		ret = lp_block_bad_name(request->function);
	return ret;
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
	if (!ret && !(block->request.overrides & LP_OVERRIDE_TYPE))
		ret = lp_block_check_ahead(block->objs[0].name,
					   block->funcs[0].old_name, &block->request);
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
 * @function:	its name, in any form
 *
 * Context: process context, sleeps. The transition goes on after the return.
 * Return: 0, -EINVAL if that is no name, -ENOENT if it is not blocked, or what
 * lp_set_enabled() returns.
 */
int lp_block_disengage(const char *function)
{
	char own[LP_BLOCK_NAME_LEN], *name;
	int ret = lp_block_name(own, function);

	if (ret)
		return ret;
	name = kasprintf(GFP_KERNEL, "block-%s", own);
	if (!name)
		return -ENOMEM;
	ret = lp_set_enabled_by_name(name, false);
	if (ret == -ENOENT)
		lp_refuse("'%s' is not blocked\n", own);
	kfree(name);
	return ret;
}
