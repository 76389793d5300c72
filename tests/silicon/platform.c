// SPDX-License-Identifier: GPL-2.0
/*
 * What the protocol takes from its surroundings, on threads.
 *
 * Syncs 1 and 2 use membarrier(PRIVATE_EXPEDITED_SYNC_CORE): when it returns,
 * every other thread of the process has executed a serialising instruction.
 * The poker then acknowledges for them, in the same three steps: read the
 * generation, serialise, publish it. Sync 3 must find its target outside of
 * a handler and of a slot, as an interrupt does: it is a signal, which is
 * blocked in the SIGTRAP handler and put off in a slot.
 */
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <cpuid.h>
#include "silicon.h"

int poke_cpu_count;
int harness_break;
bool skip_int3, skip_sync1, by_signal;

static int acting_for = -1;	/* the poker acknowledges for this one */
static u64 barrier_gen;		/* generation of the last membarrier() */
static bool have_serialize;

static int membarrier(int cmd)
{
	return syscall(SYS_membarrier, cmd, 0, 0);
}

/* 0, or -1 if the kernel has no such barrier. */
int membarrier_init(void)
{
	unsigned int a, b, c, d = 0;
	int can = membarrier(MEMBARRIER_CMD_QUERY);

	if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
		have_serialize = d & 1 << 14;
	if (can < 0 || !(can & MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE))
		return -1;
	return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE);
}

/* IRET serialises in user mode too, and does not leave a virtual machine. */
static void serialise_self(void)
{
	unsigned long tmp;

	if (have_serialize) {
		asm volatile(".byte 0x0f, 0x01, 0xe8" ::: "memory");
		return;
	}
	asm volatile("mov %%rsp, %0\n\t"
		     "sub $128, %%rsp\n\t"	/* the red zone */
		     "push $0\n\t"
		     "mov %%ss, (%%rsp)\n\t"
		     "push %0\n\t"
		     "pushf\n\t"
		     "push $0\n\t"
		     "mov %%cs, (%%rsp)\n\t"
		     "lea 1f(%%rip), %0\n\t"
		     "push %0\n\t"
		     "iretq\n"
		     "1:" : "=&r" (tmp) : : "memory", "cc");
}

static void serialise_others(void)
{
	u64 gen = poke_generation();

	if (READ_ONCE(poke_state.phase) == POKE_DEPLOY && skip_sync1)
		return;
	if (barrier_gen != gen && membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE)) {
		perror("membarrier");
		exit(1);
	}
	barrier_gen = gen;
}

bool poke_serialise(void)
{
	if (self == &threads[0] && acting_for >= 0)
		serialise_others();
	else
		serialise_self();
	return true;
}

int poke_this_cpu(void)
{
	return self == &threads[0] && acting_for >= 0 ? acting_for : self->number;
}

struct poke_cpu *poke_cpu(int cpu)
{
	return &threads[cpu].poke;
}

/* An earlier signal that is still pending will see the newest generation. */
static int send_signal(int cpu)
{
	return pthread_kill(threads[cpu].id, SIGUSR1) ? -EBUSY : 0;
}

int poke_send(int cpu)
{
	int phase = READ_ONCE(poke_state.phase);

	if (phase == POKE_DEPLOY && skip_sync1)
		;
	else if (by_signal || (phase != POKE_DEPLOY && phase != POKE_COMMIT))
		return send_signal(cpu);
	acting_for = cpu;
	poke_acknowledge(POKE_FROM_IPI);
	acting_for = -1;
	return 0;
}

void take_ipi(void)
{
	self->ipi_pending = false;
	poke_ipi(NULL);
}

/* What stands there keeps its first byte if breakpoints are left out. */
void poke_store8(u8 *p, u8 val)
{
	if (!skip_int3 || val != POKE_INT3)
		WRITE_ONCE(*p, val);
}

void poke_store64(u64 *p, u64 val)
{
	struct poke_vec *vec = &poke_state.vec;
	unsigned int i;

	for (i = 0; skip_int3 && i < vec->count; i++) {
		u8 *first = vec->ent[i].alias;

		if (first >= (u8 *)p && first < (u8 *)(p + 1))
			((u8 *)&val)[first - (u8 *)p] = *first;
	}
	WRITE_ONCE(*p, val);
}

void poke_relax(void)
{
	__builtin_ia32_pause();
}

void poke_pin(void)
{
}

void poke_unpin(void)
{
}

u64 poke_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* xorshift64 */
u64 thread_random(void)
{
	self->random ^= self->random << 13;
	self->random ^= self->random >> 7;
	self->random ^= self->random << 17;
	return self->random;
}

/* At every point of the protocol: now and then the others get further. */
void harness_point(void)
{
	unsigned int n = thread_random() % 64 ? 0 : thread_random() % 1024;

	while (n--)
		poke_relax();
}

void poke_stat_add(enum poke_stat id, unsigned long long n)
{
	self->count[id] += n;
}

void poke_stat_sync_time(unsigned int which, unsigned long long ns)
{
	(void)which;
	(void)ns;
}

/* Nobody else changes this text. */
int poke_recheck(const struct poke_vec *vec)
{
	(void)vec;
	return 0;
}

/* No site is emulated. */
void poke_insn_emulate(const struct poke_insn *insn, struct pt_regs *regs,
		       unsigned long addr)
{
	(void)insn;
	(void)regs;
	(void)addr;
	abort();
}
