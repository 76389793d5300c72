/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be said about this system.
 */
#ifndef _LIVEPOKE_SYSTEM_H
#define _LIVEPOKE_SYSTEM_H

#include <stdbool.h>

char *lp_lockdown(void);
char *lp_installed_version(void);
unsigned long lp_taint(void);
char *lp_taint_words(unsigned long taint);
char *lp_kernel_config(const char *release);
char lp_config_value(const char *config, const char *option);
bool lp_on_command_line(const char *word);
bool lp_has_systemd(void);

#endif /* _LIVEPOKE_SYSTEM_H */
