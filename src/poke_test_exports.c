// SPDX-License-Identifier: GPL-2.0
/*
 * What test modules reach of the poke engine's inside; test builds only.
 */
#include <linux/export.h>
#include "poke_core.h"
#include "poke_insn.h"
#include "poke_site.h"
#include "poke_validate.h"

EXPORT_SYMBOL_GPL(poke_validate_sites);
EXPORT_SYMBOL_GPL(poke_validate_kprobes);
EXPORT_SYMBOL_GPL(poke_insn_decode);
EXPORT_SYMBOL_GPL(poke_insn_nop);
EXPORT_SYMBOL_GPL(poke_why_errno);
EXPORT_SYMBOL_GPL(poke_why_text);
EXPORT_SYMBOL_GPL(poke_state);
EXPORT_SYMBOL_GPL(poke_sites_prepare);
EXPORT_SYMBOL_GPL(poke_sites_release);
