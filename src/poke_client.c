// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that are retargeted and branches that are switched, on top of sites.
 *
 * Both keep an array of sites. Callers serialise the operations on one call
 * or branch; different ones are independent.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <livepoke/poke.h>

#include "compat/compat.h"
#include "poke_core.h"
#include "poke_site.h"

#define POKE_CALL_OPCODE	0xe8
#define POKE_JMP_OPCODE		0xe9
#define POKE_BRANCH_LEN		5	/* call, jmp */
#define POKE_LANDING_LEN	4	/* ENDBR, or the NOP that replaced it */

/* The array of sites of one call or branch, while it is being built. */
struct poke_uses {
	struct poke_want *wants;
	unsigned int count;
	unsigned int max;
};

static int poke_no_memory(void)
{
	pr_err("cannot register or change a call or a branch: no memory\n");
	return -ENOMEM;
}

static int poke_uses_init(struct poke_uses *u, unsigned int max)
{
	u->wants = kcalloc(max, sizeof(*u->wants), GFP_KERNEL);
	u->count = 0;
	u->max = max;
	return u->wants ? 0 : poke_no_memory();
}

static void poke_uses_add(struct poke_uses *u, void *addr, bool optional)
{
	if (u->count == u->max)
		return;
	u->wants[u->count].addr = addr;
	u->wants[u->count++].optional = optional;
}

/* Prepares what was found; the result is the array of sites, *count long. */
static struct poke_site **poke_uses_prepare(struct poke_uses *u,
					    struct module *owner,
					    unsigned int *count)
{
	struct poke_site **sites = kcalloc(u->count, sizeof(*sites), GFP_KERNEL);
	int ret = sites ? poke_sites_prepare(owner, u->wants, u->count) :
		  poke_no_memory();
	unsigned int i;

	*count = 0;
	for (i = 0; !ret && i < u->count; i++) {
		if (u->wants[i].site)
			sites[(*count)++] = u->wants[i].site;
	}
	kfree(u->wants);
	if (!ret)
		return sites;
	kfree(sites);
	return ERR_PTR(ret);
}

/* Preparing its sites once more would fail, and forget those that are held. */
static int poke_registered(const char *what, const char *name)
{
	pr_err("cannot register %s %s: it is registered already; unregister it first\n",
	       what, name);
	return -EBUSY;
}

static int poke_unregistered(const char *what, const char *name)
{
	pr_err("cannot change %s %s: it is not registered; register it first\n",
	       what, name);
	return -EINVAL;
}

/*
 * Calls
 */

/* Is there a call or jmp rel32 at @p that leads to @target? */
static bool poke_leads_to(const u8 *p, const void *target)
{
	s32 rel;

	if (*p != POKE_CALL_OPCODE && *p != POKE_JMP_OPCODE)
		return false;
	memcpy(&rel, p + 1, sizeof(rel));
	return p + POKE_BRANCH_LEN + rel == target;
}

/* The jump of a call stands behind the landing pad of indirect branches. */
static void *poke_call_jump(const struct poke_call *call)
{
	u8 *p = call->tramp;

	return *p == POKE_JMP_OPCODE ? p : p + POKE_LANDING_LEN;
}

/*
 * Bytes that look like a call in the middle of another instruction are no
 * site: validation, which decodes the function, refuses them.
 */
static void poke_call_scan(struct poke_call *call, struct poke_uses *u)
{
	struct lp_text_range text = lp_module_text(call->owner);
	u8 *jump = poke_call_jump(call), *p = text.start;

	poke_uses_add(u, jump, false);
	for (; p + POKE_BRANCH_LEN <= text.start + text.size; p++) {
		if (p != jump && poke_leads_to(p, call->tramp))
			poke_uses_add(u, p, true);
	}
}

int poke_call_register(struct poke_call *call)
{
	struct poke_site **sites;
	struct poke_uses u;
	int ret;

	if (call->sites)
		return poke_registered("call", call->name);
	ret = poke_uses_init(&u, POKE_CALL_SITES_MAX + 1);
	if (ret)
		return ret;
	poke_call_scan(call, &u);
	sites = poke_uses_prepare(&u, call->owner, &call->count);
	if (IS_ERR(sites))
		return PTR_ERR(sites);
	call->sites = sites;
	call->first = call->func;
	return call->count - 1;
}

/* One replacement for each of the sites. */
struct poke_change {
	struct poke_op *ops;
	u8 (*insns)[POKE_INSN_MAX];
};

static int poke_change_init(struct poke_change *c, unsigned int count)
{
	c->ops = kcalloc(count, sizeof(*c->ops), GFP_KERNEL);
	c->insns = kcalloc(count, sizeof(*c->insns), GFP_KERNEL);
	return c->ops && c->insns ? 0 : poke_no_memory();
}

static void poke_change_free(struct poke_change *c)
{
	kfree(c->ops);
	kfree(c->insns);
}

static u8 *poke_change_add(struct poke_change *c, unsigned int i,
			   struct poke_site *site)
{
	c->ops[i].site = site;
	c->ops[i].insn = c->insns[i];
	c->ops[i].len = site->orig.len;
	return c->insns[i];
}

/* At every site the same kind of branch as before, to another target. */
static int poke_call_fill(const struct poke_call *call, void *func,
			  struct poke_change *c)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < call->count && !ret; i++) {
		struct poke_site *site = call->sites[i];

		ret = poke_insn_branch(poke_change_add(c, i, site),
				       site->orig.bytes[0], site->addr,
				       (unsigned long)func, site->orig.len);
		if (ret)
			pr_err("cannot retarget call %s: %pS is out of reach of the call at %pS; use a function of the kernel or of a module\n",
			       call->name, func, (void *)site->addr);
	}
	return ret;
}

int __poke_call_update(struct poke_call *call, void *func)
{
	struct poke_change c;
	int ret;

	if (!call->sites)
		return poke_unregistered("call", call->name);
	ret = poke_change_init(&c, call->count);
	if (!ret)
		ret = poke_call_fill(call, func, &c);
	if (!ret)
		ret = poke_batch(c.ops, call->count);
	if (!ret)
		call->func = func;
	poke_change_free(&c);
	return ret;
}

int poke_call_unregister(struct poke_call *call)
{
	int ret = poke_sites_release(call->sites, call->count);

	if (ret)
		return ret;
	kfree(call->sites);
	call->sites = NULL;
	call->count = 0;
	call->func = call->first;
	return 0;
}

/*
 * Branches
 */

int poke_branch_register(struct poke_branch *branch)
{
	const s32 *entry;
	struct poke_site **sites;
	struct poke_uses u;
	int ret;

	if (branch->sites)
		return poke_registered("branch", branch->name);
	ret = poke_uses_init(&u, POKE_BATCH_MAX);
	if (ret)
		return ret;
	for (entry = branch->start; *entry; entry++)
		poke_uses_add(&u, (u8 *)entry + *entry, false);
	if (entry - branch->start > POKE_BATCH_MAX) {
		kfree(u.wants);
		pr_err("cannot register branch %s: it has %ld uses, and a batch at most %u; use several branches\n",
		       branch->name, (long)(entry - branch->start),
		       POKE_BATCH_MAX);
		return -E2BIG;
	}
	sites = poke_uses_prepare(&u, branch->owner, &branch->count);
	if (IS_ERR(sites))
		return PTR_ERR(sites);
	branch->sites = sites;
	return branch->count;
}

/* Jcc with the opposite condition: one bit, in the short and the long form. */
static void poke_invert_jcc(u8 *insn)
{
	insn[insn[0] == 0x0f] ^= 1;
}

static void poke_branch_fill(const struct poke_branch *branch, bool on,
			     struct poke_change *c)
{
	unsigned int i;

	for (i = 0; i < branch->count; i++) {
		struct poke_site *site = branch->sites[i];
		u8 *insn = poke_change_add(c, i, site);

		memcpy(insn, site->orig.bytes, site->orig.len);
		if (on)
			poke_invert_jcc(insn);
	}
}

int poke_branch_set(struct poke_branch *branch, bool on)
{
	struct poke_change c;
	int ret;

	if (!branch->sites)
		return poke_unregistered("branch", branch->name);
	ret = poke_change_init(&c, branch->count);
	if (!ret) {
		poke_branch_fill(branch, on, &c);
		ret = poke_batch(c.ops, branch->count);
	}
	if (!ret)
		branch->on = on;
	poke_change_free(&c);
	return ret;
}

int poke_branch_unregister(struct poke_branch *branch)
{
	int ret = poke_sites_release(branch->sites, branch->count);

	if (ret)
		return ret;
	kfree(branch->sites);
	branch->sites = NULL;
	branch->count = 0;
	branch->on = false;
	return 0;
}
