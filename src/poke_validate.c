// SPDX-License-Identifier: GPL-2.0
/*
 * May this instruction of the running kernel be replaced?
 *
 * Each test here has a reason of its own, so that a refusal names its cause.
 * The kernel's own judgement comes last: a kprobe that is registered disabled,
 * and so never armed, passes every check the kernel makes before it writes a
 * breakpoint, the instruction boundary among them. It is unregistered at
 * once, since even a disabled kprobe takes the breakpoint of its address.
 *
 * What was patched once at boot (alternatives, paravirt calls) is plain text
 * afterwards, and the kernel has freed the lists: such places are not
 * refused. Those that may be patched again (SMP-lock prefixes on a machine
 * that booted with one CPU) are among the kernel's own checks.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "enum_param.h"
#include "kernel_syms.h"
#include "poke_slot.h"
#include "poke_validate.h"
#include "symbol_name.h"
#include "test_break.h"

/*
 * One validation at a time: the kprobes of one would be found by another. For
 * the same reason poke_validate_kprobes() must not run beside a validation.
 */
static DEFINE_MUTEX(poke_validate_mutex);

/* An optimized kprobe replaces five bytes. */
#define POKE_KPROBE_REACH	4

/*
 * Functions between the breakpoint exception and our handler that neither
 * noinstr nor the kprobe blacklist protects. A breakpoint in one of them is
 * taken again and again until the stack ends. The ftrace functions are on the
 * way when the handler is entered by its ftrace hook, the latency tracers and
 * lockdep when they are in use.
 */
static const char * const poke_trap_path[] = {
	"lock_acquire",
	"lock_release",
	"trace_hwlat_callback",
	"trace_osnoise_callback",
	"__rcu_read_lock",
	"__rcu_read_unlock",
	"rcu_read_unlock_special",
	"rcu_read_unlock_strict",
	"hw_breakpoint_exceptions_notify",
	"arch_ftrace_ops_list_func",
	"ftrace_ops_list_func",
	"ftrace_ops_assist_func",
	"ftrace_ops_test",
	"ftrace_lookup_ip",
	"__ftrace_lookup_ip",
	/* tracers, before they look whether they run already */
	"function_trace_call",
	"function_stack_trace_call",
	"function_no_repeats_trace_call",
	"function_stack_no_repeats_trace_call",
	"function_args_trace_call",
	"trace_graph_entry",
	"ftrace_pid_func",
};

/*
 * ftrace's trampolines, which are on the way as well: inner labels give their
 * names to what is behind them. Newer kernels copy this text, too.
 */
static const char * const poke_ftrace_text[] = {
	"ftrace_caller",
	"ftrace_regs_call",
	"ftrace_call",
	"ftrace_stub",
	"ftrace_epilogue",
	"ftrace_graph_c",
	"return_to_handler",
};

/*
 * Every indirect branch and every return of the kernel goes through these,
 * also those of the exception path and of our handler. Most stand between two
 * symbols; the rest is known by name.
 */
static const char * const poke_thunks[] = {
	"__x86_indirect_",
	"__x86_return_",
	"__x86_call_",
	"__x86_jump_",
	"call_depth_return_thunk",
	"clear_bhb_loop",
	"entry_untrain_ret",
	"its_return_thunk",
	"retbleed_",
	"srso_",
	"zen_untrain_ret",
};

static const char * const poke_cfi_preambles[] = { "__cfi_", "__pfx_" };
static const char * const poke_trampolines[] = { "__SCT__" };

/* LKRG's module, under the names it has had. */
static const char * const poke_lkrg[] = { "lkrg", "p_lkrg" };

static bool allow_lkrg;
LP_BOOL_PARAM(allow_lkrg, 0600);
MODULE_PARM_DESC(allow_lkrg, "poke kernel text although LKRG is loaded");

static bool poke_has_prefix_of(const char *name, const char * const *list,
			       unsigned int count)
{
	while (count--)
		if (str_has_prefix(name, list[count]))
			return true;
	return false;
}

static bool poke_module_loaded(const char *name)
{
	bool loaded;

	/* kernels differ in what keeps the list of modules: RCU or preemption */
	rcu_read_lock();
	preempt_disable();
	loaded = lp_k(find_module)(name);
	preempt_enable();
	rcu_read_unlock();
	return loaded;
}

/**
 * poke_validate_system() - does somebody own breakpoints or text as a whole?
 *
 * Such an owner may come at any time, so a batch asks again.
 *
 * Context: process context.
 * Return: POKE_OK, or whose they are.
 */
enum poke_why poke_validate_system(void)
{
	unsigned int i;
	int *kgdb = lp_kdata(kgdb_io_module_registered);

	if (kgdb && READ_ONCE(*kgdb))
		return POKE_WHY_KGDB;
	for (i = 0; i < ARRAY_SIZE(poke_lkrg); i++)
		if (!allow_lkrg && poke_module_loaded(poke_lkrg[i]))
			return POKE_WHY_LKRG;
	return POKE_OK;
}

static enum poke_why poke_check_module(struct module *mod, unsigned long addr)
{
	if (!mod)
		return POKE_WHY_NOT_TEXT;
	if (within_module_init(addr, mod))
		return POKE_WHY_INIT_TEXT;
	if (mod == THIS_MODULE)
		return POKE_WHY_OWN_TEXT;
	if (mod->state == MODULE_STATE_GOING)
		return POKE_WHY_MODULE_GOING;
	return POKE_OK;
}

/* Kernel init text is not kernel text any more once it has been freed. */
static enum poke_why poke_check_text(unsigned long addr)
{
	enum poke_why why;

	if (lp_k(core_kernel_text)(addr) || LP_BREAK(VALIDATE_ANY_TEXT))
		return POKE_OK;
	/* the module cannot go while it is looked at */
	rcu_read_lock();
	preempt_disable();
	why = poke_check_module(lp_k(__module_text_address)(addr), addr);
	preempt_enable();
	rcu_read_unlock();
	return why;
}

static bool poke_between(unsigned long addr, const char *start, const char *end)
{
	return start && end && addr >= (unsigned long)start &&
	       addr < (unsigned long)end;
}

/* Start-up code has a second name for what it shares, and that comes first. */
static const char *poke_own_name(const char *symbol)
{
	return symbol + str_has_prefix(symbol, "__pi_");
}

static enum poke_why poke_check_name(unsigned long addr)
{
	enum poke_why why = POKE_OK;
	char *symbol = kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL);
	const char *name;

	if (!symbol)
		return POKE_WHY_NO_MEMORY;
	sprint_symbol_no_offset(symbol, addr);
	name = poke_own_name(symbol);
	if (poke_has_prefix_of(name, poke_cfi_preambles,
			       ARRAY_SIZE(poke_cfi_preambles)))
		why = POKE_WHY_CFI;
	else if (poke_has_prefix_of(name, poke_trampolines,
				    ARRAY_SIZE(poke_trampolines)))
		why = POKE_WHY_STATIC_CALL;
	else if (poke_has_prefix_of(name, poke_thunks, ARRAY_SIZE(poke_thunks)))
		why = POKE_WHY_THUNK;
	else if (lp_is_part_of_one(name, poke_trap_path,
				   ARRAY_SIZE(poke_trap_path)) ||
		 poke_has_prefix_of(name, poke_ftrace_text,
				    ARRAY_SIZE(poke_ftrace_text)))
		why = POKE_WHY_TRAP_PATH;
	kfree(symbol);
	return why;
}

/* Text in which the kernel cannot take a breakpoint, or not reach us. */
static enum poke_why poke_check_function(unsigned long addr)
{
	enum poke_why why;

	if (poke_between(addr, lp_kdata(__entry_text_start),
			 lp_kdata(__entry_text_end)))
		return POKE_WHY_ENTRY;
	if (poke_between(addr, lp_kdata(__noinstr_text_start),
			 lp_kdata(__noinstr_text_end)))
		return POKE_WHY_NOINSTR;
	if (poke_between(addr, lp_kdata(__indirect_thunk_start),
			 lp_kdata(__indirect_thunk_end)))
		return POKE_WHY_THUNK;
	why = poke_check_name(addr);
	if (why)
		return why;
	return lp_k(within_kprobe_blacklist)(addr) ? POKE_WHY_BLACKLIST : POKE_OK;
}

static bool poke_is_jump_label(void *start, void *end)
{
	bool reserved;

	if (!lp_k_has(jump_label_text_reserved) || !lp_k_has(jump_label_lock) ||
	    !lp_k_has(jump_label_unlock))
		return false;
	lp_k(jump_label_lock)();
	reserved = lp_k(jump_label_text_reserved)(start, end);
	lp_k(jump_label_unlock)();
	return reserved;
}

/* Places that another part of the kernel rewrites; the ends are inclusive. */
static enum poke_why poke_check_owners(unsigned long addr, unsigned int len)
{
	void *start = (void *)addr, *end = start + len - 1;

	if (lp_k_has(ftrace_text_reserved) &&
	    lp_k(ftrace_text_reserved)(start, end))
		return POKE_WHY_FTRACE;
	if (poke_is_jump_label(start, end))
		return POKE_WHY_JUMP_LABEL;
	if (lp_k_has(static_call_text_reserved) &&
	    lp_k(static_call_text_reserved)(start, end))
		return POKE_WHY_STATIC_CALL;
	return POKE_OK;
}

static bool poke_is_bug(unsigned long addr)
{
	bool found;

	if (!lp_k_has(find_bug))
		return false;
	/* module tables are RCU-protected, on some kernels by preemption */
	rcu_read_lock();
	preempt_disable();
	found = lp_k(find_bug)(addr);
	preempt_enable();
	rcu_read_unlock();
	return found;
}

static enum poke_why poke_check_extable(unsigned long addr, unsigned int len)
{
	unsigned int i;

	if (LP_BREAK(VALIDATE_NO_EXTABLE))
		return POKE_OK;
	for (i = 0; i < len; i++)
		if (lp_k(search_exception_tables)(addr + i))
			return POKE_WHY_EXTABLE;
	return POKE_OK;
}

/* An instruction at the very end of text cannot be read with all 15 bytes. */
static unsigned int poke_read(u8 *buf, unsigned long addr)
{
	unsigned int size;

	for (size = POKE_INSN_MAX; size; size--)
		if (!copy_from_kernel_nofault(buf, (void *)addr, size))
			return size;
	return 0;
}

/*
 * The bytes that an optimized kprobe leaves behind for a while after it has
 * been unregistered: a jump out of all text.
 */
static bool poke_is_optprobe_jump(const struct poke_insn *insn,
				  unsigned long addr)
{
	return insn->kind == POKE_INSN_JMP &&
	       poke_check_text(addr + insn->len + insn->disp) ==
	       POKE_WHY_NOT_TEXT;
}

static enum poke_why poke_check_old(struct poke_check *check)
{
	u8 bytes[POKE_INSN_MAX];
	unsigned int size = poke_read(bytes, check->addr);
	enum poke_why why;

	if (check->old && check->len <= size &&
	    memcmp(bytes, check->old, check->len))
		return POKE_WHY_OLD_BYTES;
	why = poke_insn_decode(&check->old_insn, bytes, size);
	if (why)
		return why;
	if (poke_is_optprobe_jump(&check->old_insn, check->addr))
		return POKE_WHY_KPROBE;
	if (check->len && check->old_insn.len != check->len)
		return POKE_WHY_LENGTH;
	return POKE_OK;
}

static enum poke_why poke_check_instruction(struct poke_check *check)
{
	enum poke_why why = poke_check_old(check);

	if (why)
		return why;
	return poke_slots_reach(&check->old_insn, check->addr) ?
	       POKE_OK : POKE_WHY_RANGE;
}

/**
 * poke_validate_new() - decode, judge and pad a new instruction
 * @pi:		result
 * @addr:	the site
 * @len:	the length of the instruction there
 * @bytes:	the new instruction, written for @addr
 * @size:	its length, at most @len
 *
 * It is judged as it was given, so that a refusal names its own cause, and
 * decoded once more as it will stand there.
 *
 * Return: POKE_OK, or the reason of the refusal.
 */
enum poke_why poke_validate_new(struct poke_insn *pi, unsigned long addr,
				unsigned int len, const u8 *bytes,
				unsigned int size)
{
	enum poke_why why = poke_insn_decode(pi, bytes, size);
	u8 buf[POKE_INSN_MAX];

	if (why)
		return why;
	if (pi->len != size || size > len)
		return POKE_WHY_LENGTH;
	if (poke_insn_pad(buf, bytes, size, len))
		return POKE_WHY_PAD_RANGE;
	why = poke_insn_decode(pi, buf, len);
	if (!why && !poke_slots_reach(pi, addr))
		why = POKE_WHY_RANGE;
	return why;
}

/**
 * poke_validate_kprobes() - is there a kprobe at or just before a site?
 * @addr:	the site
 * @len:	its length
 *
 * Even a disabled kprobe takes the breakpoint away, and an optimized one
 * owns the four bytes behind its first.
 *
 * Context: any that may disable preemption. The answer stays true only as
 * long as the caller holds kprobe_mutex.
 * Return: POKE_OK or POKE_WHY_KPROBE.
 */
enum poke_why poke_validate_kprobes(unsigned long addr, unsigned int len)
{
	unsigned long at = addr - POKE_KPROBE_REACH;
	enum poke_why why = POKE_OK;

	if (LP_BREAK(VALIDATE_NO_REACH))
		at = addr;
	/* kprobes are freed after a grace period */
	rcu_read_lock();
	preempt_disable();
	for (; at < addr + len; at++)
		if (lp_k(get_kprobe)((void *)at))
			why = POKE_WHY_KPROBE;
	preempt_enable();
	rcu_read_unlock();
	return why;
}

/* The cheap tests; what names a cause comes before what merely says no. */
static enum poke_why poke_check_site(struct poke_check *check)
{
	unsigned long addr = check->addr;
	enum poke_why why = poke_check_text(addr);

	if (!why)
		why = poke_check_function(addr);
	/* before decoding: an armed kprobe has changed the first byte */
	if (!why)
		why = poke_validate_kprobes(addr, 1);
	if (!why && poke_is_bug(addr))
		why = POKE_WHY_BUG;
	if (!why)
		why = poke_check_owners(addr, 1);
	if (!why)
		why = poke_check_instruction(check);
	if (!why)
		why = poke_check_text(addr + check->old_insn.len - 1);
	if (!why)
		why = poke_check_owners(addr, check->old_insn.len);
	if (!why)
		why = poke_check_extable(addr, check->old_insn.len);
	if (!why)
		why = poke_validate_kprobes(addr, check->old_insn.len);
	return why;
}

static enum poke_why poke_kprobe_verdict(const struct kprobe *kp,
					 const struct poke_check *check, int err)
{
	switch (err) {
	case 0:
		break;
	case -EILSEQ:
		return POKE_WHY_BOUNDARY;
	case -ENOMEM:
		return POKE_WHY_NO_MEMORY;
	default:
		return POKE_WHY_KPROBE_REFUSES;
	}
	/* moved by the kernel: the address is an ENDBR, or was one */
	if ((unsigned long)kp->addr != check->addr)
		return POKE_WHY_ENDBR;
	return kp->flags & KPROBE_FLAG_FTRACE ? POKE_WHY_FTRACE : POKE_OK;
}

static bool poke_register_disabled(struct kprobe *kp, struct poke_check *check)
{
	int err;

	kp->addr = (kprobe_opcode_t *)check->addr;
	kp->flags = KPROBE_FLAG_DISABLED;
	err = register_kprobe(kp);
	check->why = poke_kprobe_verdict(kp, check, err);
	return !err;
}

/*
 * Registers a disabled kprobe for each site that passed so far and takes all
 * of them away again, which costs one grace period. Two checks of one address
 * in a batch share a kprobe inside the kernel; that is fine.
 */
static void poke_ask_kprobes(struct poke_check *checks, unsigned int count)
{
	struct kprobe *kps = kvcalloc(count, sizeof(*kps), GFP_KERNEL);
	struct kprobe **done = kvcalloc(count, sizeof(*done), GFP_KERNEL);
	unsigned int i, n = 0;

	for (i = 0; i < count; i++) {
		if (checks[i].why || LP_BREAK(VALIDATE_NO_KERNEL))
			continue;
		if (!kps || !done)
			checks[i].why = POKE_WHY_NO_MEMORY;
		else if (poke_register_disabled(&kps[i], &checks[i]))
			done[n++] = &kps[i];
	}
	if (n)
		unregister_kprobes(done, n);
	kvfree(done);
	kvfree(kps);
}

static void poke_log_refusal(const struct poke_check *check)
{
	if (check->why && !check->quiet)
		pr_warn("refused to poke %pS: %s (error %d)\n",
			(void *)check->addr, poke_why_text(check->why),
			poke_why_errno(check->why));
}

/**
 * poke_validate_sites() - decide for each of several sites
 * @checks:	the sites, and room for the results
 * @count:	how many
 *
 * Every site is checked, whatever the verdict on the others, and every
 * refusal is logged in one line. Nothing is written to any text. Nothing is
 * pinned either: the caller sees to it that the module of a site stays, and
 * repeats poke_validate_kprobes() under kprobe_mutex before it pokes.
 *
 * Context: process context, sleeps. Takes kprobe_mutex, cpus_read_lock,
 * text_mutex and the jump-label mutex one after the other: hold none of them.
 * No poke may be under way, since the kernel decodes whole functions here.
 * Return: 0, or the errno of the first refusal.
 */
int poke_validate_sites(struct poke_check *checks, unsigned int count)
{
	enum poke_why system = poke_validate_system();
	unsigned int i;
	int ret = 0;

	mutex_lock(&poke_validate_mutex);
	for (i = 0; i < count; i++)
		checks[i].why = system ? system : poke_check_site(&checks[i]);
	poke_ask_kprobes(checks, count);
	mutex_unlock(&poke_validate_mutex);
	for (i = 0; i < count; i++) {
		poke_log_refusal(&checks[i]);
		if (!ret)
			ret = poke_why_errno(checks[i].why);
	}
	return ret;
}

/**
 * poke_validate_site() - decide for one site
 * @check:	the site, and room for the result
 *
 * Context and return: as for poke_validate_sites().
 */
int poke_validate_site(struct poke_check *check)
{
	return poke_validate_sites(check, 1);
}
