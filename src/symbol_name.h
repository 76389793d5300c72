/* SPDX-License-Identifier: GPL-2.0 */
/* What names of kallsyms say of a function */
#ifndef _LIVEPOKE_SYMBOL_NAME_H
#define _LIVEPOKE_SYMBOL_NAME_H

#include <linux/string.h>
#include <linux/types.h>

/*
 * Whether @symbol is @function, or a part or copy of it that the compiler made
 * ("function.cold", "function.isra.0"). The name of a module may follow it.
 */
static inline bool lp_is_part_of(const char *symbol, const char *function)
{
	size_t len = strcspn(symbol, ". ");

	return !strncmp(symbol, function, len) && !function[len];
}

static inline bool lp_is_part_of_one(const char *symbol, const char * const *functions,
				     unsigned int count)
{
	while (count--) {
		if (lp_is_part_of(symbol, functions[count]))
			return true;
	}
	return false;
}

#endif /* _LIVEPOKE_SYMBOL_NAME_H */
