// SPDX-License-Identifier: GPL-2.0
/*
 * Binding of unexported kernel symbols, once, when the module is loaded.
 *
 * kallsyms_lookup_name() is found with a kprobe that is never armed. On a
 * kernel built for IBT the address of a kprobe is past the entry ENDBR, so
 * the function is then asked for its own name.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include "kernel_syms.h"
#include "test_fault.h"

#define LP_KSYM_DEFINE(name, flags, need, config, ret, args)	\
	DEFINE_STATIC_CALL_NULL(lp_k_##name, lp_proto_##name);		\
	bool lp_have_##name;
LP_KSYM_FUNCTIONS(LP_KSYM_DEFINE)

#define LP_KSYM_DEFINE_DATA(name, type, flags, need, config)		\
	type *lp_kd_##name;
LP_KSYM_DATA(LP_KSYM_DEFINE_DATA)

struct lp_ksym {
	const char *name;
	unsigned int flags;
	const char *need;
	const char *config;
	struct static_call_key *key;	/* functions only */
	void *tramp;
	bool *have;
	void **data;			/* variables only */
};

#define LP_KSYM_ROW(_name, _flags, _need, _config, ret, args)	\
	{ .name = #_name, .flags = _flags,				\
	  .need = _need, .config = _config,				\
	  .key = &STATIC_CALL_KEY(lp_k_##_name),			\
	  .tramp = &STATIC_CALL_TRAMP(lp_k_##_name),			\
	  .have = &lp_have_##_name },
#define LP_KSYM_DATA_ROW(_name, type, _flags, _need, _config)		\
	{ .name = #_name, .flags = _flags, .need = _need,		\
	  .config = _config, .data = (void **)&lp_kd_##_name },

static const struct lp_ksym lp_ksyms[] = {
	LP_KSYM_FUNCTIONS(LP_KSYM_ROW)
	LP_KSYM_DATA(LP_KSYM_DATA_ROW)
};

#ifdef LP_TEST_BUILD
static char *hide_symbol = "";
module_param(hide_symbol, charp, 0);
MODULE_PARM_DESC(hide_symbol, "pretend that these kernel symbols do not exist (a,b,c)");

static bool lp_hidden(const char *name)
{
	size_t len = strlen(name);
	const char *found = hide_symbol;

	while ((found = strstr(found, name))) {
		if ((found == hide_symbol || found[-1] == ',') &&
		    (!found[len] || found[len] == ','))
			return true;
		found += len;
	}
	return false;
}

static const char *lp_lookup_name(const char *name)
{
	if (lp_hidden(name) || LP_FAULT(name, -ENOENT))
		return "livepoke_no_such_symbol";
	return name;
}

#define LP_LOOKUP_NAME(s) lp_lookup_name(s)
#else
#define LP_LOOKUP_NAME(s) (s)
#endif

/* Address of kallsyms_lookup_name, possibly past its ENDBR. */
static int lp_find_lookup(unsigned long *addr)
{
	struct kprobe kp = {
		.symbol_name = LP_LOOKUP_NAME("kallsyms_lookup_name"),
		.flags = KPROBE_FLAG_DISABLED,
	};
	int ret = register_kprobe(&kp);

	if (ret)
		return ret;
	*addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	return 0;
}

/*
 * Where kallsyms has no index by name, each lookup reads half of all symbols, or
 * all if there is none of that name. One walk over them finds those of the table.
 */
static bool lp_walked;
static unsigned long lp_walk_addr[ARRAY_SIZE(lp_ksyms)];

/* Of several symbols of that name the first counts, as for a lookup. */
static int lp_walk_symbol(void *unused, const char *name, struct module *mod,
			  unsigned long addr)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(lp_ksyms); i++) {
		if (*name == *lp_ksyms[i].name && !lp_walk_addr[i] &&
		    !strcmp(name, lp_ksyms[i].name))
			lp_walk_addr[i] = addr;
	}
	return 0;
}

static void lp_walk_kallsyms(void)
{
	unsigned long addr;

	/* It came with the index. */
	if (lp_k(kallsyms_lookup_name)("kallsyms_on_each_match_symbol"))
		return;
	addr = lp_k(kallsyms_lookup_name)("kallsyms_on_each_symbol");
	if (!addr)
		return;
	static_call_update(lp_k_kallsyms_on_each_symbol,
			   (typeof(&lp_proto_kallsyms_on_each_symbol))addr);
	lp_k(kallsyms_on_each_symbol)(lp_walk_symbol, NULL);
	lp_walked = true;
}

static unsigned long lp_ksym_lookup(const struct lp_ksym *sym)
{
	const char *name = LP_LOOKUP_NAME(sym->name);
	unsigned long found = lp_walk_addr[sym - lp_ksyms];

	/* Some walks leave out modules, which may have variables of ours. */
	if (lp_walked && name == sym->name && (found || !sym->data))
		return found;
	return lp_k(kallsyms_lookup_name)(name);
}

static int lp_ksym_missing(const struct lp_ksym *sym)
{
	pr_err("kernel symbol '%s' not found; needed for %s; usually provided by %s=y\n",
	       sym->name, sym->need, sym->config);
	return -ENOENT;
}

static bool lp_ksym_bound(const struct lp_ksym *sym)
{
	return sym->data ? !!*sym->data : *sym->have;
}

static bool lp_ksym_needed(const struct lp_ksym *sym)
{
	if (sym->flags & LP_KSYM_ELSE)
		return !lp_ksym_bound(sym - 1);
	return !(sym->flags & LP_KSYM_OPTIONAL);
}

static int lp_ksym_bind(const struct lp_ksym *sym)
{
	unsigned long addr = lp_ksym_lookup(sym);

	if (!addr)
		return lp_ksym_needed(sym) ? lp_ksym_missing(sym) : 0;
	if (sym->data) {
		*sym->data = (void *)addr;
		return 0;
	}
	__static_call_update(sym->key, sym->tramp, (void *)addr);
	*sym->have = true;
	return 0;
}

/**
 * lp_kernel_syms_bind() - find and bind every symbol of the table
 *
 * Context: process context, sleeps. Call once, before anything else.
 * Return: 0; -ENOENT after one message that names the missing symbol, or
 *	-ENOMEM after a message.
 */
int lp_kernel_syms_bind(void)
{
	unsigned long addr;
	int i, ret = lp_find_lookup(&addr);

	if (ret == -ENOMEM)
		pr_err("no memory to look for kernel symbols\n");
	if (ret)
		return ret == -ENOMEM ? ret : lp_ksym_missing(&lp_ksyms[0]);
	static_call_update(lp_k_kallsyms_lookup_name,
			   (typeof(&lp_proto_kallsyms_lookup_name))addr);
	lp_walk_kallsyms();
	for (i = 0; i < ARRAY_SIZE(lp_ksyms); i++) {
		ret = lp_ksym_bind(&lp_ksyms[i]);
		if (ret)
			return ret;
	}
	return 0;
}
