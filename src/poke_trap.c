// SPDX-License-Identifier: GPL-2.0
/*
 * What a CPU does with a breakpoint of ours.
 *
 * Hostile context: interrupts are off, the trap may have come from anywhere,
 * an NMI included, and anything called from here may itself be what is being
 * poked. Nothing here waits, takes a lock or calls code outside of the files
 * that Kbuild lists in LP_HOSTILE. All of it is __kprobes: by way of the ftrace
 * hook it runs before the kernel looks for kprobes, and would trap on one of
 * its own for ever.
 */
#include "poke_core.h"
#include "poke_ever.h"
#include "poke_slot.h"
#include "poke_stats.h"
#include "poke_sync.h"
#include "poke_trap.h"

/* Binary search: vec is sorted by address. */
static __kprobes struct poke_ent *poke_find(unsigned long addr)
{
	struct poke_vec *vec = &poke_state.vec;
	unsigned int lo = 0, hi = vec->count;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (vec->ent[mid].addr == addr)
			return &vec->ent[mid];
		if (vec->ent[mid].addr < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

#define poke_record(addr, phase, decision)				\
	LP_RECORD(POKE_DECIDE, addr, (phase) << 8 | (decision))

/* Back to the site, to execute what stands there now. */
static void __kprobes poke_step_back(struct pt_regs *regs)
{
	regs->ip--;
}

/*
 * Executes the old or the new instruction beside the site: emulated, or out
 * of line with interrupts off. The slot itself says whether they were on, so
 * nothing has to be remembered, and whatever nests on top is harmless.
 */
static void __kprobes poke_divert(struct pt_regs *regs, struct poke_ent *ent,
				  enum poke_variant variant)
{
	const struct poke_insn *insn = &ent->insn[variant];
	bool irqs_on = regs->flags & X86_EFLAGS_IF;

	if (!poke_insn_is_copy(insn)) {
		poke_stat_inc(POKE_STAT_EMULATED);
		if (LP_BREAK(EMULATES_NOTHING))
			regs->ip = ent->addr + ent->len;
		else
			poke_insn_emulate(insn, regs, ent->addr);
		return;
	}
	poke_stat_inc(POKE_STAT_OUT_OF_LINE);
	if (LP_BREAK(ONE_IF_SLOT))
		irqs_on = true;
	regs->ip = ent->slot[variant][irqs_on];
	LP_RECORD(POKE_SLOT, regs->ip, irqs_on);
	regs->flags &= ~X86_EFLAGS_IF;
}

/*
 * The patching CPU has interrupted itself. Roll back what was deployed, roll
 * forward what is committed: true if the site holds a whole instruction now.
 *
 * While a needed sync 2 is outstanding there is no way forward: another CPU
 * might fetch the new first byte and an old tail.
 */
static bool __kprobes poke_roll(int phase)
{
	switch (phase) {
	case POKE_DEPLOY:
		if (LP_BREAK(NEVER_ROLLS_BACK))
			return false;
		if (poke_leave_deploy(POKE_ABORT))
			poke_stat_inc(POKE_STAT_ROLL_BACK);
		fallthrough;
	case POKE_ABORT:
		poke_store_first(POKE_OLD);
		break;
	case POKE_COMMIT:
		if (poke_state.vec.middle_sync && !LP_BREAK(ROLL_FORWARD_UNSYNCED))
			return false;
		fallthrough;
	case POKE_COMMIT_SYNCED:
		POKE_ASSERT(phase == POKE_COMMIT_SYNCED || !poke_state.vec.middle_sync,
			    "roll-forward before sync 2");
		poke_store_tails();
		poke_store_first(POKE_NEW);
		poke_stat_inc(POKE_STAT_ROLL_FORWARD);
		break;
	default:
		break;
	}
	/* This CPU must not run the site from what it fetched before. */
	poke_serialise();
	LP_RECORD(POKE_SERIAL, 0, 0);
	return true;
}

static void __kprobes poke_count_hit(int phase, bool patching)
{
	static const enum poke_stat first[] = {
		POKE_STAT_HIT_IDLE, POKE_STAT_HIT_PATCH_IDLE,
	};

	poke_stat_inc(first[patching] + phase);
}

/* A breakpoint at a site of the published batch; a reference is held. */
static void __kprobes poke_trap_site(struct pt_regs *regs, struct poke_ent *ent)
{
	bool patching = READ_ONCE(poke_state.patch_cpu) == poke_this_cpu();
	int phase;

	if (!patching)
		poke_acknowledge(POKE_FROM_TRAP);
	LP_POINT_ARG(POKE_TRAP_ACKED, ent->addr);
	phase = READ_ONCE(poke_state.phase);
	while (LP_BREAK(TRAP_WAITS) && !patching && phase == POKE_DEPLOY) {
		poke_relax();
		phase = READ_ONCE(poke_state.phase);
	}
	if (LP_BREAK(HELPS) && !patching && phase == POKE_COMMIT) {
		poke_store_tails();
		poke_store_first(POKE_NEW);
	}
	poke_count_hit(phase, patching);
	if (phase == POKE_IDLE || (patching && poke_roll(phase))) {
		poke_record(ent->addr, phase, phase == POKE_IDLE ? LP_DECIDE_IDLE : LP_DECIDE_BACK);
		poke_step_back(regs);
		return;
	}
	if (phase == POKE_DEPLOY || phase == POKE_ABORT) {
		poke_record(ent->addr, phase, LP_DECIDE_OLD);
		poke_divert(regs, ent, POKE_OLD);
	} else {
		poke_record(ent->addr, phase, LP_DECIDE_NEW);
		poke_divert(regs, ent, POKE_NEW);
	}
	LP_POINT_ARG(POKE_TRAP_DIVERTED, ent->addr);
}

/*
 * No published batch has this address. @seq is pseq as it was before that
 * was found out.
 */
static bool __kprobes poke_trap_late(struct pt_regs *regs, unsigned long addr, u64 seq)
{
	LP_POINT_ARG(POKE_TRAP_LATE, addr);
	if (!poke_ever_poked(addr) || LP_BREAK(FORGET_EARLY))
		return false;
	if (READ_ONCE(*(u8 *)addr) != POKE_INT3) {
		if (LP_BREAK(LATE_UNCLAIMED))
			return false;
		poke_stat_inc(POKE_STAT_LATE);
		poke_record(addr, 0, LP_DECIDE_LATE);
		poke_step_back(regs);
		return true;
	}
	/*
	 * The byte before pseq: if the INT3 seen is that of a publication
	 * made meanwhile, then so is the change of pseq. Pairs with the
	 * write barriers in poke_publish().
	 */
	smp_rmb();
	if (READ_ONCE(poke_state.pseq) == seq || LP_BREAK(NO_PSEQ))
		return false;
	poke_stat_inc(POKE_STAT_REPUBLISHED);
	poke_record(addr, 0, LP_DECIDE_LATE);
	poke_step_back(regs);
	return true;
}

/**
 * poke_trap() - handle a breakpoint
 * @regs:	the registers of the trap
 *
 * Context: #BP, NMI-like.
 * Return: true if it was ours and @regs say how to go on.
 */
bool __kprobes poke_trap(struct pt_regs *regs)
{
	unsigned long addr = regs->ip - 1;
	struct poke_ent *ent = NULL;
	bool ours;
	u64 seq;

	if (user_mode(regs))
		return false;
	if (poke_slot_end(regs, addr)) {
		poke_stat_inc(POKE_STAT_SLOT_ENDS);
		return true;
	}
	LP_RECORD(POKE_TRAP, addr, !!(regs->flags & X86_EFLAGS_IF));
	poke_trap_enter();
	LP_POINT_ARG(POKE_TRAP_ENTER, addr);
	seq = READ_ONCE(poke_state.pseq);
	/* pseq before the reference; pairs with the barrier in poke_publish(). */
	smp_rmb();
	if (poke_ref_get()) {
		ent = poke_find(addr);
		if (ent)
			poke_trap_site(regs, ent);
		poke_ref_put();
		LP_POINT_ARG(POKE_TRAP_EXIT, addr);
	}
	ours = ent || poke_trap_late(regs, addr, seq);
	if (!ours)
		poke_record(addr, 0, LP_DECIDE_NOT_OURS);
	poke_trap_leave();
	LP_RECORD(POKE_TRAP_END, addr, ours);
	return ours;
}
