// SPDX-License-Identifier: GPL-2.0
/*
 * What runs inside the breakpoint, NMI, IPI and ftrace handlers, and what must
 * not be traced for another reason: compiled without instrumentation (see
 * LP_HOSTILE in Kbuild), in one unit for the reason given in build_poke.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "poke_emulate.c"
#include "poke_core.c"
#include "poke_sync.c"
#include "poke_ipi.c"
#include "poke_trap.c"
#include "poke_ever.c"
#include "poke_hook.c"
#include "poke_slot.c"
#include "klp_oops.c"
#include "klp_patch.c"
#include "klp_tasks.c"
#include "klp_transition.c"
