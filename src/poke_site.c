// SPDX-License-Identifier: GPL-2.0
/*
 * Sites and their owners.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include <livepoke/poke.h>

#include "poke_batch.h"
#include "poke_core.h"
#include "poke_ever.h"
#include "poke_site.h"
#include "poke_slot.h"
#include "poke_stats.h"
#include "poke_sync.h"
#include "poke_trap.h"
#include "poke_validate.h"

/*
 * The poke mutex: one poke at a time; the registry of sites, the list of
 * addresses ever poked, maps and slots. The GOING notifier takes it before
 * text is freed, so that holding it keeps the text of every site in place.
 * Not covered: the #BP handler, the IPI function, poke_sync_poll().
 */
static DEFINE_MUTEX(poke_mutex);
static LIST_HEAD(poke_sites);

#ifdef LP_TEST_BUILD
/* A deliberate mistake: another poke comes in between. */
void poke_drop_mutex(unsigned int ms)
{
	mutex_unlock(&poke_mutex);
	msleep(ms);
	mutex_lock(&poke_mutex);
}
#endif

static const char *poke_owner_name(const struct poke_site *site)
{
	return site->owner ? site->owner->name : "the kernel";
}

static int poke_check_overlap(const struct poke_check *check)
{
	unsigned long addr = check->addr, end = addr + check->old_insn.len;
	struct poke_site *site;

	list_for_each_entry(site, &poke_sites, list) {
		if (site->gone || addr >= site->addr + site->orig.len ||
		    end <= site->addr)
			continue;
		if (!check->quiet)
			pr_err("cannot prepare %pS: %s holds a site there\n",
			       (void *)addr, poke_owner_name(site));
		return -EBUSY;
	}
	return 0;
}

static struct poke_site *poke_site_new(struct module *owner,
				       const struct poke_check *check)
{
	struct poke_site *site;
	int ret = poke_check_overlap(check);

	if (!ret)
		ret = poke_ever_remember(check->addr);
	if (ret)
		return ERR_PTR(ret);
	site = kzalloc(sizeof(*site), GFP_KERNEL);
	if (!site)
		return ERR_PTR(-ENOMEM);
	site->owner = owner;
	site->addr = check->addr;
	site->orig = check->old_insn;
	site->now = check->old_insn;
	list_add_tail(&site->list, &poke_sites);
	if (!LP_BREAK(NO_MODULE_REF))
		__module_get(THIS_MODULE);
	return site;
}

static void poke_site_free(struct poke_site *site)
{
	list_del(&site->list);
	kfree(site);
	if (!LP_BREAK(NO_MODULE_REF))
		module_put(THIS_MODULE);
}

/* All wanted sites are validated together: one grace period for all. */
static int poke_wants_check(struct poke_want *wants, struct poke_check *checks,
			    unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		checks[i].addr = (unsigned long)wants[i].addr;
		checks[i].old = wants[i].old;
		checks[i].len = wants[i].len;
		checks[i].quiet = wants[i].optional;
	}
	poke_validate_sites(checks, count);
	for (i = 0; i < count; i++) {
		if (checks[i].why && !wants[i].optional)
			return poke_why_errno(checks[i].why);
	}
	return 0;
}

static int poke_wants_create(struct module *owner, struct poke_want *wants,
			     const struct poke_check *checks, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		wants[i].site = NULL;
		if (checks[i].why)
			continue;
		wants[i].site = poke_site_new(owner, &checks[i]);
		if (wants[i].optional && wants[i].site == ERR_PTR(-EBUSY))
			wants[i].site = NULL;
		if (IS_ERR(wants[i].site))
			break;
	}
	if (i == count)
		return 0;
	count = i;
	for (i = 0; i < count; i++) {
		if (wants[i].site && !LP_BREAK(FORGET_SITES))
			poke_site_free(wants[i].site);
	}
	return PTR_ERR(wants[count].site);
}

/* Prepares several sites, all that are not optional or none. */
int poke_sites_prepare(struct module *owner, struct poke_want *wants,
		       unsigned int count)
{
	struct poke_check *checks = kvcalloc(count, sizeof(*checks), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!checks)
		goto no_memory;
	mutex_lock(&poke_mutex);
	ret = poke_wants_check(wants, checks, count);
	if (!ret)
		ret = poke_wants_create(owner, wants, checks, count);
	mutex_unlock(&poke_mutex);
	kvfree(checks);
no_memory:
	if (ret == -ENOMEM)
		pr_err("cannot prepare %u sites: no memory\n", count);
	return ret;
}

struct poke_site *__poke_site_prepare(struct module *owner, void *addr,
				      const void *old, unsigned int len)
{
	struct poke_want want = { .addr = addr, .old = old, .len = len };
	int ret = poke_sites_prepare(owner, &want, 1);

	return ret ? ERR_PTR(ret) : want.site;
}

int poke_batch(const struct poke_op *ops, unsigned int count)
{
	int ret;

	mutex_lock(&poke_mutex);
	ret = poke_batch_locked(ops, count);
	mutex_unlock(&poke_mutex);
	return ret;
}

static int poke_site_restore(struct poke_site *site)
{
	struct poke_op op = { .site = site };

	return site->gone ? 0 : poke_batch_locked(&op, 1);
}

/* The original bytes of all of them, in as few batches as possible. */
static int poke_sites_restore(struct poke_site **sites, unsigned int count)
{
	static struct poke_op ops[POKE_BATCH_MAX];
	unsigned int i, n = 0;
	int ret = 0;

	for (i = 0; i < count && !ret; i++) {
		if (!sites[i]->gone)
			ops[n++] = (struct poke_op) { .site = sites[i] };
		if (n < POKE_BATCH_MAX && i + 1 < count)
			continue;
		ret = poke_batch_locked(ops, n);
		n = 0;
	}
	return ret;
}

int poke_sites_release(struct poke_site **sites, unsigned int count)
{
	unsigned int i;
	int ret;

	mutex_lock(&poke_mutex);
	ret = poke_sites_restore(sites, count);
	for (i = 0; i < count && !ret; i++)
		poke_site_free(sites[i]);
	mutex_unlock(&poke_mutex);
	return ret;
}

int poke_site_release(struct poke_site *site)
{
	return IS_ERR_OR_NULL(site) ? 0 : poke_sites_release(&site, 1);
}

unsigned long poke_site_addr(const struct poke_site *site)
{
	return site->addr;
}

/*
 * Modules that go
 */

/*
 * The owner is going, and the new instruction may call into its text: nobody
 * may go on before the original one is back. Where a kprobe or somebody else
 * is in the way they have to leave first; only text that goes with the owner
 * need not be restored at all costs.
 */
static void poke_site_restore_surely(struct poke_site *site, struct module *going)
{
	int ret;

	while ((ret = poke_site_restore(site))) {
		if (within_module(site->addr, going) &&
		    ret != -ETIMEDOUT && ret != -EAGAIN)
			break;
		pr_err("module %s cannot go until %pS is restored (%d); trying again\n",
		       going->name, (void *)site->addr, ret);
		msleep(1000);
	}
}

/*
 * All sites of a module, in as few batches as possible. What a batch refuses
 * is left to poke_site_restore_surely().
 */
static void poke_owner_restore(const struct module *mod)
{
	static struct poke_op ops[POKE_BATCH_MAX];
	struct poke_site *site;
	unsigned int n = 0;

	list_for_each_entry(site, &poke_sites, list) {
		if (site->owner != mod || site->gone)
			continue;
		ops[n++] = (struct poke_op) { .site = site };
		if (n < POKE_BATCH_MAX)
			continue;
		poke_batch_locked(ops, n);
		n = 0;
	}
	poke_batch_locked(ops, n);
}

/* Sites that the module should have released in its exit function. */
static void poke_drop_owner(struct module *mod)
{
	struct poke_site *site, *tmp;
	unsigned int count = 0;

	if (!LP_BREAK(GOING_FORGETS))
		poke_owner_restore(mod);
	list_for_each_entry_safe(site, tmp, &poke_sites, list) {
		if (site->owner != mod)
			continue;
		if (!LP_BREAK(GOING_FORGETS))
			poke_site_restore_surely(site, mod);
		poke_site_free(site);
		count++;
	}
	if (count)
		pr_warn("module %s did not release %u sites; restored\n",
			mod->name, count);
}

/* Sites of others in its text: the text is nobody's from now on. */
static void poke_detach_sites(struct module *mod)
{
	struct poke_site *site;

	list_for_each_entry(site, &poke_sites, list) {
		if (within_module(site->addr, mod))
			site->gone = true;
	}
}

/* Addresses of a module, or all: no handler may be looking when they go. */
static void poke_forget(const struct module *mod)
{
	struct poke_ever *dead = poke_ever_unlink(mod);

	if (dead)
		poke_batch_quiesce();
	poke_ever_free(dead);
}

static int poke_module_notify(struct notifier_block *nb, unsigned long action,
			      void *data)
{
	struct module *mod = data;

	if (action != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	mutex_lock(&poke_mutex);
	poke_drop_owner(mod);
	poke_detach_sites(mod);
	poke_forget(mod);
	poke_batch_unmap();
	mutex_unlock(&poke_mutex);
	return NOTIFY_OK;
}

static struct notifier_block poke_module_nb = {
	.notifier_call = poke_module_notify,
	/*
	 * The first to hear that a module comes also hears that it goes, if a
	 * later one refuses it.
	 */
	.priority = INT_MAX,
};

/*
 * Start and end
 */

/*
 * The order matters. When this begins no site is left, so nobody traps any
 * more. First nobody may be left in a handler or out of line, then the hooks
 * go, then what handlers and the IPI function read.
 */
static void poke_stop(void)
{
	u64 gen __maybe_unused = poke_generation();

	mutex_lock(&poke_mutex);
	if (!LP_BREAK(EXIT_AT_ONCE))
		poke_batch_quiesce();
	POKE_ASSERT(poke_generation() > gen,
		    "I6: livepoke leaves without a last round");
	poke_batch_unmap();
	mutex_unlock(&poke_mutex);
	poke_hook_exit();
	mutex_lock(&poke_mutex);
	poke_forget(NULL);
	mutex_unlock(&poke_mutex);
	poke_ipi_exit();
	poke_slots_exit();
}

/**
 * poke_init() - start the poke engine
 *
 * Context: module init, after the kernel symbols are bound.
 * Return: 0 or an error, nothing is left behind then.
 */
int poke_init(void)
{
	int ret = poke_slots_init();

	if (ret)
		return ret;
	ret = poke_ipi_init();
	if (ret)
		goto err_slots;
	ret = poke_hook_init();
	if (ret)
		goto err_ipi;
	ret = register_module_notifier(&poke_module_nb);
	if (ret) {
		poke_stop();
		return ret;
	}
	poke_stats_init();
	return 0;
err_ipi:
	poke_ipi_exit();
err_slots:
	poke_slots_exit();
	return ret;
}

/**
 * poke_exit() - stop the poke engine
 *
 * Context: module exit. No site is left: each holds a module reference.
 */
void poke_exit(void)
{
	poke_stats_exit();
	unregister_module_notifier(&poke_module_nb);
	poke_stop();
}
