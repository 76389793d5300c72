// SPDX-License-Identifier: GPL-2.0
/*
 * Does a value fit what a function returns, by what BTF says of it?
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "compat/btf.h"
#include "compat/compat.h"
#include "kernel_syms.h"
#include "klp_block.h"
#include "klp_refuse.h"

enum lp_type_kind {
	LP_TYPE_UNKNOWN,
	LP_TYPE_VOID,
	LP_TYPE_INT,
	LP_TYPE_BOOL,
	LP_TYPE_POINTER,
	LP_TYPE_OTHER,
};

struct lp_return_type {
	enum lp_type_kind kind;
	unsigned int bits;
};

static bool lp_have_btf(void)
{
	return lp_k_has(bpf_get_btf_vmlinux) && lp_k_has(btf_put) &&
	       lp_k_has(btf_find_by_name_kind) && lp_k_has(btf_type_by_id);
}

/* Kernels before 5.18 give away the type information of the image only. */
static bool lp_have_module_btf(void)
{
	return lp_have_btf() && lp_k_has(btf_get_module_btf) &&
	       lp_k_has(btf_name_by_offset);
}

/* Typedefs and qualifiers say nothing about the value; NULL for void. */
static const struct btf_type *lp_strip_type(struct btf *btf, u32 id)
{
	const struct btf_type *type = lp_k(btf_type_by_id)(btf, id);

	while (id && type) {
		switch (BTF_INFO_KIND(type->info)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = type->type;
			type = lp_k(btf_type_by_id)(btf, id);
			break;
		default:
			return type;
		}
	}
	return NULL;
}

static struct lp_return_type lp_classify(const struct btf_type *type)
{
	struct lp_return_type result = { LP_TYPE_OTHER, 64 };

	if (!type) {
		result.kind = LP_TYPE_VOID;
		return result;
	}
	result.bits = type->size * 8;
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
		result.kind = LP_TYPE_INT;
		if (BTF_INT_ENCODING(*(const u32 *)(type + 1)) & BTF_INT_BOOL)
			result.kind = LP_TYPE_BOOL;
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		result.kind = LP_TYPE_INT;
		break;
	case BTF_KIND_PTR:
		result.kind = LP_TYPE_POINTER;
		break;
	}
	return result;
}

/*
 * The id of a module's own function, 0 if it has none of that name. Its ids go
 * on where those of the kernel image end, among which a search by name looks
 * first: there another function may have that name.
 */
static s32 lp_find_own_func(struct btf *btf, struct btf *base, const char *function)
{
	const struct btf_type *type;
	const char *name;
	u32 id = 1;

	while (lp_k(btf_type_by_id)(base, id))
		id++;
	for (; (type = lp_k(btf_type_by_id)(btf, id)); id++) {
		if (BTF_INFO_KIND(type->info) != BTF_KIND_FUNC)
			continue;
		name = lp_k(btf_name_by_offset)(btf, type->name_off);
		if (name && !strcmp(name, function))
			return id;
	}
	return 0;
}

/*
 * @base: NULL if @btf is that of the kernel image. What a module has just like
 * the image, only the image's has.
 */
static struct lp_return_type lp_find_return_type(struct btf *btf, struct btf *base,
						 const char *function)
{
	struct lp_return_type unknown = { LP_TYPE_UNKNOWN, 0 };
	const struct btf_type *func, *proto;
	s32 id = base ? lp_find_own_func(btf, base, function) : 0;

	if (!id)
		id = lp_k(btf_find_by_name_kind)(btf, function, BTF_KIND_FUNC);
	func = id > 0 ? lp_k(btf_type_by_id)(btf, id) : NULL;
	proto = func ? lp_k(btf_type_by_id)(btf, func->type) : NULL;
	if (!proto || BTF_INFO_KIND(proto->info) != BTF_KIND_FUNC_PROTO)
		return unknown;
	return lp_classify(lp_strip_type(btf, proto->type));
}

static struct lp_return_type lp_module_return_type(struct btf *base, const char *module,
						   const char *function)
{
	struct lp_return_type result = { LP_TYPE_UNKNOWN, 0 };
	struct module *mod = lp_find_module(module);
	struct btf *btf;

	if (!mod || !lp_have_module_btf())
		return result;
	btf = lp_k(btf_get_module_btf)(mod);
	if (IS_ERR_OR_NULL(btf))
		return result;
	result = lp_find_return_type(btf, base, function);
	lp_k(btf_put)(btf);
	return result;
}

static struct lp_return_type lp_return_type(const char *module,
					    const char *function)
{
	struct lp_return_type unknown = { LP_TYPE_UNKNOWN, 0 };
	struct btf *image;

	if (!lp_have_btf())
		return unknown;
	image = lp_k(bpf_get_btf_vmlinux)();
	if (IS_ERR_OR_NULL(image))
		return unknown;
	if (module)
		return lp_module_return_type(image, module, function);
	return lp_find_return_type(image, NULL, function);
}

static bool lp_fits_bits(long value, unsigned int bits)
{
	if (bits >= 64)
		return true;
	return value >= -(1L << (bits - 1)) && value < 1L << bits;
}

/* NULL if the request fits, else what is wrong with it. */
static const char *lp_misfit(struct lp_return_type type,
			     const struct lp_block_request *request)
{
	if (type.kind == LP_TYPE_UNKNOWN)
		return "has no type information (BTF), so the value cannot be checked";
	if (type.kind == LP_TYPE_OTHER)
		return "returns a structure or floating point";
	if (type.kind == LP_TYPE_VOID)
		return request->has_value ? "returns nothing; give no value" : NULL;
	if (!request->has_value)
		return "returns a value; give one";
	if (type.kind == LP_TYPE_BOOL && (request->value & ~1L))
		return "returns a bool; give 0 or 1";
	if (type.kind == LP_TYPE_POINTER && request->value &&
	    !IS_ERR_VALUE(request->value))
		return "returns a pointer; give 0 or an error";
	if (type.kind == LP_TYPE_INT && !lp_fits_bits(request->value, type.bits))
		return "returns a type too small for the value";
	return NULL;
}

/**
 * lp_block_check_type() - does the value fit the function's return type?
 * @module:	where the function is, NULL for the kernel image
 * @function:	its name
 * @request:	the value
 *
 * Context: process context, sleeps; the module cannot go meanwhile.
 * Return: 0, or -EINVAL after a message.
 */
int lp_block_check_type(const char *module, const char *function,
			const struct lp_block_request *request)
{
	const char *misfit = lp_misfit(lp_return_type(module, function), request);

	if (!misfit)
		return 0;
	lp_refuse("cannot block '%s': it %s (override: type)\n",
		  request->function, misfit);
	return -EINVAL;
}

/**
 * lp_block_check_ahead() - can the value be checked when the module comes?
 * @module:	where the function is, NULL for the kernel image
 * @function:	its name
 * @request:	the value
 *
 * If it cannot, the block is to be refused now: later it would be the module.
 *
 * Context: process context.
 * Return: 0, also if the module is there; or -EINVAL after a message.
 */
int lp_block_check_ahead(const char *module, const char *function,
			 const struct lp_block_request *request)
{
	if (!module || lp_have_module_btf() || lp_find_module(module))
		return 0;
	return lp_block_check_type(module, function, request);
}
