/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the engine keeps about a registered patch.
 */
#ifndef _LIVEPOKE_KLP_CORE_H
#define _LIVEPOKE_KLP_CORE_H

#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <livepoke/livepatch.h>

struct lp_target;

/**
 * struct lp_version - one replacement of one function
 * @name:	name of the function that is replaced
 * @sympos:	its position among symbols of that name, from 1; 0: unique
 * @new_func:	the replacement; NULL makes callers run the original
 * @object:	the object it belongs to
 * @old_addr:	entry of the function that is replaced; 0 while it is not loaded
 * @old_size:	its length in bytes
 * @new_size:	length of the replacement in bytes
 * @old_colds:	parts that the compiler moved away, of the old function and of
 *		every other function of its name
 * @new_colds:	the same of the replacement
 * @older:	the version below on the function's stack
 * @target:	the function's redirection, while this version is on its stack
 * @transition:	tasks choose between this version and the one below
 * @kobj:	<patch>/<object>/<function,sympos>
 */
struct lp_version {
	const char *name;
	unsigned long sympos;
	void *new_func;
	struct lp_live_object *object;
	unsigned long old_addr;
	unsigned long old_size;
	unsigned long new_size;
	struct lp_texts {
		unsigned int nr;
		struct lp_text {
			unsigned long addr;
			unsigned long size;
		} *text;
	} old_colds, new_colds;
	struct lp_version *older;
	struct lp_target *target;
	bool transition;
	struct kobject kobj;
};

/**
 * struct lp_live_object - one object of a registered patch
 * @name:	of the patched module; NULL for the kernel image
 * @obj:	what the author declared; NULL if only a replaced patch has it
 * @live:	the patch it belongs to
 * @versions:	its functions, those of the author first
 * @nr_versions: how many
 * @loaded:	the kernel image, or a module that is loaded
 * @patched:	the redirections are in place
 * @post_unpatch_due: pre_patch was called and succeeded
 * @kobj:	<patch>/<object>
 */
struct lp_live_object {
	const char *name;
	struct lp_object *obj;
	struct lp_live_patch *live;
	struct lp_version *versions;
	unsigned int nr_versions;
	bool loaded;
	bool patched;
	bool post_unpatch_due;
	struct kobject kobj;
};

/**
 * struct lp_live_kind - what is particular about patches that we make ourselves
 * @check:	may refuse a function that was found
 * @show_hits:	attribute `hits`
 * @show_value:	attribute `value`
 * @show_override: attribute `override`
 * @released:	the patch is not used any more
 */
struct lp_live_kind {
	int (*check)(struct lp_version *version);
	ssize_t (*show_hits)(struct lp_patch *patch, char *buf);
	ssize_t (*show_value)(struct lp_patch *patch, char *buf);
	ssize_t (*show_override)(struct lp_patch *patch, char *buf);
	void (*released)(struct lp_patch *patch);
};

/**
 * struct lp_live_patch - a registered patch
 * @patch:	what the author declared
 * @name:	in sysfs and in messages
 * @kind:	NULL for the patch of a module
 * @list:	in the registry
 * @objects:	its objects
 * @nr_objects:	how many
 * @enabled:	what was asked for last
 * @forced:	a transition was forced: the patch stays for ever
 * @on_exit_path: one of its functions runs in exiting tasks
 * @stats:	of the last transition
 * @kobj:	/sys/kernel/livepoke/<patch>
 * @free_work:	removes the patch outside lp_mutex
 * @released:	the last user of @kobj is gone
 */
struct lp_live_patch {
	struct lp_patch *patch;
	const char *name;
	const struct lp_live_kind *kind;
	struct list_head list;
	struct lp_live_object *objects;
	unsigned int nr_objects;
	bool enabled;
	bool forced;
	bool on_exit_path;
	struct lp_transition_stats {
		u64 start_ns;
		u64 duration_ns;
		unsigned int by_stack;
		unsigned int by_exit;
		unsigned int by_ipi;
		unsigned int by_stop;
		unsigned int idle_offline;
		unsigned int passes;
		unsigned int signals;
		unsigned int tasks;
		unsigned int table_bytes;
	} stats;
	struct kobject kobj;
	struct work_struct free_work;
	struct completion released;
};

#define lp_for_each_live_object(live, object)				\
	for ((object) = (live)->objects;				\
	     (object) < (live)->objects + (live)->nr_objects; (object)++)

#define lp_for_each_version(object, version)				\
	for ((version) = (object)->versions;				\
	     (version) < (object)->versions + (object)->nr_versions;	\
	     (version)++)

/*
 * Protects the registry, the redirections' version stacks and the life of a
 * transition: everything that starts, reverses, drives or ends one. Outermost
 * of our locks; ftrace's locks and cpus_read_lock() nest inside.
 *
 * Without it run: the ftrace handler, the IPI function, the task_work callback
 * and the visitor (inside a section, see klp_sync.h), and the cpuhp callbacks.
 */
extern struct mutex lp_mutex;

/*
 * Patches from registration to their removal. Changes under lp_mutex; crash
 * reports read it under RCU.
 */
extern struct list_head lp_patches;

static inline const char *lp_patch_name(const struct lp_live_patch *live)
{
	return live->name;
}

static inline const char *lp_object_name(const struct lp_live_object *object)
{
	return object->name ?: "vmlinux";
}

/* A version that gives the original back, made for a patch that replaces. */
static inline bool lp_version_is_nop(const struct lp_version *version)
{
	return !version->new_func;
}

int lp_register_live(struct lp_patch *patch, const char *name,
		     const struct lp_live_kind *kind);
void lp_patch_settled(struct lp_live_patch *live, bool patched);
void lp_patch_finished(struct lp_live_patch *live);

int lp_klp_init(void);
void lp_klp_exit(void);

#endif /* _LIVEPOKE_KLP_CORE_H */
