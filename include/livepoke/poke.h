/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replacing instructions of the running kernel.
 *
 * A site is one instruction of kernel or module text. Once it is prepared it
 * can be replaced by any other instruction of the same length, alone or with
 * up to 255 others in one batch, while every CPU may be executing it: each
 * CPU executes either the old or the new instruction, never a mixture, and
 * none ever waits. The protocol is livepoke's own (docs/poke.md).
 *
 * On top of that stand two things that need no knowledge of instructions:
 * calls that are retargeted (POKE_CALL) and branches that are switched
 * (POKE_BRANCH). samples/poke-call and samples/poke-branch are complete modules.
 */
#ifndef _LIVEPOKE_POKE_H
#define _LIVEPOKE_POKE_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/types.h>

#ifdef CONFIG_X86_KERNEL_IBT
#include <asm/ibt.h>
#if __has_include("linux/annotate.h")
#include <linux/annotate.h>
#else
#include <linux/objtool.h>
#endif
/* Nothing jumps indirectly to an address that only names an instruction. */
#define __POKE_NO_ENDBR	ANNOTATE_NOENDBR
#else
#define __POKE_NO_ENDBR	""
#endif

struct poke_site;

/**
 * struct poke_op - one replacement
 * @site:	where
 * @insn:	the new instruction, or NULL for the original one
 * @len:	its length; shorter ones are padded up to the length of the site
 */
struct poke_op {
	struct poke_site *site;
	const void *insn;
	unsigned int len;
};

struct poke_site *__poke_site_prepare(struct module *owner, void *addr,
				      const void *old, unsigned int len);

/**
 * poke_site_prepare() - make an instruction replaceable
 * @addr:	its address
 * @old:	the bytes that must be there, or NULL for whatever is there
 * @len:	number of bytes in @old; 0 if @old is NULL
 *
 * The site belongs to the calling module. It must be released before the
 * module goes; what a module leaves behind is restored when it has gone.
 * Nothing is written yet.
 *
 * Context: process context, sleeps. Takes the locks of poke_batch(), and before
 *	them jump_label_lock(): the caller must hold none.
 * Return: the site, or ERR_PTR(); the log says why. -EINVAL (not text that
 *	can be poked, or not an instruction of @len bytes), -EILSEQ (not at an
 *	instruction boundary), -ESTALE (other bytes than @old), -EOPNOTSUPP
 *	(an instruction that cannot be poked anywhere), -ERANGE (its
 *	RIP-relative operand is out of reach), -EPERM (text that must not be
 *	poked), -EBUSY (a kprobe, another site or another user of text is
 *	there), -ENOENT (its module is going), -ENOMEM. Nothing is changed by
 *	an error.
 */
#define poke_site_prepare(addr, old, len)	\
	__poke_site_prepare(THIS_MODULE, addr, old, len)

/**
 * poke_batch() - replace the instructions of up to 256 sites
 * @ops:	the replacements, in any order, each site once
 * @count:	their number
 *
 * Each CPU executes the old or the new instruction at each site while the
 * batch is in progress, and all sites change to the new ones at one moment.
 * When the call returns, no CPU executes, or will execute, an old one.
 *
 * Algorithm: breakpoints over all sites, sync of all cores, the bytes after
 * the first, sync where the processor needs it, first bytes, sync. The idea
 * of per-CPU acknowledgement instead of three waiting broadcasts, and of
 * rolling back or forward when the patching CPU meets its own breakpoint,
 * is from the 2019 discussion of the kernel's static calls (H. Peter Anvin,
 * Andy Lutomirski).
 *
 * Context: process context, interrupts on; sleeps. Takes poke_mutex,
 *	kprobe_mutex, cpus_read_lock() and text_mutex, in this order; the
 *	caller must hold none of these, nor jump_label_lock().
 *	The sites themselves may be executed in any context, NMI included.
 * Return: 0; or, with no site changed and the reason in the log: -ETIMEDOUT
 *	(a CPU did not respond in time, the log names it), -EILSEQ (@insn is no
 *	valid instruction), -EINVAL (it is longer than the site or not @len
 *	bytes long, or a site is given twice), -EOPNOTSUPP (an instruction that
 *	cannot be poked anywhere), -ERANGE (its operand, or a short branch that
 *	had to be padded, is out of reach), -EBUSY (somebody else has changed
 *	the bytes, placed a kprobe, or owns all breakpoints or text now),
 *	-E2BIG (too many sites), -ENODEV (the module with the site's text has
 *	gone), -ENOMEM, -EFAULT (the text cannot be mapped), -EAGAIN (too many
 *	out-of-line copies await the CPU that did not respond).
 */
int poke_batch(const struct poke_op *ops, unsigned int count);

/**
 * poke_one() - replace the instruction of one site
 * @site:	where
 * @insn:	new instruction, or NULL for the original one
 * @len:	its length
 *
 * Context: as poke_batch().
 * Return: as poke_batch().
 */
static inline int poke_one(struct poke_site *site, const void *insn,
			   unsigned int len)
{
	struct poke_op op = { .site = site, .insn = insn, .len = len };

	return poke_batch(&op, 1);
}

/**
 * poke_site_release() - restore the original instruction and give the site up
 * @site:	a site; NULL and ERR_PTR() are ignored
 *
 * Context: as poke_batch().
 * Return: 0; or an error of poke_batch(), the site is then still held.
 */
int poke_site_release(struct poke_site *site);

/**
 * poke_site_addr() - where a site is
 * @site:	a site
 *
 * Context: any.
 * Return: the address of the instruction.
 */
unsigned long poke_site_addr(const struct poke_site *site);

/**
 * poke_sync_poll() - acknowledge a sync in progress
 *
 * A CPU that spins with interrupts off holds up the pokes of others until it
 * takes interrupts again. Calling this in the loop lets the first two syncs
 * pass; it costs one comparison of two words when nothing is owed.
 *
 * Context: any, NMI included; not migrating. Waits for nothing.
 */
void poke_sync_poll(void);

/*
 * Calls
 *
 *	DEFINE_POKE_CALL(my_op, first_implementation);
 *	...
 *	ret = POKE_CALL(my_op)(arg);		a direct call
 *	...
 *	poke_call_register(&POKE_CALL_KEY(my_op));	in module init
 *	poke_call_update(my_op, second_implementation);
 *	poke_call_unregister(&POKE_CALL_KEY(my_op));	in module exit
 *
 * Each call goes to a jump of five bytes. poke_call_register() finds the
 * direct calls of that jump in the text of the module, and from the first
 * update on they lead straight to the implementation. A call that is not
 * found, in __init text for instance, goes through the jump and is right
 * too: all of them are retargeted in one batch.
 */

#define POKE_CALL_SITES_MAX	255

/**
 * struct poke_call - a retargetable call
 * @tramp:	the jump that calls lead to at first
 * @func:	the present implementation
 * @owner:	the module that defines it
 * @name:	for messages
 * @count:	private: number of sites
 * @sites:	private: the sites; the first is the jump itself
 * @first:	private: the first implementation
 */
struct poke_call {
	void *tramp;
	void *func;
	struct module *owner;
	const char *name;
	unsigned int count;
	struct poke_site **sites;
	void *first;
};

#define POKE_CALL_KEY(name)	__poke_call_##name
#define POKE_CALL_TRAMP(name)	__poke_call_tramp_##name

#ifdef ASM_ENDBR
#define __POKE_ENDBR	ASM_ENDBR
#else
#define __POKE_ENDBR	""
#endif

/**
 * DECLARE_POKE_CALL() - make a call known to another file
 * @_name:	its name
 * @_func:	a function of its prototype
 */
#define DECLARE_POKE_CALL(_name, _func)					\
	extern struct poke_call POKE_CALL_KEY(_name);			\
	extern typeof(_func) POKE_CALL_TRAMP(_name)

/**
 * DEFINE_POKE_CALL() - define a retargetable call in this file
 * @_name:	its name
 * @_func:	first implementation, which gives the prototype
 */
#define DEFINE_POKE_CALL(_name, _func)					\
	DECLARE_POKE_CALL(_name, _func);				\
	asm(".pushsection .text, \"ax\"\n"				\
	    "	.balign	8\n"						\
	    "	.globl	__poke_call_tramp_" #_name "\n"			\
	    "	.type	__poke_call_tramp_" #_name ", @function\n"	\
	    "__poke_call_tramp_" #_name ":\n"				\
	    __POKE_ENDBR						\
	    "	.byte	0xe9\n"						\
	    "	.long	" #_func " - . - 4\n"				\
	    "	.size	__poke_call_tramp_" #_name ", . - __poke_call_tramp_" #_name "\n" \
	    ".popsection\n");						\
	struct poke_call POKE_CALL_KEY(_name) = {			\
		.tramp = POKE_CALL_TRAMP(_name),			\
		.func = _func,						\
		.owner = THIS_MODULE,					\
		.name = #_name,						\
	}

/**
 * POKE_CALL() - the function to call: POKE_CALL(name)(arguments)
 * @_name:	the call
 */
#define POKE_CALL(_name)	POKE_CALL_TRAMP(_name)

/**
 * poke_call_register() - find the calls and prepare them
 * @call:	the call, see POKE_CALL_KEY()
 *
 * Context: process context, sleeps; before the first update.
 * Return: number of direct calls found; -EBUSY if it is registered already,
 *	or an error of poke_site_prepare().
 */
int poke_call_register(struct poke_call *call);

int __poke_call_update(struct poke_call *call, void *func);

/**
 * poke_call_update() - retarget every call in one batch
 * @_name:	the call
 * @_func:	the new implementation, of the same prototype
 *
 * Context: as poke_batch().
 * Return: as poke_batch(); -EINVAL if it is not registered, -ERANGE if @_func
 *	is out of reach of a call.
 */
#define poke_call_update(_name, _func)					\
({									\
	typeof(&POKE_CALL_TRAMP(_name)) __func = (_func);		\
	__poke_call_update(&POKE_CALL_KEY(_name), (void *)__func);	\
})

/**
 * poke_call_unregister() - back to the first implementation
 * @call:	the call
 *
 * Context: as poke_batch().
 * Return: 0 or an error of poke_site_release().
 */
int poke_call_unregister(struct poke_call *call);

/*
 * Branches
 *
 *	DEFINE_POKE_BRANCH(my_feature);
 *	...
 *	if (POKE_BRANCH(my_feature))
 *		do_something_rare();
 *	...
 *	poke_branch_register(&my_feature);	in module init
 *	poke_branch_set(&my_feature, true);
 *	poke_branch_unregister(&my_feature);	in module exit
 *
 * The test is a conditional jump whose condition is always false; switching
 * it on inverts the condition. (A comparison of the stack pointer with itself
 * precedes it. A NOP instead of the pair would save one instruction, but the
 * kernel's objtool, which computes the data for stack traces, would then not
 * know that the code behind the jump can be reached.)
 */

/**
 * struct poke_branch - a switchable branch
 * @start:	private: where the table of its uses starts
 * @owner:	the module that defines it
 * @name:	for messages
 * @on:		its state
 * @count:	private: number of sites
 * @sites:	private: the sites
 */
struct poke_branch {
	const s32 *start;
	struct module *owner;
	const char *name;
	bool on;
	unsigned int count;
	struct poke_site **sites;
};

/**
 * DEFINE_POKE_BRANCH() - define a branch, off at first
 * @_name:	its name; it can be used in this file, below the definition
 */
#define DEFINE_POKE_BRANCH(_name)					\
	extern const s32 __poke_branch_uses_##_name[];			\
	asm(".pushsection .rodata.poke_branch." #_name ", 0, \"a\"\n"	\
	    "	.balign	4\n"						\
	    "	.globl	__poke_branch_uses_" #_name "\n"		\
	    "__poke_branch_uses_" #_name ":\n"				\
	    "	.subsection 2\n"					\
	    "	.long	0\n"						\
	    ".popsection\n");						\
	static struct poke_branch _name = {				\
		.start = __poke_branch_uses_##_name,			\
		.owner = THIS_MODULE,					\
		.name = #_name,						\
	}

/**
 * POKE_BRANCH() - the condition: if (POKE_BRANCH(name))
 * @_name:	the branch
 */
#define POKE_BRANCH(_name)						\
({									\
	__label__ l_on;							\
	bool __on = true;						\
									\
	asm goto("	test	%%rsp, %%rsp\n"				\
		 __POKE_NO_ENDBR					\
		 "\n1:	jz	%l[l_on]\n"				\
		 ".pushsection .rodata.poke_branch." #_name ", 1, \"a\"\n" \
		 "	.long	1b - .\n"				\
		 ".popsection\n"					\
		 : : : "cc" : l_on);					\
	__on = false;							\
l_on:									\
	unlikely(__on);							\
})

/**
 * poke_branch_register() - prepare every use of a branch
 * @branch:	the branch
 *
 * Context: process context, sleeps; before the first poke_branch_set().
 * Return: number of uses; -EBUSY if it is registered already, -E2BIG if it has
 *	more than 256 uses, or an error of poke_site_prepare().
 */
int poke_branch_register(struct poke_branch *branch);

/**
 * poke_branch_set() - switch every use in one batch
 * @branch:	the branch
 * @on:		the new state
 *
 * Context: as poke_batch().
 * Return: as poke_batch(); -EINVAL if it is not registered.
 */
int poke_branch_set(struct poke_branch *branch, bool on);

/**
 * poke_branch_unregister() - switch off and give the sites up
 * @branch:	the branch
 *
 * Context: as poke_batch().
 * Return: 0 or an error of poke_site_release().
 */
int poke_branch_unregister(struct poke_branch *branch);

#endif /* _LIVEPOKE_POKE_H */
