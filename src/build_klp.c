// SPDX-License-Identifier: GPL-2.0
/*
 * The files of the klp engine that run in process context, in one unit for the
 * reason given in build_poke.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "klp_errno.c"
#include "klp_lockdown.c"
#include "klp_refuse.c"
#include "klp_resolve.c"
#include "klp_foreign.c"
#include "klp_exit_path.c"
#include "klp_stack.c"
#include "klp_owner.c"
#include "klp_nudge.c"
#include "klp_visit.c"
#include "klp_sync.c"
#include "klp_switch.c"
#include "klp_symbols.c"
#include "klp_state.c"
#include "klp_shadow.c"
#include "klp_report.c"
#include "klp_object.c"
#include "klp_module.c"
#include "klp_core.c"
#include "klp_sysfs.c"
#include "klp_block_deny.c"
#include "klp_block_type.c"
#include "klp_block_stubs.c"
#include "klp_block.c"
#include "klp_control_file.c"
#include "hotplug_cb.c"
