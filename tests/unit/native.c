// SPDX-License-Identifier: GPL-2.0
/*
 * Executes one instruction on the processor, from and to a given state.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include "native.h"

/* Signal frames number registers in their own way. */
static const struct {
	int number;
	size_t offset;
} registers[] = {
	{ REG_RAX, offsetof(struct pt_regs, ax) },
	{ REG_RBX, offsetof(struct pt_regs, bx) },
	{ REG_RCX, offsetof(struct pt_regs, cx) },
	{ REG_RDX, offsetof(struct pt_regs, dx) },
	{ REG_RSI, offsetof(struct pt_regs, si) },
	{ REG_RDI, offsetof(struct pt_regs, di) },
	{ REG_RBP, offsetof(struct pt_regs, bp) },
	{ REG_RSP, offsetof(struct pt_regs, sp) },
	{ REG_R8, offsetof(struct pt_regs, r8) },
	{ REG_R9, offsetof(struct pt_regs, r9) },
	{ REG_R10, offsetof(struct pt_regs, r10) },
	{ REG_R11, offsetof(struct pt_regs, r11) },
	{ REG_R12, offsetof(struct pt_regs, r12) },
	{ REG_R13, offsetof(struct pt_regs, r13) },
	{ REG_R14, offsetof(struct pt_regs, r14) },
	{ REG_R15, offsetof(struct pt_regs, r15) },
	{ REG_RIP, offsetof(struct pt_regs, ip) },
};

static unsigned long *in_image(const struct pt_regs *regs, unsigned int i)
{
	return (unsigned long *)((u8 *)regs + registers[i].offset);
}

static enum { IDLE, LOAD, SAVE } state;
static gregset_t own;
static const struct pt_regs *wanted;
static struct native_outcome *result;

static void load(ucontext_t *uc)
{
	greg_t *g = uc->uc_mcontext.gregs;
	unsigned int i;

	memcpy(own, g, sizeof(own));
	for (i = 0; i < ARRAY_SIZE(registers); i++)
		g[registers[i].number] = *in_image(wanted, i);
	g[REG_EFL] = (g[REG_EFL] & ~NATIVE_FLAGS) |
		     (wanted->flags & NATIVE_FLAGS);
	state = SAVE;
}

static void save(const siginfo_t *info, ucontext_t *uc)
{
	greg_t *g = uc->uc_mcontext.gregs;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(registers); i++)
		*in_image(&result->regs, i) = g[registers[i].number];
	result->regs.flags = g[REG_EFL] & NATIVE_FLAGS;
	result->signal = info->si_signo;
	result->fault = info->si_signo != SIGSEGV &&
			info->si_signo != SIGBUS ?
			0 : (unsigned long)info->si_addr;
	if (info->si_signo == SIGTRAP)
		result->regs.ip--;
	if (uc->uc_mcontext.fpregs)
		memcpy(result->xmm, uc->uc_mcontext.fpregs->_xmm,
		       sizeof(result->xmm));
	memcpy(g, own, sizeof(own));
	state = IDLE;
}

static void handler(int signal, siginfo_t *info, void *context)
{
	switch (state) {
	case LOAD:
		load(context);
		return;
	case SAVE:
		save(info, context);
		return;
	default:
		fprintf(stderr, "native: unexpected signal %d at %p\n", signal,
			info->si_addr);
		_Exit(3);
	}
}

static void map(unsigned long addr, unsigned long size, int prot, int fill)
{
	void *at = mmap((void *)addr, size, prot, MAP_PRIVATE | MAP_ANONYMOUS |
			MAP_FIXED_NOREPLACE, -1, 0);

	if (at != (void *)addr) {
		perror("native: mmap");
		exit(2);
	}
	memset(at, fill, size);
}

/*
 * Extended registers: random XMM, the rest as after a reset. Only the legacy
 * part of the area and its header are used; whatever is not marked present in
 * the header is initialised by XRSTOR.
 */
static u8 extended[4096] __aligned(64);

#define EXTENDED_FCW		0
#define EXTENDED_MXCSR		24
#define EXTENDED_XMM		160
#define EXTENDED_PRESENT	512

static void fill_extended(void)
{
	u64 *xmm = (u64 *)(extended + EXTENDED_XMM);
	unsigned int i;

	*(u16 *)(extended + EXTENDED_FCW) = 0x037f;
	*(u32 *)(extended + EXTENDED_MXCSR) = 0x1f80;
	*(u64 *)(extended + EXTENDED_PRESENT) = 3;	/* x87 and SSE */
	for (i = 0; i < 32; i++)
		xmm[i] = unit_random();
}

void native_init(void)
{
	static const int signals[] = {
		SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE
	};
	static u8 stack[64 << 10];
	struct sigaction action = {
		.sa_sigaction = handler,
		.sa_flags = SA_SIGINFO | SA_ONSTACK,
	};
	stack_t own_stack = { .ss_sp = stack, .ss_size = sizeof(stack) };
	unsigned int i;

	map(NATIVE_CODE, NATIVE_CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
	    POKE_INT3);
	map(NATIVE_SLOT, NATIVE_SLOT_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
	    POKE_INT3);
	map(NATIVE_DATA, NATIVE_DATA_SIZE, PROT_READ | PROT_WRITE, 0);
	fill_extended();
	sigfillset(&action.sa_mask);
	sigaltstack(&own_stack, NULL);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
	/* an instruction that leads to itself would run for ever */
	alarm(300);
}

/* Returns when the instruction at regs->ip has been executed. */
void native_run(const struct pt_regs *regs, struct native_outcome *out)
{
	memset(out, 0, sizeof(*out));
	wanted = regs;
	result = out;
	state = LOAD;
	/* Back from it, the second XRSTOR undoes what it did to the modes. */
	asm volatile("xrstor64 %0; int3; xrstor64 %0"
		     : : "m" (extended), "a" (-1), "d" (-1) : "memory");
}
