// SPDX-License-Identifier: GPL-2.0
/*
 * Slots: an array in our own text, valid as long as the module.
 *
 * A slot holds a copy of one instruction and an INT3. The address of that
 * INT3 tells the handler everything: where to go on, and whether interrupts
 * were on. That is why each instruction gets two slots, and why a slot may
 * be written again only when certainly no CPU is inside it:
 *
 *   FREE -> USED	poke_slot_get(), before the batch is published
 *   USED -> FREE	after sync 3, which no CPU passes inside a slot
 *   USED -> QUARANTINE	after a batch that was given up, whose syncs some CPU
 *			has not acknowledged; FREE when a later round of IPIs
 *			has been acknowledged by every CPU
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "poke_slot.h"
#include "poke_slot_size.h"
#include "poke_stats.h"
#include "poke_sync.h"
#include "poke_text.h"
#include "test_fault.h"

extern u8 poke_slots[POKE_SLOT_COUNT * POKE_SLOT_SIZE];

enum poke_slot_state { POKE_SLOT_FREE, POKE_SLOT_USED, POKE_SLOT_QUARANTINE };

/*
 * @resume:	address after the site
 * @len:	length of the copy; 0 until the slot is used for the first time
 * @irqs_on:	set IF when the copy has run
 * @state:	see above
 *
 * Handlers read the first three while the slot is in use, when they do not
 * change. Everything is written under the poke mutex.
 */
struct poke_slot {
	unsigned long resume;
	u8 len;
	bool irqs_on;
	u8 state;
};

static struct poke_slot poke_slot_info[POKE_SLOT_COUNT];
static struct poke_map poke_slot_map;
static unsigned int poke_slot_next;
static unsigned int poke_slot_held;	/* in quarantine */
static struct poke_round poke_slot_round;

static unsigned long __kprobes poke_slot_addr(unsigned int i)
{
	return (unsigned long)&poke_slots[i * POKE_SLOT_SIZE];
}

/**
 * poke_slot_end() - is this trap the end of an out-of-line instruction?
 * @regs:	the registers of the trap, changed if it is
 * @addr:	the address of the INT3
 *
 * Context: #BP. Independent of any batch: whatever has happened meanwhile,
 *	the slot knows.
 * Return: true if it was, and @regs say how to go on.
 */
bool __kprobes poke_slot_end(struct pt_regs *regs, unsigned long addr)
{
	unsigned long off = addr - poke_slot_addr(0);
	const struct poke_slot *slot;

	if (off >= sizeof(poke_slots))
		return false;
	slot = &poke_slot_info[off / POKE_SLOT_SIZE];
	if (!slot->len || off % POKE_SLOT_SIZE != slot->len)
		return false;
	LP_RECORD(POKE_SLOT_END, addr - slot->len, 0);
	regs->ip = slot->resume;
	if (slot->irqs_on)
		regs->flags |= X86_EFLAGS_IF;
	return true;
}

/**
 * poke_slots_reach() - can an instruction run in every slot?
 * @insn:	the instruction
 * @addr:	where it stands
 *
 * Return: false if its RIP-relative operand is out of reach of a slot.
 */
bool poke_slots_reach(const struct poke_insn *insn, unsigned long addr)
{
	unsigned long first = poke_slot_addr(0), last = POKE_SLOT_COUNT - 1;
	u8 code[POKE_SLOT_SIZE];

	/* As a constant, objtool would take it for the target of a call. */
	OPTIMIZER_HIDE_VAR(last);
	last = poke_slot_addr(last);
	return !poke_insn_is_copy(insn) ||
	       (poke_insn_build(insn, addr, first, code, sizeof(code)) > 0 &&
		poke_insn_build(insn, addr, last, code, sizeof(code)) > 0);
}

static int poke_slot_find_free(void)
{
	unsigned int i, n;

	if (LP_BREAK(NO_QUARANTINE))
		poke_slot_next = 0;
	for (n = 0; n < POKE_SLOT_COUNT; n++) {
		i = (poke_slot_next + n) % POKE_SLOT_COUNT;
		if (poke_slot_info[i].state == POKE_SLOT_FREE) {
			poke_slot_next = i + 1;
			return i;
		}
	}
	return -1;
}

static void poke_slot_write(unsigned int i, const u8 *code, unsigned int len)
{
	u8 *alias = poke_text_alias(&poke_slot_map, poke_slot_addr(i));
	unsigned int j;

	LP_RECORD(POKE_SLOT_WRITE, poke_slot_addr(i), 0);
	for (j = 0; j < POKE_SLOT_SIZE; j++)
		poke_store8(alias + j, j < len ? code[j] : POKE_INT3);
}

/**
 * poke_slot_get() - write an instruction into a free slot
 * @insn:	the instruction
 * @addr:	where it stands
 * @irqs_on:	the slot is for contexts that trapped with interrupts on
 *
 * A CPU executes the slot only after a trap: it serialises in the handler
 * after it has seen the batch, which is published after this.
 *
 * Return: the address, or 0 if every slot is in use or quarantined. That
 *	operands are in reach was checked before, see poke_slots_reach().
 */
unsigned long poke_slot_get(const struct poke_insn *insn, unsigned long addr,
			    bool irqs_on)
{
	u8 code[POKE_SLOT_SIZE];
	int i = poke_slot_find_free();
	int len;

	if (i < 0 || LP_FAULT("slot", -EAGAIN))
		return 0;
	len = poke_insn_build(insn, addr, poke_slot_addr(i), code, sizeof(code));
	if (len < 0)
		return 0;
	poke_slot_write(i, code, len);
	poke_slot_info[i] = (struct poke_slot) {
		.resume = addr + insn->len,
		.len = insn->len,
		.irqs_on = irqs_on,
		.state = POKE_SLOT_USED,
	};
	return poke_slot_addr(i);
}

static void poke_slots_move(enum poke_slot_state from, enum poke_slot_state to)
{
	unsigned int i;

	for (i = 0; i < POKE_SLOT_COUNT; i++) {
		if (poke_slot_info[i].state == from)
			poke_slot_info[i].state = to;
	}
}

/* The batch succeeded: sync 3 has shown that no CPU is in a slot. */
void poke_slots_release(void)
{
	poke_slots_move(POKE_SLOT_USED, POKE_SLOT_FREE);
}

/*
 * The batch was given up and its references are drained: from a round that
 * begins now no CPU can enter its slots.
 */
void poke_slots_quarantine(void)
{
	unsigned int i;

	if (LP_BREAK(NO_QUARANTINE)) {
		poke_slots_release();
		return;
	}
	for (i = 0; i < POKE_SLOT_COUNT; i++) {
		if (poke_slot_info[i].state != POKE_SLOT_USED)
			continue;
		poke_slot_info[i].state = POKE_SLOT_QUARANTINE;
		poke_slot_held++;
		poke_stat_inc(POKE_STAT_QUARANTINED);
	}
	poke_round_begin(&poke_slot_round, 0, true);
}

/* Ends the quarantine if its round is complete. Locks of a poke held. */
void poke_slots_poll(void)
{
	if (!poke_slot_held)
		return;
	poke_round_again(&poke_slot_round);
	if (poke_round_poll(&poke_slot_round) >= 0)
		return;
	poke_slots_move(POKE_SLOT_QUARANTINE, POKE_SLOT_FREE);
	poke_slot_held = 0;
}

unsigned int poke_slots_quarantined(void)
{
	return READ_ONCE(poke_slot_held);
}

int poke_slots_init(void)
{
	struct poke_span span = {
		.addr = poke_slot_addr(0),
		.len = sizeof(poke_slots),
	};

	return poke_text_map(&poke_slot_map, &span, 1);
}

void poke_slots_exit(void)
{
	poke_text_unmap(&poke_slot_map);
}
