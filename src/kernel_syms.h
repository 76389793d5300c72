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
 * to load when the kernel lacks it.
 */
#ifndef _LIVEPOKE_KERNEL_SYMS_H
#define _LIVEPOKE_KERNEL_SYMS_H

#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/static_call.h>
#include <linux/task_work.h>
#include <asm/insn.h>

#define LP_KSYM_OPTIONAL	0x1

/*
 * F(name, other name or NULL, flags, who needs it, config option that usually
 *   provides it, return type, (arguments))
 */
#define LP_KSYM_FUNCTIONS(F)						\
	F(kallsyms_lookup_name, NULL, 0, "symbol binding",		\
	  "CONFIG_KALLSYMS", unsigned long, (const char *name))		\
	F(kallsyms_lookup_size_offset, NULL, 0, "klp stack check",	\
	  "CONFIG_KALLSYMS", int,					\
	  (unsigned long addr, unsigned long *size, unsigned long *off)) \
	F(insn_decode, NULL, 0, "decoding instructions",		\
	  "CONFIG_KPROBES", int, (struct insn *insn, const void *kaddr,	\
	   int buf_len, enum insn_mode m))

/* D(name, type, flags, who needs it, config option) */
#define LP_KSYM_DATA(D)							\
	D(ftrace_ops_list, struct ftrace_ops *, LP_KSYM_OPTIONAL,	\
	  "naming a conflicting ftrace user", "CONFIG_KALLSYMS_ALL")

struct ftrace_ops;

#define LP_KSYM_DECLARE(name, other, flags, need, config, ret, args)	\
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
