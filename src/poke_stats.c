// SPDX-License-Identifier: GPL-2.0
/*
 * Statistics of the poke engine: /sys/kernel/debug/livepoke/poke
 *
 * Counters are per CPU and counted with one instruction, so that the
 * handlers can count too. Written to, the file is cleared.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "poke_slot.h"
#include "poke_stats.h"

#define CREATE_TRACE_POINTS
#include "poke_trace.h"

DEFINE_PER_CPU(struct poke_stats, poke_stats);

#define POKE_STAT_NAME(id, name)	name,
static const char * const poke_stat_names[] = {
	POKE_STATS(POKE_STAT_NAME)
};

/*
 * Durations of syncs: bucket n counts those of 2^n to 2^(n+1) microseconds,
 * the first also shorter, the last also longer ones. Row 0 is quiescence
 * outside of a poke. Written by the poker, under the poke mutex.
 */
#define POKE_BUCKETS	22
static u64 poke_sync_times[4][POKE_BUCKETS];
static struct dentry *poke_debugfs;

#ifdef LP_TEST_BUILD
/* The last invariant that failed; any context writes it. */
static const char *poke_invariant;

bool poke_double_store;
module_param(poke_double_store, bool, 0600);
MODULE_PARM_DESC(poke_double_store, "store each byte of text twice, for parallel emulators");

void poke_invariant_failed(const char *what)
{
	poke_stat_inc(POKE_STAT_INVARIANTS);
	WRITE_ONCE(poke_invariant, what);
	if (!poke_debugfs)	/* livepoke is leaving, nobody can read it */
		pr_err("%s\n", what);
}

static void poke_show_invariant(struct seq_file *m)
{
	seq_printf(m, "invariant %s\n", READ_ONCE(poke_invariant) ?: "none");
}
#else
static void poke_show_invariant(struct seq_file *m)
{
}
#endif

u64 poke_stat_sum(enum poke_stat id)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(&poke_stats, cpu)->v[id]);
	return sum;
}

void poke_stat_sync_time(unsigned int which, u64 ns)
{
	u64 us = div_u64(ns, 1000);
	unsigned int bucket = us ? ilog2(us) : 0;

	poke_sync_times[which][min_t(unsigned int, bucket, POKE_BUCKETS - 1)]++;
	trace_livepoke_sync(which, us);
}

/* Counted and traced, by the poker. */
void poke_stat_retry(unsigned int attempt)
{
	poke_stat_inc(POKE_STAT_RETRIES);
	trace_livepoke_retry(attempt);
}

void poke_stat_hand_over(unsigned int which, int cpu)
{
	poke_stat_inc(POKE_STAT_HAND_OVERS);
	trace_livepoke_hand_over(which, cpu);
}

static void poke_show_times(struct seq_file *m, unsigned int which)
{
	unsigned int i;

	seq_printf(m, "sync%u_us", which);
	for (i = 0; i < POKE_BUCKETS; i++) {
		if (poke_sync_times[which][i])
			seq_printf(m, " %lu:%llu", 1ul << i,
				   poke_sync_times[which][i]);
	}
	seq_putc(m, '\n');
}

static int poke_stats_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < POKE_STAT_COUNT; i++)
		seq_printf(m, "%s %llu\n", poke_stat_names[i], poke_stat_sum(i));
	seq_printf(m, "slots_in_quarantine %u\n", poke_slots_quarantined());
	for (i = 0; i < ARRAY_SIZE(poke_sync_times); i++)
		poke_show_times(m, i);
	poke_show_invariant(m);
	return 0;
}

static ssize_t poke_stats_clear(struct file *file, const char __user *buf,
				size_t count, loff_t *pos)
{
	int cpu;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&poke_stats, cpu), 0, sizeof(poke_stats));
	memset(poke_sync_times, 0, sizeof(poke_sync_times));
	return count;
}

static int poke_stats_open(struct inode *inode, struct file *file)
{
	return single_open(file, poke_stats_show, NULL);
}

static const struct file_operations poke_stats_fops = {
	.owner = THIS_MODULE,
	.open = poke_stats_open,
	.read = seq_read,
	.write = poke_stats_clear,
	.llseek = seq_lseek,
	.release = single_release,
};

/* Statistics are a convenience: without debugfs there are none. */
void poke_stats_init(void)
{
	poke_debugfs = debugfs_create_dir("livepoke", NULL);
	debugfs_create_file("poke", 0600, poke_debugfs, NULL, &poke_stats_fops);
}

void poke_stats_exit(void)
{
	debugfs_remove_recursive(poke_debugfs);
	poke_debugfs = NULL;
}
