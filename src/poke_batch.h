/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One batch: from the caller's list to the protocol and back.
 */
#ifndef _LIVEPOKE_POKE_BATCH_H
#define _LIVEPOKE_POKE_BATCH_H

#include <livepoke/poke.h>

int poke_batch_locked(const struct poke_op *ops, unsigned int count);
void poke_batch_quiesce(void);
void poke_batch_unmap(void);

#endif /* _LIVEPOKE_POKE_BATCH_H */
