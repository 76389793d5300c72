/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test module of the poke engine: what its files share. Beside the product,
 * where it is called lp_test_hammer.ko, it has only what hammers a site.
 *
 * Commands are written to /sys/kernel/debug/lp_test_poke, results are read
 * from it. A command is one line: a name, then key=value words.
 */
#ifndef _TP_POKE_H
#define _TP_POKE_H

#include <linux/percpu.h>
#include <linux/types.h>

#include <livepoke/poke.h>
#include "poke_core.h"
#include "test_points.h"

/* Every site function returns one of two values, anything else was torn. */
#define TP_PRESET	0x12345678
#define TP_OLD		0x11111111		/* mov $OLD, %eax */
#define TP_XOR		0x22222222		/* xor $XOR, %eax */
#define TP_NEW		(TP_PRESET ^ TP_XOR)

/* In sites.S */
#define TP_DECLARE(n)							\
	unsigned int tp_fn_##n(void);					\
	extern u8 tp_at_##n[]
TP_DECLARE(plain);
TP_DECLARE(cross16);
TP_DECLARE(cross64);
TP_DECLARE(crosspage);
TP_DECLARE(other);
TP_DECLARE(call);
TP_DECLARE(jcc);
TP_DECLARE(jccn);
extern const u8 tp_insns_call[], tp_insns_jcc[], tp_insns_jccn[];
unsigned int tp_fn_kernel(void);
unsigned int tp_fn_imul(void);
u64 tp_fn_batch(void);
extern u8 tp_at_batch[];

/**
 * struct tp_site - an instruction made for being poked
 * @name:	for commands
 * @fn:		function that executes it
 * @addr:	its address
 * @old, @new, @len: the two instructions
 * @insns:	both one behind the other, if the assembler makes them
 * @boundary:	of the kernel image: the boundary that it must cross
 * @site:	handle, while prepared
 * @on:		the new instruction is in place
 */
struct tp_site {
	const char *name;
	unsigned int (*fn)(void);
	u8 *addr;
	u8 old[7], new[7];
	u8 len;
	const u8 *insns;
	unsigned int boundary;
	struct poke_site *site;
	bool on;
};

struct tp_site *tp_find_site(const char *name);
int tp_prepare(struct tp_site *s);
int tp_release(struct tp_site *s);
int tp_flip(struct tp_site *s);
struct poke_op tp_op(struct tp_site *s);
bool tp_bytes_right(const struct tp_site *s);

/* What one CPU has seen. */
struct tp_seen {
	u64 old, new, torn, bad_if;
	u64 hits[POKE_PHASE_COUNT];
};
DECLARE_PER_CPU(struct tp_seen, tp_seen);

/* Executes the site once and records the result. Any context. */
void tp_execute(const struct tp_site *s);
void tp_seen_clear(void);

enum tp_ctx {
	TP_TASK, TP_IRQ, TP_SOFTIRQ, TP_NMI, TP_KPROBE, TP_IRQS_OFF, TP_MIXED,
};

int tp_hammer_start(struct tp_site *s, enum tp_ctx ctx, unsigned int irqoff_us);
void tp_hammer_stop(void);

/* Runs fn in an NMI or in a hard interrupt on this CPU, and waits for it. */
void tp_in_nmi(void (*fn)(void));
void tp_in_irq(void (*fn)(void));
void tp_kick_nmi(int cpu, void (*fn)(void));
void tp_nmis_done(void);
int tp_ctx_init(void);
void tp_ctx_exit(void);

/* Commands: parsed arguments and the place for results. */
const char *tp_arg(const char *key, const char *def);
unsigned long tp_num(const char *key, unsigned long def);
__printf(1, 2) void tp_out(const char *fmt, ...);

int tp_cmd_hammer(void);
int tp_cmd_inject(void);
int tp_cmd_batch(void);
int tp_cmd_two(void);
int tp_cmd_kprobe(void);
int tp_cmd_timeout(void);
int tp_cmd_stuck(void);
int tp_cmd_hold(void);
int tp_cmd_cost(void);
int tp_cmd_hotplug(void);
int tp_cmd_flip(void);
int tp_cmd_take(void);
int tp_cmd_replace(void);
int tp_cmd_spoil(void);
int tp_cmd_drop(void);
int tp_cmd_misuse(void);

/* Point names for results. */
const char *tp_point_name(int point);

/* The hook of the protocol points; NULL for none. The product has no points. */
#ifdef LP_TEST_BUILD
void tp_set_hook(void (*hook)(int point, unsigned long arg));
#else
static inline void tp_set_hook(void (*hook)(int point, unsigned long arg)) { }
#endif

#endif /* _TP_POKE_H */
