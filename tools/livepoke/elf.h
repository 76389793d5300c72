/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a patch declares, read from its file.
 */
#ifndef _LIVEPOKE_ELF_H
#define _LIVEPOKE_ELF_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct lp_declared - a function that a patch replaces, or a symbol it uses
 * @object:	module, NULL for the kernel image
 * @function:	its name
 * @sympos:	which of that name, 0: the only one
 * @used:	a symbol, not a function to replace
 */
struct lp_declared {
	char *object;
	char *function;
	unsigned long sympos;
	bool used;
};

/**
 * struct lp_declarations - what a patch declares
 * @item:	functions and symbols
 * @count:	how many
 * @abi:	ABI that the patch was built for, 0 if it does not say
 * @known_abi:	the one that can be read
 * @foreign:	section that kpatch-build or klp-build has left, or NULL
 */
struct lp_declarations {
	struct lp_declared *item;
	size_t count;
	unsigned int abi;
	unsigned int known_abi;
	char *foreign;
};

bool lp_is_elf(const char *file);
int lp_read_declarations(const char *file, struct lp_declarations *declared);
void lp_free_declarations(struct lp_declarations *declared);

#endif /* _LIVEPOKE_ELF_H */
