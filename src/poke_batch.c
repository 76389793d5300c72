// SPDX-License-Identifier: GPL-2.0
/*
 * One batch: from the caller's list to the protocol and back.
 *
 * Locks of a poke, from the outside in:
 *   poke mutex		(poke_site.c) one poke at a time, the registry, and
 *			module text stays: the GOING notifier takes it
 *   kprobe_mutex	no kprobe appears on a site; registration inserts its
 *			hash entry after dropping text_mutex
 *   cpus_read_lock	the set of online CPUs does not change
 *   text_mutex		nobody else writes text
 * The #BP handler, the IPI function and poke_sync_poll() run without any.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/sort.h>
#include <asm/processor.h>

#include "enum_param.h"
#include "kernel_syms.h"
#include "poke_batch.h"
#include "poke_core.h"
#include "poke_site.h"
#include "poke_slot.h"
#include "poke_stats.h"
#include "poke_sync.h"
#include "poke_text.h"
#include "poke_trace.h"
#include "poke_validate.h"

/* Rolling keeps preemption off while a sync lasts: not with PREEMPT_RT. */
static const char * const poke_policy_names[] = { "roll", "emulate", NULL };
LP_ENUM_PARAM(poke_policy, poke_policy_names + IS_ENABLED(CONFIG_PREEMPT_RT), 0600);
MODULE_PARM_DESC(poke_policy, "what the patching CPU does with its own breakpoints: roll, emulate");

enum { POKE_SYNC2_AUTO, POKE_SYNC2_ON, POKE_SYNC2_OFF };
static const char * const poke_sync2_names[] = { "auto", "on", "off", NULL };
LP_ENUM_PARAM(poke_middle_sync, poke_sync2_names, 0600);
MODULE_PARM_DESC(poke_middle_sync, "sync between tails and first bytes: auto, on, off (off holds only within eight aligned bytes)");

static unsigned int poke_sync_timeout_ms = 1000;
LP_UINT_PARAM(poke_sync_timeout_ms, 0600);
MODULE_PARM_DESC(poke_sync_timeout_ms, "limit of the first sync in ms");

static unsigned int poke_hand_over_ms = 100;
LP_UINT_PARAM(poke_hand_over_ms, 0600);
MODULE_PARM_DESC(poke_hand_over_ms, "ms in a sync before the poker stops rolling and sleeps");

static unsigned int poke_report_ms = 10000;
LP_UINT_PARAM(poke_report_ms, 0600);
MODULE_PARM_DESC(poke_report_ms, "ms between two reports of a CPU that holds up a later sync");

/* The batch being prepared; poke mutex. */
struct poke_job {
	struct poke_site *site;
	struct poke_insn insn;
};
static struct poke_job poke_jobs[POKE_BATCH_MAX];
static unsigned int poke_job_count;

static struct poke_map poke_batch_map;

static void poke_policy_fill(struct poke_policy *policy)
{
	*policy = (struct poke_policy) {
		.emulate = poke_policy || IS_ENABLED(CONFIG_PREEMPT_RT) ||
			   boot_cpu_has(X86_FEATURE_XENPV),
		.sync_timeout_ms = poke_sync_timeout_ms,
		.hand_over_ms = poke_hand_over_ms,
		.report_ms = poke_report_ms,
		.recheck = !lp_kdata(kprobe_mutex),
	};
}

static void poke_lock_text(void)
{
	if (lp_kdata(kprobe_mutex))
		mutex_lock(lp_kdata(kprobe_mutex));
	if (!LP_BREAK(NO_CPUS_LOCK))
		cpus_read_lock();
	if (lp_kdata(text_mutex))
		mutex_lock(lp_kdata(text_mutex));
	else
		lp_k(ftrace_arch_code_modify_prepare)();
}

static void poke_unlock_text(void)
{
	if (lp_kdata(text_mutex))
		mutex_unlock(lp_kdata(text_mutex));
	else
		lp_k(ftrace_arch_code_modify_post_process)();
	if (!LP_BREAK(NO_CPUS_LOCK))
		cpus_read_unlock();
	if (lp_kdata(kprobe_mutex))
		mutex_unlock(lp_kdata(kprobe_mutex));
}

/*
 * The sync between tails and first bytes is needed unless no CPU can fetch
 * a tail staler than the first byte it belongs to. Within eight aligned
 * bytes, which one store changes, that was shown on Zen 5 only, so far;
 * across such a boundary it was shown nowhere. See docs/poke.md.
 */
static bool poke_fetches_in_order(void)
{
	return boot_cpu_data.x86_vendor == X86_VENDOR_AMD &&
	       boot_cpu_data.x86 == 0x1a;
}

static bool poke_needs_middle_sync(const struct poke_ent *ent)
{
	if (!ent->tail_differs)
		return false;
	if (poke_middle_sync == POKE_SYNC2_ON || !poke_in_one_quad(ent))
		return true;
	return poke_middle_sync == POKE_SYNC2_AUTO && !poke_fetches_in_order();
}

/*
 * From operations to jobs
 */

static int poke_refuse(const struct poke_site *site, enum poke_why why)
{
	pr_err("cannot poke %pS: %s\n", (void *)site->addr, poke_why_text(why));
	return poke_why_errno(why);
}

static int poke_job_decode(struct poke_job *job, const struct poke_op *op)
{
	const struct poke_site *site = job->site;
	enum poke_why why;

	if (!op->insn) {
		job->insn = site->orig;
		return 0;
	}
	why = poke_validate_new(&job->insn, site->addr, site->orig.len,
				op->insn, op->len);
	return why ? poke_refuse(site, why) : 0;
}

static int poke_job_add(const struct poke_op *op)
{
	struct poke_job *job = &poke_jobs[poke_job_count++];

	job->site = op->site;
	if (op->site->gone) {
		pr_err("cannot poke %pS: the module with that text has gone; release the site\n",
		       (void *)op->site->addr);
		return -ENODEV;
	}
	return poke_job_decode(job, op);
}

/* A site that has the new bytes already is left out. */
static void poke_jobs_drop_done(void)
{
	unsigned int i, count = poke_job_count;

	poke_job_count = 0;
	for (i = 0; i < count; i++) {
		struct poke_job *job = &poke_jobs[i];

		if (memcmp(job->insn.bytes, job->site->now.bytes, job->insn.len))
			poke_jobs[poke_job_count++] = *job;
	}
}

static int poke_job_cmp(const void *a, const void *b)
{
	const struct poke_job *ja = a, *jb = b;

	if (ja->site->addr == jb->site->addr)
		return 0;
	return ja->site->addr < jb->site->addr ? -1 : 1;
}

static int poke_jobs_fill(const struct poke_op *ops, unsigned int count)
{
	unsigned int i;
	int ret;

	poke_job_count = 0;
	for (i = 0; i < count; i++) {
		ret = poke_job_add(&ops[i]);
		if (ret)
			return ret;
	}
	sort(poke_jobs, poke_job_count, sizeof(*poke_jobs), poke_job_cmp, NULL);
	for (i = 1; i < poke_job_count; i++) {
		if (poke_jobs[i].site != poke_jobs[i - 1].site)
			continue;
		pr_err("cannot poke %pS: it is in the batch twice; give each site once\n",
		       (void *)poke_jobs[i].site->addr);
		return -EINVAL;
	}
	poke_jobs_drop_done();
	return 0;
}

/*
 * A debugger or a guard of kernel text may have come since the sites were
 * prepared. What only restores goes on: its module waits for that.
 */
static int poke_jobs_check_system(void)
{
	enum poke_why why = poke_validate_system();
	unsigned int i;

	for (i = 0; why && i < poke_job_count; i++) {
		const struct poke_site *site = poke_jobs[i].site;

		if (memcmp(poke_jobs[i].insn.bytes, site->orig.bytes,
			   site->orig.len))
			return poke_refuse(site, why);
	}
	return 0;
}

static int poke_jobs_map(void)
{
	static struct poke_span spans[POKE_BATCH_MAX];
	unsigned int i;

	for (i = 0; i < poke_job_count; i++) {
		spans[i].addr = poke_jobs[i].site->addr;
		spans[i].len = poke_jobs[i].insn.len;
	}
	return poke_text_map(&poke_batch_map, spans, poke_job_count);
}

/*
 * From jobs to the batch of the protocol
 */

static int poke_ent_slots(struct poke_ent *ent, enum poke_variant variant)
{
	const struct poke_insn *insn = &ent->insn[variant];
	unsigned int irqs_on;

	for (irqs_on = 0; irqs_on < 2; irqs_on++) {
		ent->slot[variant][irqs_on] = 0;
		if (!poke_insn_is_copy(insn))
			continue;
		ent->slot[variant][irqs_on] =
			poke_slot_get(insn, ent->addr, irqs_on);
		if (!ent->slot[variant][irqs_on]) {
			pr_err("cannot poke %pS: no slot is free; try again, or fewer sites at once\n",
			       (void *)ent->addr);
			return -EAGAIN;
		}
	}
	return 0;
}

static int poke_ent_check(const struct poke_job *job)
{
	const struct poke_site *site = job->site;
	enum poke_why why = poke_validate_kprobes(site->addr, site->now.len);

	if (LP_BREAK(KPROBE_UNSEEN))
		return 0;
	if (why)
		return poke_refuse(site, why);
	if (LP_BREAK(NO_VERIFY))
		return 0;
	if (!poke_text_same(&poke_batch_map, site->addr, site->now.bytes,
			    site->now.len)) {
		pr_err("cannot poke %pS: somebody else has changed it\n",
		       (void *)site->addr);
		return -EBUSY;
	}
	return 0;
}

static int poke_ent_fill(struct poke_ent *ent, const struct poke_job *job)
{
	int ret = poke_ent_check(job);

	if (ret)
		return ret;
	ent->addr = job->site->addr;
	ent->len = job->insn.len;
	ent->alias = poke_text_alias(&poke_batch_map, ent->addr);
	ent->insn[POKE_OLD] = job->site->now;
	ent->insn[POKE_NEW] = job->insn;
	ent->tail_differs = memcmp(job->insn.bytes + 1,
				   job->site->now.bytes + 1, ent->len - 1);
	ret = poke_ent_slots(ent, POKE_OLD);
	return ret ? ret : poke_ent_slots(ent, POKE_NEW);
}

static int poke_vec_fill(void)
{
	struct poke_vec *vec = &poke_state.vec;
	unsigned int i;
	int ret;

	vec->count = poke_job_count;
	vec->middle_sync = false;
	for (i = 0; i < vec->count; i++) {
		ret = poke_ent_fill(&vec->ent[i], &poke_jobs[i]);
		if (ret)
			return ret;
		vec->middle_sync |= poke_needs_middle_sync(&vec->ent[i]);
	}
	return 0;
}

/* The site at which poke_recheck() found a kprobe; poke mutex. */
static unsigned long poke_probed;

/* Where kprobe_mutex is not known: a kprobe may have come before sync 1. */
int poke_recheck(const struct poke_vec *vec)
{
	unsigned int i;

	for (i = 0; i < vec->count; i++) {
		if (!poke_validate_kprobes(vec->ent[i].addr, vec->ent[i].len))
			continue;
		poke_stat_inc(POKE_STAT_KPROBE_ABORTS);
		poke_probed = vec->ent[i].addr;
		return -EBUSY;
	}
	return 0;
}

static void poke_jobs_done(void)
{
	unsigned int i;

	for (i = 0; i < poke_job_count; i++)
		poke_jobs[i].site->now = poke_jobs[i].insn;
}

static int poke_batch_run(void)
{
	struct poke_policy policy;
	int laggard, ret;

	poke_slots_poll();
	ret = poke_vec_fill();
	if (ret) {
		poke_slots_release();	/* written, but never published */
		return ret;
	}
	poke_policy_fill(&policy);
	LP_POINT(POKE_LOCKED);
	ret = poke_run(&policy, &laggard);
	if (!ret) {
		poke_slots_release();
		return 0;
	}
	poke_slots_quarantine();
	if (ret == -EBUSY)
		pr_err("cannot poke %pS: a kprobe was registered there meanwhile; unregister it first\n",
		       (void *)poke_probed);
	if (ret == -ETIMEDOUT) {
		trace_livepoke_timeout(laggard);
		pr_err("CPU %d has not acknowledged the first sync within %u ms; the old code is back in place\n",
		       laggard, policy.sync_timeout_ms);
	}
	return ret;
}

/**
 * poke_batch_locked() - poke_batch() under the poke mutex
 * @ops:	the replacements
 * @count:	their number
 *
 * Return: as poke_batch().
 */
int poke_batch_locked(const struct poke_op *ops, unsigned int count)
{
	int ret;

	if (count > POKE_BATCH_MAX) {
		pr_err("cannot poke %u sites at once: a batch has at most %u; use several\n",
		       count, POKE_BATCH_MAX);
		return -E2BIG;
	}
	ret = poke_jobs_fill(ops, count);
	if (LP_BREAK(TWO_AT_ONCE))
		poke_drop_mutex(5);
	if (ret || !poke_job_count)
		return ret;
	ret = poke_jobs_check_system();
	if (ret)
		return ret;
	ret = poke_jobs_map();
	if (ret) {
		pr_err("cannot poke %pS: its text cannot be made writable (%d)\n",
		       (void *)poke_jobs[0].site->addr, ret);
		return ret;
	}
	trace_livepoke_batch_start(poke_job_count, poke_jobs[0].site->addr);
	poke_lock_text();
	ret = poke_batch_run();
	if (!ret)
		poke_jobs_done();
	poke_unlock_text();
	trace_livepoke_batch_end(poke_job_count, ret);
	return ret;
}

/* No handler and no out-of-line instruction is left, nothing in quarantine. */
void poke_batch_quiesce(void)
{
	struct poke_policy policy;

	poke_policy_fill(&policy);
	poke_lock_text();
	poke_quiesce(&policy);
	poke_slots_poll();
	poke_unlock_text();
}

void poke_batch_unmap(void)
{
	poke_text_unmap(&poke_batch_map);
}
