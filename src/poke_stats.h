/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Statistics of the poke engine: /sys/kernel/debug/livepoke/poke
 */
#ifndef _LIVEPOKE_POKE_STATS_H
#define _LIVEPOKE_POKE_STATS_H

#ifdef __KERNEL__
#include <linux/percpu.h>
#include <linux/types.h>
#endif

/* S(identifier, name in the file) */
#define POKE_STATS(S)							\
	S(BATCHES, "batches")						\
	S(POKES, "pokes")						\
	S(SYNCS, "syncs")						\
	S(IPIS, "ipis_sent")						\
	S(IPI_BUSY, "ipis_busy")					\
	S(ACK_IPI, "acks_ipi")						\
	S(ACK_TRAP, "acks_bp")						\
	S(ACK_NMI, "acks_nmi")						\
	S(ACK_POLL, "acks_poll")					\
	S(ACK_HOTPLUG, "acks_hotplug")					\
	S(HIT_IDLE, "bp_idle")						\
	S(HIT_DEPLOY, "bp_deploy")					\
	S(HIT_COMMIT, "bp_commit")					\
	S(HIT_SYNCED, "bp_commit_synced")				\
	S(HIT_ABORT, "bp_abort")					\
	S(HIT_PATCH_IDLE, "bp_patch_idle")				\
	S(HIT_PATCH_DEPLOY, "bp_patch_deploy")				\
	S(HIT_PATCH_COMMIT, "bp_patch_commit")				\
	S(HIT_PATCH_SYNCED, "bp_patch_commit_synced")			\
	S(HIT_PATCH_ABORT, "bp_patch_abort")				\
	S(EMULATED, "emulated")						\
	S(OUT_OF_LINE, "out_of_line")					\
	S(SLOT_ENDS, "slot_ends")					\
	S(ROLL_BACK, "roll_backs")					\
	S(ROLL_FORWARD, "roll_forwards")				\
	S(RETRIES, "retries")						\
	S(RETRY_LIMIT, "retry_limit_reached")				\
	S(LATE, "late_hits")						\
	S(REPUBLISHED, "republished_hits")				\
	S(NOT_OURS, "not_ours")						\
	S(TIMEOUTS, "timeouts")						\
	S(HAND_OVERS, "hand_overs")					\
	S(STUCK_REPORTS, "stuck_reports")				\
	S(KPROBE_ABORTS, "kprobe_aborts")				\
	S(QUARANTINED, "slots_quarantined")				\
	S(HOOK_DIE, "hook_die")						\
	S(HOOK_FTRACE, "hook_ftrace")					\
	S(INVARIANTS, "invariant_failures")

#define POKE_STAT_ENUM(id, name)	POKE_STAT_##id,
enum poke_stat {
	POKE_STATS(POKE_STAT_ENUM)
	POKE_STAT_COUNT
};

#ifdef __KERNEL__
struct poke_stats {
	u64 v[POKE_STAT_COUNT];
};
DECLARE_PER_CPU(struct poke_stats, poke_stats);

/* One instruction: any context. */
static __always_inline void poke_stat_add(enum poke_stat id, u64 n)
{
	this_cpu_add(poke_stats.v[id], n);
}

u64 poke_stat_sum(enum poke_stat id);
void poke_stat_sync_time(unsigned int which, u64 ns);
void poke_stat_retry(unsigned int attempt);
void poke_stat_hand_over(unsigned int which, int cpu);
void poke_stats_init(void);
void poke_stats_exit(void);
#else
void poke_stat_add(enum poke_stat id, unsigned long long n);
void poke_stat_sync_time(unsigned int which, unsigned long long ns);
#define poke_stat_retry(attempt)	poke_stat_inc(POKE_STAT_RETRIES)
#define poke_stat_hand_over(which, cpu)	poke_stat_inc(POKE_STAT_HAND_OVERS)
#endif

#define poke_stat_inc(id)	poke_stat_add(id, 1)

/*
 * The invariants I1..I7 of the protocol, checked in test builds. A failure
 * is counted and, outside hostile contexts, reported with a warning.
 */
#ifdef LP_TEST_BUILD
void poke_invariant_failed(const char *what);
#define POKE_ASSERT(cond, what)						\
	do {								\
		if (unlikely(!(cond)))					\
			poke_invariant_failed(what);			\
	} while (0)
#else
#define POKE_ASSERT(cond, what)	do { } while (0)
#endif

#endif /* _LIVEPOKE_POKE_STATS_H */
