/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LIVEPOKE_POKE_SLOT_SIZE_H
#define _LIVEPOKE_POKE_SLOT_SIZE_H

/* Longest instruction and the INT3 that ends it; also read by the assembler. */
#define POKE_SLOT_SIZE_ASM	16
/* Two full batches of two variants, each with interrupts on and off. */
#define POKE_SLOT_COUNT		2048

#endif /* _LIVEPOKE_POKE_SLOT_SIZE_H */
