// SPDX-License-Identifier: GPL-2.0
/*
 * Pretends, on a kernel without kgdb, that a debugger is attached: livepoke
 * finds this variable by its name if this module is loaded first.
 */
#include <linux/module.h>

extern int kgdb_io_module_registered;
int kgdb_io_module_registered = 1;
module_param_named(registered, kgdb_io_module_registered, int, 0600);

MODULE_DESCRIPTION("Stand-in for an active kgdb");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
