// SPDX-License-Identifier: GPL-2.0
/*
 * The other CPUs: they execute the sites all the time, take the breakpoints
 * and acknowledge.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <ucontext.h>
#include "poke_trap.h"
#include "silicon.h"

#define BURST	64

struct thread threads[THREADS_MAX];
__thread struct thread *self;

static enum site_place now_at;
static bool stop;
static int ready;		/* executors that can take a signal */

/*
 * What the last poke has settled: its number and which instruction is
 * executed from now on; BUSY during the next one, when either may be.
 */
#define BUSY	1ul
#define IS_NEW	2ul
static unsigned long settled;

void unsettle(void)
{
	__atomic_store_n(&settled, settled | BUSY, __ATOMIC_SEQ_CST);
}

void settle(bool value)
{
	unsigned long next = ((settled >> 2) + 1) << 2 | (value ? IS_NEW : 0);

	__atomic_store_n(&settled, next, __ATOMIC_SEQ_CST);
}

static void on_trap(int sig, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
	struct pt_regs regs = { .ip = g[REG_RIP], .flags = g[REG_EFL] };

	(void)sig;
	(void)info;
	self->traps++;
	if (!poke_trap(&regs)) {
		self->unclaimed++;
		regs.ip--;
	}
	g[REG_RIP] = regs.ip;
	/* Out of a slot: interrupts are on again. */
	if (self->ipi_pending && !in_slot(regs.ip))
		take_ipi();
}

/* Stands for an IPI: interrupts are off in a slot. */
static void on_ipi(int sig, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)sig;
	(void)info;
	if (in_slot(g[REG_RIP]))
		self->ipi_pending = true;
	else
		take_ipi();
}

int signals_init(void)
{
	struct sigaction sa = { .sa_flags = SA_SIGINFO | SA_RESTART };

	sigemptyset(&sa.sa_mask);
	sigaddset(&sa.sa_mask, SIGUSR1);
	sa.sa_sigaction = on_trap;
	if (sigaction(SIGTRAP, &sa, NULL))
		return -1;
	/* A breakpoint nests in an IPI function, if it has one. */
	sa.sa_sigaction = on_ipi;
	return sigaction(SIGUSR1, &sa, NULL);
}

static void execute(site_fn fn)
{
	unsigned long before = __atomic_load_n(&settled, __ATOMIC_ACQUIRE);
	unsigned int value = fn();
	unsigned long after = __atomic_load_n(&settled, __ATOMIC_ACQUIRE);

	if (value == VALUE_OLD)
		self->old++;
	else if (value == VALUE_NEW)
		self->new++;
	else
		self->torn++;
	if (before == after && !(before & BUSY))
		self->stale += value == (before & IS_NEW ? VALUE_OLD : VALUE_NEW);
}

static void *executor(void *arg)
{
	site_fn fn[SITES];
	unsigned int i, n;

	self = arg;
	for (i = 0; i < SITES; i++)
		fn[i] = site_function(now_at, i);
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		/* One site in a tight loop, or all in turn. */
		unsigned int step = thread_random() >> 32 & 1;

		i = thread_random() % SITES;
		for (n = 0; n < BURST; n++)
			execute(fn[(i + n * step) % SITES]);
	}
	return NULL;
}

/* Threads of their own cores; the poker's is prepared already. */
int executors_start(enum site_place place)
{
	int i;

	now_at = place;
	stop = false;
	ready = 0;
	settled = 0;
	for (i = 1; i < poke_cpu_count; i++) {
		pthread_attr_t attr;
		cpu_set_t set;
		int ret;

		CPU_ZERO(&set);
		CPU_SET(threads[i].core, &set);
		pthread_attr_init(&attr);
		pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
		ret = pthread_create(&threads[i].id, &attr, executor, &threads[i]);
		pthread_attr_destroy(&attr);
		if (ret)
			return -1;
	}
	while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < poke_cpu_count - 1)
		poke_relax();
	return 0;
}

void executors_stop(void)
{
	int i;

	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (i = 1; i < poke_cpu_count; i++)
		pthread_join(threads[i].id, NULL);
}
