/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slots: where the old and the new instruction run out of line.
 */
#ifndef _LIVEPOKE_POKE_SLOT_H
#define _LIVEPOKE_POKE_SLOT_H

#include "poke_insn.h"
#include "poke_platform.h"

unsigned long poke_slot_get(const struct poke_insn *insn, unsigned long addr,
			    bool irqs_on);
bool poke_slot_end(struct pt_regs *regs, unsigned long addr);
bool poke_slots_reach(const struct poke_insn *insn, unsigned long addr);

void poke_slots_release(void);
void poke_slots_quarantine(void);
void poke_slots_poll(void);
unsigned int poke_slots_quarantined(void);

int poke_slots_init(void);
void poke_slots_exit(void);

#endif /* _LIVEPOKE_POKE_SLOT_H */
