// SPDX-License-Identifier: GPL-2.0
/*
 * What patch modules and clients link against.
 *
 * In an object of its own, apart from the functions, because the checksum of
 * an exported function covers every type that its object knows: here only
 * public headers count. So nothing that was built against livepoke is to be
 * built anew when an internal structure changes; and the two flavours, whose
 * structures differ, take the same modules.
 */
#include <linux/export.h>
#include <livepoke/livepatch.h>
#include <livepoke/poke.h>
#include <livepoke/shadow.h>

EXPORT_SYMBOL_GPL(__lp_enable_patch);
EXPORT_SYMBOL_GPL(lp_get_state);
EXPORT_SYMBOL_GPL(lp_get_prev_state);

EXPORT_SYMBOL_GPL(lp_shadow_get);
EXPORT_SYMBOL_GPL(lp_shadow_alloc);
EXPORT_SYMBOL_GPL(lp_shadow_get_or_alloc);
EXPORT_SYMBOL_GPL(lp_shadow_free);
EXPORT_SYMBOL_GPL(lp_shadow_free_all);

EXPORT_SYMBOL_GPL(__poke_site_prepare);
EXPORT_SYMBOL_GPL(poke_batch);
EXPORT_SYMBOL_GPL(poke_site_release);
EXPORT_SYMBOL_GPL(poke_site_addr);
EXPORT_SYMBOL_GPL(poke_sync_poll);

EXPORT_SYMBOL_GPL(poke_call_register);
EXPORT_SYMBOL_GPL(__poke_call_update);
EXPORT_SYMBOL_GPL(poke_call_unregister);
EXPORT_SYMBOL_GPL(poke_branch_register);
EXPORT_SYMBOL_GPL(poke_branch_set);
EXPORT_SYMBOL_GPL(poke_branch_unregister);
