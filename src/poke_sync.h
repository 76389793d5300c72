/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Core synchronisation: which CPUs still owe an acknowledgement.
 *
 * The set is kept as generations, not as bits. Every round of the poker
 * takes a new number; a CPU owes while the number it has acknowledged is
 * smaller. A bit that is set and cleared cannot tell a late acknowledgement
 * of a round that was given up from one of the round that replaced it.
 */
#ifndef _LIVEPOKE_POKE_SYNC_H
#define _LIVEPOKE_POKE_SYNC_H

#include "poke_platform.h"

/**
 * struct poke_cpu - what one CPU contributes to the protocol
 * @ack:	newest generation acknowledged, from any context
 * @ack_irq:	the same, from the IPI function alone; when it has reached g,
 *		no #BP handler that began before g runs on the CPU any more
 * @sent:	generation that the last IPI sent is certain to see (poker's)
 * @refs:	users of the published sites; the poker holds one of each CPU
 * @csd:	call-single data for the IPI of this CPU
 */
struct poke_cpu {
	u64 ack;
	u64 ack_irq;
	u64 sent;
	int refs;
#ifdef __KERNEL__
	call_single_data_t csd;
#endif
};

#ifdef __KERNEL__
DECLARE_PER_CPU(struct poke_cpu, poke_cpus);
#endif

/**
 * struct poke_round - one synchronisation in progress
 * @gen:	the generation it waits for
 * @self:	CPU that serialised itself when the round began: owes nothing
 * @irq_only:	acknowledgements of the IPI function count, no others
 * @which:	1, 2, 3, or 0 for a quiescence round; for messages
 * @start:	when it began
 */
struct poke_round {
	u64 gen;
	int self;
	bool irq_only;
	unsigned int which;
	u64 start;
};

enum poke_ack_from {
	POKE_FROM_IPI,
	POKE_FROM_TRAP,
	POKE_FROM_NMI,
	POKE_FROM_POLL,
	POKE_FROM_HOTPLUG,
};

u64 poke_generation(void);
void poke_acknowledge(enum poke_ack_from from);
void poke_ipi(void *unused);
bool poke_cpu_owes(const struct poke_round *r, int cpu);

void poke_round_begin(struct poke_round *r, unsigned int which, bool irq_only);
int poke_round_poll(struct poke_round *r);
void poke_round_again(struct poke_round *r);
void poke_round_end(const struct poke_round *r);

/* The transport, outside the protocol: poke_ipi.c, or a user-space harness. */
int poke_send(int cpu);
int poke_ipi_init(void);
void poke_ipi_exit(void);

#endif /* _LIVEPOKE_POKE_SYNC_H */
