/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions and variables that the kernel does not export, for patches.
 *
 *	LP_SYMBOL_FUNC(nr_processes, int, (void));
 *	LP_SYMBOL_DATA(linux_banner, const char);
 *
 *	static struct lp_symbol symbols[] = {
 *		LP_BIND_FUNC(NULL, nr_processes, 0),
 *		LP_BIND_DATA(NULL, linux_banner, 0),
 *		{ }
 *	};
 *
 *	static struct lp_patch patch = { ..., .symbols = symbols };
 *
 *	... LP_CALL(nr_processes)() ... *LP_VAR(linux_banner) ...
 *
 * Symbols are bound before the first pre_patch callback; those of a module
 * that is not loaded yet, when it loads. A module whose symbol is bound
 * cannot be unloaded while the patch is registered. Functions are called
 * directly, never through a pointer: the kernel seals the entries of functions
 * whose address it does not take itself, and an indirect call to one of them
 * is fatal on processors with IBT.
 *
 * If anything cannot be bound, the patch (or the module that is loading) is
 * refused, and the log names every symbol that is missing.
 */
#ifndef _LIVEPOKE_SYMBOLS_H
#define _LIVEPOKE_SYMBOLS_H

#include <linux/module.h>
#include <linux/static_call.h>
#include <livepoke/livepatch.h>

/** LP_SYMBOL_FUNC() - declare a function: name, return type, (arguments) */
#define LP_SYMBOL_FUNC(_name, _ret, _args)				\
	_ret lp_symbol_proto_##_name _args;				\
	DEFINE_STATIC_CALL_NULL(lp_symbol_##_name, lp_symbol_proto_##_name)

/** LP_SYMBOL_DATA() - declare a variable: name, type */
#define LP_SYMBOL_DATA(_name, _type)					\
	static _type *lp_symbol_data_##_name

/** LP_BIND_FUNC() - an element of &lp_patch.symbols: object, name, sympos */
#define LP_BIND_FUNC(_object, _name, _sympos)				\
	{ .object = (_object), .name = #_name, .sympos = (_sympos),	\
	  .key = &STATIC_CALL_KEY(lp_symbol_##_name),			\
	  .tramp = &STATIC_CALL_TRAMP(lp_symbol_##_name) }

/** LP_BIND_DATA() - an element of &lp_patch.symbols: object, name, sympos */
#define LP_BIND_DATA(_object, _name, _sympos)				\
	{ .object = (_object), .name = #_name, .sympos = (_sympos),	\
	  .data = (const void **)&lp_symbol_data_##_name }

/** LP_CALL() - call a bound function: LP_CALL(name)(arguments) */
#define LP_CALL(_name)	static_call(lp_symbol_##_name)

/** LP_VAR() - pointer to a bound variable */
#define LP_VAR(_name)	(lp_symbol_data_##_name)

#endif /* _LIVEPOKE_SYMBOLS_H */
