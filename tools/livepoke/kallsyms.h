/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's symbol table.
 */
#ifndef _LIVEPOKE_KALLSYMS_H
#define _LIVEPOKE_KALLSYMS_H

#include <stddef.h>

struct lp_kallsyms;

struct lp_kallsyms *lp_kallsyms_read(void);
size_t lp_kallsyms_count(const struct lp_kallsyms *symbols, const char *module,
			 const char *name);
size_t lp_kallsyms_count_any(const struct lp_kallsyms *symbols, const char *name);
void lp_kallsyms_free(struct lp_kallsyms *symbols);

#endif /* _LIVEPOKE_KALLSYMS_H */
