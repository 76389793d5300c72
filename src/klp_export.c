// SPDX-License-Identifier: GPL-2.0
/*
 * What patch modules link against.
 *
 * Apart from everything else, because the checksum of an exported function
 * covers every type that its file knows: here only the public header counts,
 * and a patch need not be rebuilt when an internal structure changes.
 */
#include <livepoke/livepatch.h>
#include "klp_state.h"

int lp_register_patch(struct lp_patch *patch, unsigned int abi,
		      unsigned int size);

/* See lp_enable_patch() in livepatch.h. */
int __lp_enable_patch(struct lp_patch *patch, unsigned int abi,
		      unsigned int size)
{
	return lp_register_patch(patch, abi, size);
}
EXPORT_SYMBOL_GPL(__lp_enable_patch);

struct lp_state *lp_get_state(struct lp_patch *patch, unsigned long id)
{
	return lp_find_state(patch, id);
}
EXPORT_SYMBOL_GPL(lp_get_state);

struct lp_state *lp_get_prev_state(unsigned long id)
{
	return lp_find_prev_state(id);
}
EXPORT_SYMBOL_GPL(lp_get_prev_state);
