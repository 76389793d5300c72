/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Live patching with per-task consistency: what a patch module declares and
 * calls.
 *
 * A patch is an array of objects (the kernel image or one module), each with
 * an array of functions; every array ends with an empty element. The patch
 * module calls lp_enable_patch() from its init function; from then on the
 * patch is steered through /sys/kernel/livepoke/<patch>/.
 *
 * Fields marked external are the author's; those marked internal are set by
 * livepoke. What sysfs shows of a patch and of each of its objects:
 *
 *	enabled	transition
 *	1	1	being enabled: some tasks run old, some new functions
 *	1	0	enabled: every task runs the new functions
 *	0	1	being disabled: some tasks run new, some old functions
 *	0	0	disabled; seen for a moment before the directory goes
 *
 * Writing the opposite of @enabled while transition is 1 goes from the first
 * line to the third, or back; not if the patch is immediate.
 *
 *	patched	transition
 *	0	0	the module is not loaded, or the patch is disabled
 *	0	1	the module is not loaded (it is patched if it comes now)
 *	1	1	redirected; the universe of a task says where to
 *	1	0	redirected to the new functions
 *
 * A single function goes the same way: its redirection is in place with a
 * transition flag that is set before, and cleared when the last task has been
 * switched; on the way out the flag is set while the redirection is in place
 * and cleared after that is gone:
 *
 *	on its stack	transition
 *	no		0	unpatched
 *	no		1	unpatched, about to be redirected, or just restored
 *	yes		1	redirected; the universe of a task says where to
 *	yes		0	redirected to the new function
 */
#ifndef _LIVEPOKE_LIVEPATCH_H
#define _LIVEPOKE_LIVEPATCH_H

#include <linux/module.h>
#include <linux/types.h>

/* Raised whenever a structure below changes; checked at run time. */
#define LP_LIVEPATCH_ABI	1

/**
 * struct lp_func - one function to replace
 * @old_name:	external: name of the function to replace
 * @new_func:	external: the replacement, in the text of the patch module
 * @old_sympos:	external: which of several functions named @old_name, counted
 *		from 1 in the order of kallsyms; 0 means that the name must
 *		be unique in its object
 * @priv:	internal
 */
struct lp_func {
	const char *old_name;
	void *new_func;
	unsigned long old_sympos;
	void *priv;
};

struct lp_object;
struct module;
struct static_call_key;

/**
 * struct lp_symbol - a symbol to bind; made by the macros of livepoke/symbols.h
 * @object:	external: name of the module, NULL for the kernel image
 * @name:	external: of the symbol
 * @sympos:	external: position among symbols of that name in the object,
 *		from 1; 0 means that the name must be unique
 * @key:	external: function: the static call
 * @tramp:	external: function: its trampoline
 * @data:	external: variable: the pointer to fill in
 * @pinned:	internal: the module that is kept loaded
 */
struct lp_symbol {
	const char *object;
	const char *name;
	unsigned long sympos;
	struct static_call_key *key;
	void *tramp;
	const void **data;
	struct module *pinned;
};

/**
 * struct lp_callbacks - functions called around the patching of an object
 * @pre_patch:		external: before the object is patched; an error
 *			refuses the patch (or the module that is loading)
 * @post_patch:		external: after the object was patched
 * @pre_unpatch:	external: before the object is restored
 * @post_unpatch:	external: after the object was restored
 */
struct lp_callbacks {
	int (*pre_patch)(struct lp_object *obj);
	void (*post_patch)(struct lp_object *obj);
	void (*pre_unpatch)(struct lp_object *obj);
	void (*post_unpatch)(struct lp_object *obj);
};

/**
 * struct lp_object - the kernel image or one module
 * @name:	external: name of the module, NULL for the kernel image
 * @funcs:	external: functions to replace, ends with an empty element; an
 *		object with nothing but callbacks has that element alone
 * @callbacks:	external: optional
 * @mod:	internal: the module while it is loaded; callbacks may read it
 * @priv:	internal
 */
struct lp_object {
	const char *name;
	struct lp_func *funcs;
	struct lp_callbacks callbacks;
	struct module *mod;
	void *priv;
};

/**
 * struct lp_state - a change that a patch makes to the state of the system
 * @id:		external: which; the last state of a patch has 0 here
 * @version:	external: of the change; a patch that replaces another must
 *		know each of its states in at least the same version
 * @data:	external: whatever the patch wants its successor to find
 */
struct lp_state {
	unsigned long id;
	unsigned int version;
	void *data;
};

/**
 * struct lp_patch - a live patch
 * @mod:	external: the patch module (THIS_MODULE)
 * @objs:	external: objects to patch, ends with an empty element
 * @states:	external: system states that the patch modifies, optional
 * @symbols:	external: unexported symbols that the patch uses, optional; see
 *		livepoke/symbols.h
 * @replace:	external: replace all patches that are enabled, but no blocks
 * @immediate:	external: skip the per-task phase. Old and new functions then
 *		run side by side for a while. Not together with @replace
 * @priv:	internal
 *
 * The structure and everything that it points to belong to the patch module
 * and must stay unchanged while the patch is registered.
 */
struct lp_patch {
	struct module *mod;
	struct lp_object *objs;
	struct lp_state *states;
	struct lp_symbol *symbols;
	bool replace;
	bool immediate;
	void *priv;
};

/**
 * lp_get_state() - find a state of a patch
 * @patch:	the patch, usually the caller's own
 * @id:		the state
 *
 * Context: callbacks.
 * Return: the state, or NULL.
 */
struct lp_state *lp_get_state(struct lp_patch *patch, unsigned long id);

/**
 * lp_get_prev_state() - find a state that an earlier patch left
 * @id:		the state
 *
 * Context: callbacks of the patch that is in transition.
 * Return: the newest earlier state of that id, or NULL.
 */
struct lp_state *lp_get_prev_state(unsigned long id);

int __lp_enable_patch(struct lp_patch *patch, unsigned int abi,
		      unsigned int size);

/*
 * What the file of a patch says of itself, in the section LP_BUILT_SECTION,
 * to a tool that reads it without loading it. With these sizes the tool finds
 * objects, functions and symbols by following the relocations of the patch.
 */
#define LP_BUILT_SECTION	".livepoke.patch"
#define LP_BUILT_MAGIC		0x454b4f504556494cULL	/* "LIVEPOKE" */

struct lp_built {
	__u64 magic;
	__u32 abi;
	__u32 patch_size;
	__u32 object_size;
	__u32 func_size;
	__u32 state_size;
	__u32 symbol_size;
};

#define LP_BUILT_INIT {							\
	.magic = LP_BUILT_MAGIC, .abi = LP_LIVEPATCH_ABI,		\
	.patch_size = sizeof(struct lp_patch),				\
	.object_size = sizeof(struct lp_object),			\
	.func_size = sizeof(struct lp_func),				\
	.state_size = sizeof(struct lp_state),				\
	.symbol_size = sizeof(struct lp_symbol),			\
}

#ifdef __KERNEL__
/**
 * lp_enable_patch() - register a patch and start its transition
 * @patch:	the patch; see &struct lp_patch
 *
 * Call it from the init function of the patch module and return its value.
 * When it returns 0 the transition has begun; it completes by itself, and
 * /sys/kernel/livepoke/<patch>/transition reads 0 then.
 *
 * Context: process context, sleeps; takes the lock of the patch registry.
 * Return: 0, or
 *   -EINVAL for a malformed patch, an ambiguous name with sympos 0, a function
 *   without an ftrace entry or in which tasks end or sleep, or states that are
 *   not compatible,
 *   -ENOENT if a function or a symbol that the patch needs does not exist,
 *   -EBUSY if the patch is enabled already, another transition is running,
 *   another ftrace user owns a function, or ftrace is switched off,
 *   -ENODEV if its module is being unloaded,
 *   -EOPNOTSUPP for what this version cannot do,
 *   -ENOMEM, or what a pre_patch callback has returned. The log says what was
 *   wrong and what to do about it.
 */
#define lp_enable_patch(patch) ({					\
	static const struct lp_built __lp_built __used			\
		__section(LP_BUILT_SECTION) = LP_BUILT_INIT;		\
	__lp_enable_patch((patch), LP_LIVEPATCH_ABI,			\
			  sizeof(struct lp_patch));			\
})
#endif

#endif /* _LIVEPOKE_LIVEPATCH_H */
