/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Failures on purpose.
 *
 * In the test flavour Kbuild includes this file in front of every source
 * file, but leaves it empty for the exports, where each type that is known
 * counts. It takes the place of each kernel function that can fail and that
 * we call: allocations, registrations, the steps of binding. Each call is a
 * numbered step; the one that is asked for fails as the real function would.
 * The steps are counted as they happen, so a test that fails the first, the
 * second, and so on until nothing is left to fail has failed them all.
 *
 * Memory that is allocated and not freed is counted too, exactly.
 *
 * In the product nothing of this exists.
 */
#ifndef _LIVEPOKE_TEST_FAULT_H
#define _LIVEPOKE_TEST_FAULT_H

#if defined(LP_TEST_BUILD) && !defined(LP_NO_FAULTS)

#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpuhotplug.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/ftrace.h>
#include <linux/kdebug.h>
#include <linux/kobject.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <asm/nmi.h>

bool lp_fault(const char *step, const char *func, int err);
void *lp_fault_got(void *mem);
void lp_fault_freed(const void *mem);
void lp_fault_end(void);
int lp_fault_ipi(const char *func, int cpu, call_single_data_t *csd);

extern atomic_t lp_fault_table;

/* Is this step to fail? @err is what the caller is expected to return then. */
#define LP_FAULT(step, err)	unlikely(lp_fault(step, __func__, err))

/* The same where tasks are entered into the table: any context. */
#define LP_FAULT_TABLE()						\
	(unlikely(atomic_read(&lp_fault_table) > 0) &&			\
	 !atomic_dec_return(&lp_fault_table))

/* Memory that leaves in a way which the wrappers below do not see. */
#define LP_FAULT_FREED(mem)	lp_fault_freed(mem)
#define LP_FAULT_END()		lp_fault_end()

/* Memory */

#define LP_FAULT_MEMORY(name, params, args)				\
	static inline void *lp_fault_##name params			\
	{								\
		return lp_fault(#name, func, -ENOMEM) ? NULL :		\
			lp_fault_got(name args);			\
	}

LP_FAULT_MEMORY(kmalloc, (const char *func, size_t size, gfp_t gfp), (size, gfp))
LP_FAULT_MEMORY(kzalloc, (const char *func, size_t size, gfp_t gfp), (size, gfp))
LP_FAULT_MEMORY(kcalloc, (const char *func, size_t n, size_t size, gfp_t gfp),
		(n, size, gfp))
LP_FAULT_MEMORY(kvzalloc, (const char *func, size_t size, gfp_t gfp), (size, gfp))
LP_FAULT_MEMORY(kvcalloc, (const char *func, size_t n, size_t size, gfp_t gfp),
		(n, size, gfp))
LP_FAULT_MEMORY(kstrdup, (const char *func, const char *s, gfp_t gfp), (s, gfp))
LP_FAULT_MEMORY(kmemdup_nul, (const char *func, const char *s, size_t n, gfp_t gfp),
		(s, n, gfp))
LP_FAULT_MEMORY(vmap, (const char *func, struct page **pages, unsigned int n,
		       unsigned long flags, pgprot_t prot),
		(pages, n, flags, prot))

static inline void lp_fault_kfree(const void *mem)
{
	lp_fault_freed(mem);
	kfree(mem);
}

static inline void lp_fault_kvfree(const void *mem)
{
	lp_fault_freed(mem);
	kvfree(mem);
}

static inline void lp_fault_vunmap(const void *mem)
{
	lp_fault_freed(mem);
	vunmap(mem);
}

#undef kmalloc
#undef kzalloc
#undef kcalloc
#undef kvzalloc
#undef kvcalloc
#undef kstrdup
#undef kmemdup_nul
#undef kasprintf
#undef vmap
#undef kfree
#undef kvfree
#undef vunmap
#define kmalloc(...)		lp_fault_kmalloc(__func__, __VA_ARGS__)
#define kzalloc(...)		lp_fault_kzalloc(__func__, __VA_ARGS__)
#define kcalloc(...)		lp_fault_kcalloc(__func__, __VA_ARGS__)
#define kvzalloc(...)		lp_fault_kvzalloc(__func__, __VA_ARGS__)
#define kvcalloc(...)		lp_fault_kvcalloc(__func__, __VA_ARGS__)
#define kstrdup(...)		lp_fault_kstrdup(__func__, __VA_ARGS__)
#define kmemdup_nul(...)	lp_fault_kmemdup_nul(__func__, __VA_ARGS__)
#define kasprintf(...)							\
	(LP_FAULT("kasprintf", -ENOMEM) ? NULL :			\
	 (char *)lp_fault_got(kasprintf(__VA_ARGS__)))
#define vmap(...)		lp_fault_vmap(__func__, __VA_ARGS__)
#define kfree(mem)		lp_fault_kfree(mem)
#define kvfree(mem)		lp_fault_kvfree(mem)
#define vunmap(mem)		lp_fault_vunmap(mem)

/* Registrations, and what else is made of memory inside the kernel */

#define LP_FAULT_CALL(name, err, params, args)				\
	static inline int lp_fault_##name params			\
	{								\
		return lp_fault(#name, func, err) ? (err) : name args;	\
	}

LP_FAULT_CALL(register_kprobe, -ENOMEM, (const char *func, struct kprobe *kp), (kp))
LP_FAULT_CALL(register_die_notifier, -EEXIST,
	      (const char *func, struct notifier_block *nb), (nb))
LP_FAULT_CALL(register_module_notifier, -EEXIST,
	      (const char *func, struct notifier_block *nb), (nb))
LP_FAULT_CALL(register_ftrace_function, -ENOMEM,
	      (const char *func, struct ftrace_ops *ops), (ops))
LP_FAULT_CALL(sysfs_create_file, -ENOMEM,
	      (const char *func, struct kobject *kobj, const struct attribute *attr),
	      (kobj, attr))
LP_FAULT_CALL(cpuhp_setup_state, -ENOSPC,
	      (const char *func, enum cpuhp_state state, const char *name,
	       int (*up)(unsigned int cpu), int (*down)(unsigned int cpu)),
	      (state, name, up, down))
LP_FAULT_CALL(cpuhp_setup_state_nocalls, -ENOSPC,
	      (const char *func, enum cpuhp_state state, const char *name,
	       int (*up)(unsigned int cpu), int (*down)(unsigned int cpu)),
	      (state, name, up, down))

/* Taking an address out again is an undo; it is not failed. */
static inline int lp_fault_ftrace_set_filter_ip(const char *func,
						struct ftrace_ops *ops,
						unsigned long ip, int remove,
						int reset)
{
	if (!remove && lp_fault("ftrace_set_filter_ip", func, -ENOMEM))
		return -ENOMEM;
	return ftrace_set_filter_ip(ops, ip, remove, reset);
}

static inline int lp_fault_nmi_handler(const char *func, unsigned int type,
				       nmi_handler_t fn, unsigned long flags,
				       const char *name, struct nmiaction *action)
{
	if (lp_fault("register_nmi_handler", func, -EINVAL))
		return -EINVAL;
	action->handler = fn;
	action->flags = flags;
	action->name = name;
	INIT_LIST_HEAD(&action->list);
	return __register_nmi_handler(type, action);
}

static inline struct kset *
lp_fault_kset_create_and_add(const char *func, const char *name,
			     const struct kset_uevent_ops *ops, struct kobject *parent)
{
	return lp_fault("kset_create_and_add", func, -ENOMEM) ? NULL :
		kset_create_and_add(name, ops, parent);
}

static inline struct workqueue_struct *
lp_fault_alloc_workqueue(const char *func, const char *name, unsigned int flags,
			 int max_active)
{
	return lp_fault("alloc_workqueue", func, -ENOMEM) ? NULL :
		alloc_workqueue("%s", flags, max_active, name);
}

static inline bool lp_fault_try_module_get(const char *func, struct module *mod)
{
	return !lp_fault("try_module_get", func, -ENOENT) && try_module_get(mod);
}

static inline struct page *lp_fault_vmalloc_to_page(const char *func, const void *addr)
{
	return lp_fault("vmalloc_to_page", func, -EFAULT) ? NULL :
		vmalloc_to_page(addr);
}

#undef kthread_create
#define kthread_create(fn, data, ...)					\
	(LP_FAULT("kthread_create", -ENOMEM) ? ERR_PTR(-ENOMEM) :	\
	 kthread_create_on_node(fn, data, NUMA_NO_NODE, __VA_ARGS__))

/* A kobject that could not be added is initialised all the same. */
#undef kobject_init_and_add
#define kobject_init_and_add(kobj, ktype, parent, ...)			\
	(kobject_init(kobj, ktype),					\
	 LP_FAULT("kobject_init_and_add", -ENOMEM) ? -ENOMEM :		\
	 kobject_add(kobj, parent, __VA_ARGS__))

#define debugfs_create_dir(...)						\
	(LP_FAULT("debugfs_create_dir", 0) ? ERR_PTR(-ENOMEM) :		\
	 debugfs_create_dir(__VA_ARGS__))

#undef register_kprobe
#undef register_die_notifier
#undef register_module_notifier
#undef register_ftrace_function
#undef register_nmi_handler
#undef sysfs_create_file
#undef cpuhp_setup_state
#undef cpuhp_setup_state_nocalls
#undef ftrace_set_filter_ip
#undef kset_create_and_add
#undef alloc_workqueue
#undef try_module_get
#undef vmalloc_to_page
#undef smp_call_function_single_async
#define register_kprobe(...)	lp_fault_register_kprobe(__func__, __VA_ARGS__)
#define register_die_notifier(...) lp_fault_register_die_notifier(__func__, __VA_ARGS__)
#define register_module_notifier(...) lp_fault_register_module_notifier(__func__, __VA_ARGS__)
#define register_ftrace_function(...) lp_fault_register_ftrace_function(__func__, __VA_ARGS__)
#define register_nmi_handler(type, fn, flags, name)			\
({									\
	static struct nmiaction action;					\
	lp_fault_nmi_handler(__func__, type, fn, flags, name, &action);	\
})
#define sysfs_create_file(...)	lp_fault_sysfs_create_file(__func__, __VA_ARGS__)
#define cpuhp_setup_state(...)	lp_fault_cpuhp_setup_state(__func__, __VA_ARGS__)
#define cpuhp_setup_state_nocalls(...) lp_fault_cpuhp_setup_state_nocalls(__func__, __VA_ARGS__)
#define ftrace_set_filter_ip(...) lp_fault_ftrace_set_filter_ip(__func__, __VA_ARGS__)
#define kset_create_and_add(...) lp_fault_kset_create_and_add(__func__, __VA_ARGS__)
#define alloc_workqueue(...)	lp_fault_alloc_workqueue(__func__, __VA_ARGS__)
#define try_module_get(...)	lp_fault_try_module_get(__func__, __VA_ARGS__)
#define vmalloc_to_page(...)	lp_fault_vmalloc_to_page(__func__, __VA_ARGS__)
#define smp_call_function_single_async(...) lp_fault_ipi(__func__, __VA_ARGS__)

#else

#define LP_FAULT(step, err)	0
#define LP_FAULT_TABLE()	0
#define LP_FAULT_FREED(mem)	do { } while (0)
#define LP_FAULT_END()		do { } while (0)

#endif /* LP_TEST_BUILD && !LP_NO_FAULTS */
#endif /* _LIVEPOKE_TEST_FAULT_H */
