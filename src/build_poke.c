// SPDX-License-Identifier: GPL-2.0
/*
 * The files of the poke engine that run in process context, in one compilation
 * unit, the way the scheduler does it in kernel/sched/build_policy.c: nine
 * tenths of the time that a file takes to build go into the kernel's headers
 * and the tools that look at each object, and an admin who installs livepoke
 * waits for it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "enum_param.c"
#include "kernel_syms.c"
#include "poke_insn.c"
#include "poke_build.c"
#include "poke_why.c"
#include "poke_text.c"
#include "poke_validate.c"
#include "poke_site.c"
#include "poke_batch.c"
#include "poke_client.c"
