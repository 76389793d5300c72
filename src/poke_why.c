// SPDX-License-Identifier: GPL-2.0
/*
 * The reasons of a refusal: errno, and one line with cause and cure.
 */
#include "poke_insn.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#endif

struct poke_reason {
	int error;
	const char *text;
};

/*
 * -EILSEQ: the bytes are not what they have to be. -EOPNOTSUPP: the
 * instruction cannot be poked anywhere. -EINVAL: not text that can be poked.
 * -EPERM: text that must not be poked. -EBUSY: somebody else owns it now.
 */
static const struct poke_reason poke_reasons[POKE_WHY_COUNT] = {
	[POKE_OK] = { 0, "accepted" },

	[POKE_WHY_UNDECODABLE] = { -EILSEQ,
		"not a valid instruction; give the start of an instruction and its whole length" },
	[POKE_WHY_BREAKPOINT] = { -EOPNOTSUPP,
		"INT3 at the site or in the new instruction cannot be told from a poke's own; remove the other breakpoint first" },
	[POKE_WHY_ENDBR] = { -EOPNOTSUPP,
		"ENDBR is where indirect branches must land; poke the instruction behind it" },
	[POKE_WHY_UNDEFINED] = { -EOPNOTSUPP,
		"the instruction raises #UD on purpose; poke the branch that leads to it" },
	[POKE_WHY_FLAGS_IMAGE] = { -EOPNOTSUPP,
		"the instruction reads or changes IF or AC, which differ in a slot; poke another instruction" },
	[POKE_WHY_HALT] = { -EOPNOTSUPP,
		"the instruction waits, and in a slot interrupts are off; poke the branch that leads to it" },
	[POKE_WHY_SEGMENT] = { -EOPNOTSUPP,
		"the instruction loads a segment register or descriptor table; poke another instruction" },
	[POKE_WHY_PRIVILEGED] = { -EOPNOTSUPP,
		"the instruction changes processor state that the breakpoint handler runs on; poke another instruction" },
	[POKE_WHY_FAR_BRANCH] = { -EOPNOTSUPP,
		"far branches and system-call instructions do not come back to a slot; poke another instruction" },
	[POKE_WHY_VIRTUALIZATION] = { -EOPNOTSUPP,
		"the instruction enters, leaves or sets up a guest; poke another instruction" },
	[POKE_WHY_TRANSACTION] = { -EOPNOTSUPP,
		"a breakpoint aborts the memory transaction; poke the branch that leads to it" },
	[POKE_WHY_SOFT_INTERRUPT] = { -EOPNOTSUPP,
		"the instruction raises an interrupt at its own address; poke the branch that leads to it" },
	[POKE_WHY_REPEAT] = { -EOPNOTSUPP,
		"a repeated string instruction could keep interrupts off without bound in a slot; poke another instruction" },
	[POKE_WHY_BRANCH_FORM] = { -EOPNOTSUPP,
		"a branch with a prefix that processors treat differently; use the plain form" },
	[POKE_WHY_SEGMENT_BRANCH] = { -EOPNOTSUPP,
		"a branch through FS- or GS-based memory is not emulated; load the target into a register first" },
	[POKE_WHY_ADDR32_RIP] = { -EOPNOTSUPP,
		"a RIP-relative operand truncated to 32 bits cannot be re-based; use the plain form" },

	[POKE_WHY_LENGTH] = { -EINVAL,
		"old and new must each be one instruction of the given length, the new one not longer than the old" },
	[POKE_WHY_OLD_BYTES] = { -ESTALE,
		"memory does not hold the expected old bytes; read the site again and check who changed it" },
	[POKE_WHY_RANGE] = { -ERANGE,
		"the RIP-relative operand is more than 2 GiB from livepoke's slots; use an operand in kernel or module memory" },
	[POKE_WHY_PAD_RANGE] = { -ERANGE,
		"padded to the length of the site, the short branch does not reach its target; use the form with 32 bits of displacement" },

	[POKE_WHY_NOT_TEXT] = { -EINVAL,
		"neither kernel nor module text; only code of the kernel image and of loaded modules can be poked" },
	[POKE_WHY_INIT_TEXT] = { -EINVAL,
		"init text is freed after start-up; poke code that stays" },
	[POKE_WHY_OWN_TEXT] = { -EPERM,
		"livepoke's own text, which executes the poke; choose another site" },
	[POKE_WHY_BOUNDARY] = { -EILSEQ,
		"not the start of an instruction; give an address found by disassembling the function" },
	[POKE_WHY_FTRACE] = { -EBUSY,
		"the location belongs to ftrace; poke behind it or use function redirection" },
	[POKE_WHY_JUMP_LABEL] = { -EBUSY,
		"the location is a static branch; change its static key instead" },
	[POKE_WHY_STATIC_CALL] = { -EBUSY,
		"the location is a static call or its trampoline; use static_call_update() instead" },
	[POKE_WHY_ALTERNATIVE] = { -EBUSY,
		"the location belongs to the alternatives code, which may rewrite it; choose another site" },
	[POKE_WHY_BUG] = { -EPERM,
		"the location is a BUG() or WARN() trap; poke the branch that leads to it" },
	[POKE_WHY_EXTABLE] = { -EPERM,
		"the instruction may fault and the kernel fixes it up by its address; choose another site" },
	[POKE_WHY_CFI] = { -EPERM,
		"the location is the CFI preamble of a function; poke inside the function" },
	[POKE_WHY_ENTRY] = { -EPERM,
		"entry text runs before the kernel can take a breakpoint; choose another site" },
	[POKE_WHY_NOINSTR] = { -EPERM,
		"noinstr text runs where the kernel cannot take a breakpoint; choose another site" },
	[POKE_WHY_BLACKLIST] = { -EPERM,
		"the function is on the kernel's kprobe blacklist; choose another site" },
	[POKE_WHY_TRAP_PATH] = { -EPERM,
		"the function runs on the way to the breakpoint handler and would recurse; choose another site" },
	[POKE_WHY_THUNK] = { -EPERM,
		"branch and return thunks run on the way to the breakpoint handler; choose another site" },
	[POKE_WHY_KPROBE] = { -EBUSY,
		"a kprobe is registered at the site or up to 4 bytes before it, even if disabled it takes the breakpoint; unregister it first" },
	[POKE_WHY_KPROBE_REFUSES] = { -EPERM,
		"the kernel's own kprobe checks refuse the address; choose another site" },
	[POKE_WHY_KGDB] = { -EBUSY,
		"an active kernel debugger takes every breakpoint; disable kgdb first" },
	[POKE_WHY_LKRG] = { -EBUSY,
		"LKRG is loaded and treats changed kernel text as an attack; unload lkrg first, or set allow_lkrg=1" },
	[POKE_WHY_MODULE_GOING] = { -ENOENT,
		"the module that holds the site is being unloaded; load it again first" },
	[POKE_WHY_NO_MEMORY] = { -ENOMEM,
		"not enough memory to check the site; try again" },
};

/**
 * poke_why_errno() - errno of a reason
 * @why:	the reason
 *
 * Return: 0 for POKE_OK, else a negative errno.
 */
int poke_why_errno(enum poke_why why)
{
	return why < POKE_WHY_COUNT ? poke_reasons[why].error : -EINVAL;
}

/**
 * poke_why_text() - sentence of a reason
 * @why:	the reason
 *
 * Return: one line that names the cause, then the cure.
 */
const char *poke_why_text(enum poke_why why)
{
	return why < POKE_WHY_COUNT ? poke_reasons[why].text : "unknown reason";
}
