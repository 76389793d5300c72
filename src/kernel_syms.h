/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one table of unexported kernel symbols.
 *
 * Functions are called through static calls: after binding, every call site
 * is a direct "call rel32". A call through a pointer would fault on machines
 * with IBT, because the kernel seals the ENDBR of functions whose address it
 * never takes itself.
 *
 * To use a symbol, add one row here, then call lp_k(name)(...) or read
 * lp_kdata(name). A row that is not LP_KSYM_OPTIONAL makes the module refuse
 * to load when the kernel lacks it. Of two forms of one service the first is
 * LP_KSYM_OPTIONAL and the second, on the next row, LP_KSYM_ELSE.
 */
#ifndef _LIVEPOKE_KERNEL_SYMS_H
#define _LIVEPOKE_KERNEL_SYMS_H

#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/static_call.h>
#include <linux/task_work.h>
#include <asm/insn.h>
#include "compat/protos.h"

struct bug_entry;
struct exception_table_entry;
struct btf;
struct btf_type;
struct ftrace_ops;
struct kprobe;

#define LP_KSYM_OPTIONAL	0x1
#define LP_KSYM_ELSE		0x2	/* needed if the row before is not there */

/*
 * F(name, flags, who needs it, config option that usually provides it,
 *   return type, (arguments))
 */
#define LP_KSYM_COMMON(F)						\
	F(kallsyms_lookup_name, 0, "symbol binding",			\
	  "CONFIG_KALLSYMS", unsigned long, (const char *name))		\
	F(kallsyms_lookup_size_offset, 0, "klp stack check",		\
	  "CONFIG_KALLSYMS", int,					\
	  (unsigned long addr, unsigned long *size, unsigned long *off))

#define LP_KSYM_KLP(F)							\
	F(kallsyms_on_each_match_symbol, LP_KSYM_OPTIONAL,		\
	  "klp symbol position",					\
	  "CONFIG_LIVEPATCH", int,					\
	  (int (*fn)(void *data, unsigned long addr), const char *name,	\
	   void *data))							\
	F(kallsyms_on_each_symbol, LP_KSYM_ELSE,			\
	  "klp symbol position", "CONFIG_LIVEPATCH", int,		\
	  LP_ARGS_kallsyms_on_each_symbol)				\
	F(module_kallsyms_on_each_symbol, 0, "klp symbol position",	\
	  "CONFIG_LIVEPATCH", int,					\
	  LP_ARGS_module_kallsyms_on_each_symbol)			\
	F(find_module, 0, "module lookup",				\
	  "CONFIG_MODULES", struct module *, (const char *name))	\
	F(put_task_stack, 0, "klp stack check",				\
	  "CONFIG_THREAD_INFO_IN_TASK", void, (struct task_struct *task)) \
	F(task_call_func, LP_KSYM_OPTIONAL, "klp stack check",		\
	  "CONFIG_SMP", int,						\
	  (struct task_struct *task,					\
	   int (*fn)(struct task_struct *task, void *arg), void *arg))	\
	F(try_invoke_on_locked_down_task, LP_KSYM_ELSE,			\
	  "klp stack check", "CONFIG_SMP", bool,			\
	  (struct task_struct *task,					\
	   bool (*fn)(struct task_struct *task, void *arg), void *arg))	\
	F(task_work_add, 0, "klp switch at kernel exit",		\
	  "CONFIG_KALLSYMS", int,					\
	  (struct task_struct *task, struct callback_head *work,	\
	   enum task_work_notify_mode mode))				\
	F(task_work_cancel_match, 0, "klp switch at kernel exit",	\
	  "CONFIG_KALLSYMS", struct callback_head *,			\
	  (struct task_struct *task,					\
	   bool (*match)(struct callback_head *work, void *data),	\
	   void *data))							\
	F(wake_up_state, 0, "waking kernel threads that klp waits for",	\
	  "CONFIG_KALLSYMS", int,					\
	  (struct task_struct *task, unsigned int state))		\
	F(idle_task, 0, "klp switch of idle tasks",			\
	  "CONFIG_KALLSYMS", struct task_struct *, (int cpu))		\
	F(ftrace_location, LP_KSYM_OPTIONAL,				\
	  "naming a conflicting ftrace user", "CONFIG_DYNAMIC_FTRACE",	\
	  unsigned long, (unsigned long addr))				\
	F(ftrace_ops_test, LP_KSYM_OPTIONAL,				\
	  "naming a conflicting ftrace user", "CONFIG_DYNAMIC_FTRACE",	\
	  int, (struct ftrace_ops *ops, unsigned long ip, void *regs))

#define LP_KSYM_BLOCK(F)						\
	F(bpf_get_btf_vmlinux, LP_KSYM_OPTIONAL,			\
	  "checking return types", "CONFIG_DEBUG_INFO_BTF",		\
	  struct btf *, (void))						\
	F(btf_get_module_btf, LP_KSYM_OPTIONAL,				\
	  "checking return types", "CONFIG_DEBUG_INFO_BTF_MODULES",	\
	  struct btf *, (const struct module *mod))			\
	F(btf_find_by_name_kind, LP_KSYM_OPTIONAL,			\
	  "checking return types", "CONFIG_DEBUG_INFO_BTF",		\
	  s32, (const struct btf *btf, const char *name, u8 kind))	\
	F(btf_type_by_id, LP_KSYM_OPTIONAL,				\
	  "checking return types", "CONFIG_DEBUG_INFO_BTF",		\
	  const struct btf_type *, (const struct btf *btf, u32 id))	\
	F(btf_name_by_offset, LP_KSYM_OPTIONAL,				\
	  "checking return types", "CONFIG_DEBUG_INFO_BTF_MODULES",	\
	  const char *, (const struct btf *btf, u32 offset))		\
	F(btf_put, LP_KSYM_OPTIONAL,					\
	  "checking return types", "CONFIG_DEBUG_INFO_BTF",		\
	  void, (struct btf *btf))

#define LP_KSYM_POKE(F)							\
	F(insn_decode, 0, "decoding instructions",			\
	  "CONFIG_KPROBES", int, (struct insn *insn, const void *kaddr,	\
	   int buf_len, enum insn_mode m))				\
	F(core_kernel_text, 0, "poke site validation",			\
	  "CONFIG_KALLSYMS", int, (unsigned long addr))			\
	F(__module_text_address, 0, "poke site validation",		\
	  "CONFIG_MODULES", struct module *, (unsigned long addr))	\
	F(get_kprobe, 0, "poke site validation",			\
	  "CONFIG_KPROBES", struct kprobe *, (void *addr))		\
	F(within_kprobe_blacklist, 0, "poke site validation",		\
	  "CONFIG_KPROBES", bool, (unsigned long addr))			\
	F(search_exception_tables, 0, "poke site validation",		\
	  "CONFIG_KALLSYMS", const struct exception_table_entry *,	\
	  (unsigned long addr))						\
	F(ftrace_text_reserved, LP_KSYM_OPTIONAL,			\
	  "poke site validation", "CONFIG_DYNAMIC_FTRACE", int,		\
	  (const void *start, const void *end))				\
	F(jump_label_lock, LP_KSYM_OPTIONAL,				\
	  "poke site validation", "CONFIG_JUMP_LABEL", void, (void))	\
	F(jump_label_unlock, LP_KSYM_OPTIONAL,				\
	  "poke site validation", "CONFIG_JUMP_LABEL", void, (void))	\
	F(jump_label_text_reserved, LP_KSYM_OPTIONAL,			\
	  "poke site validation", "CONFIG_JUMP_LABEL", int,		\
	  (void *start, void *end))					\
	F(static_call_text_reserved, LP_KSYM_OPTIONAL,			\
	  "poke site validation", "CONFIG_HAVE_STATIC_CALL_INLINE",	\
	  int, (void *start, void *end))				\
	F(find_bug, LP_KSYM_OPTIONAL, "poke site validation",		\
	  "CONFIG_GENERIC_BUG", struct bug_entry *, (unsigned long addr)) \
	F(ftrace_arch_code_modify_prepare, 0,				\
	  "writing text where text_mutex is not visible",		\
	  "CONFIG_DYNAMIC_FTRACE", void, (void))			\
	F(ftrace_arch_code_modify_post_process, 0,			\
	  "writing text where text_mutex is not visible",		\
	  "CONFIG_DYNAMIC_FTRACE", void, (void))

#define LP_KSYM_FUNCTIONS(F)	LP_KSYM_COMMON(F) LP_KSYM_KLP(F) LP_KSYM_BLOCK(F) LP_KSYM_POKE(F)

/* D(name, type, flags, who needs it, config option) */
#define LP_KSYM_KLP_DATA(D)						\
	D(ftrace_ops_list, struct ftrace_ops *, LP_KSYM_OPTIONAL,	\
	  "naming a conflicting ftrace user", "CONFIG_KALLSYMS_ALL")	\
	D(ftrace_enabled, int, LP_KSYM_OPTIONAL,			\
	  "telling that ftrace is switched off", "CONFIG_KALLSYMS_ALL")	\
	D(saved_command_line, char *, LP_KSYM_OPTIONAL,			\
	  "reading what lockdown allows", "CONFIG_KALLSYMS_ALL")	\
	D(klp_patches, struct list_head, LP_KSYM_OPTIONAL,		\
	  "naming a conflicting kernel livepatch", "CONFIG_KALLSYMS_ALL") \
	D(klp_mutex, struct mutex, LP_KSYM_OPTIONAL,			\
	  "naming a conflicting kernel livepatch", "CONFIG_KALLSYMS_ALL")

#define LP_KSYM_POKE_DATA(D)						\
	D(text_mutex, struct mutex, LP_KSYM_OPTIONAL,			\
	  "writing text", "CONFIG_KALLSYMS_ALL")			\
	D(kprobe_mutex, struct mutex, LP_KSYM_OPTIONAL,			\
	  "keeping kprobes off a site", "CONFIG_KALLSYMS_ALL")		\
	D(init_mm, struct mm_struct, LP_KSYM_OPTIONAL,			\
	  "walking module page tables", "CONFIG_KALLSYMS_ALL")		\
	D(__entry_text_start, char, LP_KSYM_OPTIONAL,			\
	  "poke site validation", "CONFIG_KALLSYMS")			\
	D(__entry_text_end, char, LP_KSYM_OPTIONAL,			\
	  "poke site validation", "CONFIG_KALLSYMS")			\
	D(__noinstr_text_start, char, LP_KSYM_OPTIONAL,			\
	  "poke site validation", "CONFIG_KALLSYMS")			\
	D(__noinstr_text_end, char, LP_KSYM_OPTIONAL,			\
	  "poke site validation", "CONFIG_KALLSYMS")			\
	D(__indirect_thunk_start, char, LP_KSYM_OPTIONAL,		\
	  "poke site validation", "CONFIG_RETPOLINE")			\
	D(__indirect_thunk_end, char, LP_KSYM_OPTIONAL,			\
	  "poke site validation", "CONFIG_RETPOLINE")			\
	D(kgdb_io_module_registered, int, LP_KSYM_OPTIONAL,		\
	  "detecting an active kgdb", "CONFIG_KALLSYMS_ALL")

#define LP_KSYM_DATA(D)	LP_KSYM_KLP_DATA(D) LP_KSYM_POKE_DATA(D)

#define LP_KSYM_DECLARE(name, flags, need, config, ret, args)		\
	ret lp_proto_##name args;					\
	DECLARE_STATIC_CALL(lp_k_##name, lp_proto_##name);		\
	extern bool lp_have_##name;
LP_KSYM_FUNCTIONS(LP_KSYM_DECLARE)

#define LP_KSYM_DECLARE_DATA(name, type, flags, need, config)		\
	extern type *lp_kd_##name;
LP_KSYM_DATA(LP_KSYM_DECLARE_DATA)

/* Calls a bound function; for an optional one test lp_k_has() first. */
#define lp_k(name)	static_call(lp_k_##name)
#define lp_k_has(name)	(lp_have_##name)
/* Address of a bound variable; NULL if it is optional and absent. */
#define lp_kdata(name)	(lp_kd_##name)

int lp_kernel_syms_bind(void);

#endif /* _LIVEPOKE_KERNEL_SYMS_H */
