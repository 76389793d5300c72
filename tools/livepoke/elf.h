/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a patch declares, read from its file.
 */
#ifndef _LIVEPOKE_ELF_H
#define _LIVEPOKE_ELF_H

#include <stddef.h>

/**
 * struct lp_declared - a function that a patch replaces
 * @object:	module, NULL for the kernel image
 * @function:	its name
 * @sympos:	which of that name, 0: the only one
 */
struct lp_declared {
	char *object;
	char *function;
	unsigned long sympos;
};

struct lp_declarations {
	struct lp_declared *item;
	size_t count;
};

int lp_read_declarations(const char *file, struct lp_declarations *declared);
void lp_free_declarations(struct lp_declarations *declared);

#endif /* _LIVEPOKE_ELF_H */
