// SPDX-License-Identifier: GPL-2.0
/*
 * poke_insn_emulate() against the processor.
 *
 *	emulate ROUNDS
 *
 * Each round makes a random instruction of a class and a random state, lets
 * the processor execute it and compares registers, flags, stack and where it
 * goes.
 */
#include <signal.h>
#include "native.h"

#define STACK_WORDS	8

/* Middle of the code area: a rel32 of half its size stays inside. */
#define SITE		(NATIVE_CODE + NATIVE_CODE_SIZE / 2)
#define TARGETS		(NATIVE_CODE + 0x1000)
#define TARGETS_SIZE	(NATIVE_CODE_SIZE - 0x2000)

static unsigned long *registers_of(struct pt_regs *regs)
{
	return (unsigned long *)regs;
}

/* Index in struct pt_regs of the register that the processor numbers 0..15. */
static const u8 in_image[16] = {
	10, 11, 12, 5, 19, 4, 13, 14, 9, 8, 7, 6, 3, 2, 1, 0
};

static unsigned long get_reg(struct pt_regs *regs, int number)
{
	return registers_of(regs)[in_image[number]];
}

static void set_reg(struct pt_regs *regs, int number, unsigned long value)
{
	registers_of(regs)[in_image[number]] = value;
}

struct code {
	u8 bytes[POKE_INSN_MAX + 1];
	unsigned int len;
};

static void emit(struct code *code, u8 byte)
{
	code->bytes[code->len++] = byte;
}

static void emit_s32(struct code *code, s32 value)
{
	memcpy(code->bytes + code->len, &value, sizeof(value));
	code->len += sizeof(value);
}

/* Anywhere but in the instruction itself, where there is no INT3 to stop at. */
static unsigned long random_target(void)
{
	unsigned long target;

	do
		target = TARGETS + unit_below(TARGETS_SIZE);
	while (target >= SITE && target < SITE + POKE_INSN_MAX);
	return target;
}

/* Zero, one, two and what only the low or the high half tells apart. */
static unsigned long random_count(void)
{
	static const unsigned long counts[] = {
		0, 1, 2, 0x100000000, 0x100000001, 0xffffffff, ~0ul
	};
	unsigned int i = unit_below(ARRAY_SIZE(counts) + 1);

	return i < ARRAY_SIZE(counts) ? counts[i] : unit_random();
}

static void random_state(struct pt_regs *regs)
{
	unsigned long *stack;
	int i;

	memset(regs, 0, sizeof(*regs));
	for (i = 0; i < 16; i++)
		set_reg(regs, i, unit_random());
	regs->cx = random_count();
	regs->flags = unit_random() & NATIVE_FLAGS;
	regs->ip = SITE;
	regs->sp = NATIVE_DATA + 0x1000 + unit_below(0x2000);
	stack = (unsigned long *)regs->sp;
	for (i = -STACK_WORDS; i < STACK_WORDS; i++)
		stack[i] = random_target();
}

/* Prefixes that a branch may carry without effect; the decoder takes four. */
static void emit_prefixes(struct code *code, const u8 *choice, int count)
{
	while (count && unit_below(3) == 0)
		emit(code, choice[unit_below(count)]);
}

static const u8 idle_prefixes[] = { 0x2e, 0x3e, 0x26, 0x36, 0x67, 0xf2 };
/* not in front of memory operands: 0x67; not where REPNZ has a meaning */
static const u8 hint_prefixes[] = { 0x2e, 0x3e, 0x26, 0x36 };

static void limit_prefixes(struct code *code, unsigned int most)
{
	if (code->len > most)
		code->len = most;
}

static void emit_rel8(struct code *code)
{
	s8 rel;

	do
		rel = unit_random();
	while (rel < 0 && rel >= -POKE_INSN_MAX);
	emit(code, rel);
}

static void make_rel32(struct code *code)
{
	emit_s32(code, random_target() - (SITE + code->len + 4));
}

static void make_jmp(struct code *code, struct pt_regs *regs)
{
	(void)regs;
	emit_prefixes(code, idle_prefixes, ARRAY_SIZE(idle_prefixes));
	limit_prefixes(code, 4);
	if (unit_below(2)) {
		emit(code, 0xeb);
		emit_rel8(code);
	} else {
		emit(code, 0xe9);
		make_rel32(code);
	}
}

static void make_call(struct code *code, struct pt_regs *regs)
{
	(void)regs;
	emit_prefixes(code, idle_prefixes, ARRAY_SIZE(idle_prefixes));
	limit_prefixes(code, 4);
	emit(code, 0xe8);
	make_rel32(code);
}

static void make_jcc(struct code *code, struct pt_regs *regs)
{
	u8 cond = unit_below(16);

	(void)regs;
	emit_prefixes(code, idle_prefixes, ARRAY_SIZE(idle_prefixes));
	limit_prefixes(code, 4);
	if (unit_below(2)) {
		emit(code, 0x70 | cond);
		emit_rel8(code);
	} else {
		emit(code, 0x0f);
		emit(code, 0x80 | cond);
		make_rel32(code);
	}
}

static void make_loop(struct code *code, struct pt_regs *regs)
{
	(void)regs;
	emit_prefixes(code, hint_prefixes, ARRAY_SIZE(hint_prefixes));
	limit_prefixes(code, 3);
	if (unit_below(2))
		emit(code, 0x67);
	emit(code, 0xe0 | unit_below(4));
	emit_rel8(code);
}

static void make_ret(struct code *code, struct pt_regs *regs)
{
	(void)regs;
	emit_prefixes(code, hint_prefixes, ARRAY_SIZE(hint_prefixes));
	limit_prefixes(code, 3);
	if (unit_below(3) == 0)
		emit(code, 0xf3);
	if (unit_below(2)) {
		emit(code, 0xc3);
	} else {
		emit(code, 0xc2);
		emit(code, unit_below(256));
		emit(code, unit_below(16));
	}
}

static void make_nop(struct code *code, struct pt_regs *regs)
{
	(void)regs;
	code->len = 1 + unit_below(POKE_INSN_MAX);
	poke_insn_nop(code->bytes, code->len);
}

/* jmp or call through a register; RSP is stack and target at once. */
static void make_register(struct code *code, struct pt_regs *regs)
{
	int reg = unit_below(16);
	u8 rex = (reg & 8 ? 0x41 : 0x40) | (unit_below(2) ? 0x08 : 0);

	emit_prefixes(code, hint_prefixes, ARRAY_SIZE(hint_prefixes));
	limit_prefixes(code, 4);
	if (rex != 0x40 || unit_below(2))
		emit(code, rex);
	emit(code, 0xff);
	emit(code, 0xc0 | (unit_below(2) ? 2 << 3 : 4 << 3) | (reg & 7));
	set_reg(regs, reg, random_target());
}

/* A memory operand: what to encode, and the address that it shall name. */
struct operand {
	int base, index;	/* -1: none */
	int shift, mod;
	bool rip;
	s32 disp;
	unsigned long at;
};

static void random_operand(struct operand *op)
{
	*op = (struct operand) { .base = unit_below(16), .index = -1 };
	op->mod = unit_below(3);
	op->rip = op->mod == 0 && unit_below(4) == 0;
	op->at = NATIVE_DATA + 0x4000 + unit_below(0x8000);
	if (op->rip)
		return;
	if (unit_below(2)) {
		op->index = unit_below(16);
		op->shift = unit_below(4);
		if (op->index == 4)
			op->index = -1;
	}
	if (op->mod == 0 && (op->base & 7) == 5)
		op->base = -1;
	op->disp = op->mod == 1 ? (s8)unit_random() :
		   op->mod == 2 ? (s32)unit_random() : 0;
}

/* Gives the registers the values with which the operand names op->at. */
static void aim_operand(struct operand *op, struct pt_regs *regs)
{
	unsigned long index = op->index < 0 ? 0 : unit_random() >> unit_below(64);

	if (op->base >= 0 && op->base == op->index) {
		/* base + (base << shift) + disp: as near as division gets */
		unsigned long value = (op->at - op->disp) / (1 + (1ul << op->shift));

		set_reg(regs, op->base, value);
		op->at = value + (value << op->shift) + op->disp;
		return;
	}
	if (op->index >= 0)
		set_reg(regs, op->index, index);
	if (op->base >= 0)
		set_reg(regs, op->base,
			op->at - op->disp - (index << op->shift));
	else if (!op->rip && op->index >= 0)
		set_reg(regs, op->index, index = unit_below(0x100));
	if (op->base < 0 && !op->rip)
		op->disp = op->at - (index << op->shift);
}

static void emit_operand(struct code *code, const struct operand *op, u8 reg)
{
	bool sib = op->index >= 0 || op->base < 0 || (op->base & 7) == 4;
	u8 base = op->base < 0 ? 5 : op->base & 7;
	u8 index = op->index < 0 ? 4 : op->index & 7;
	u8 rex = 0x40 | (op->base > 7 ? 1 : 0) | (op->index > 7 ? 2 : 0);

	if (rex != 0x40 || unit_below(4) == 0)
		emit(code, rex);
	emit(code, 0xff);
	if (op->rip) {
		emit(code, reg << 3 | 5);
		emit_s32(code, op->at - (SITE + code->len + 4));
		return;
	}
	emit(code, op->mod << 6 | reg << 3 | (sib ? 4 : base));
	if (sib)
		emit(code, op->shift << 6 | index << 3 | base);
	if (op->mod == 1)
		emit(code, op->disp);
	else if (op->mod == 2 || op->base < 0)
		emit_s32(code, op->disp);
}

/* jmp or call through memory; with RSP as base the stack is there, too. */
static void make_memory(struct code *code, struct pt_regs *regs)
{
	struct operand op;
	unsigned long target = random_target();

	do {
		random_operand(&op);
		aim_operand(&op, regs);
	} while (op.at < NATIVE_DATA + 0x100 ||
		 op.at > NATIVE_DATA + NATIVE_DATA_SIZE - 0x100 ||
		 regs->sp < NATIVE_DATA + 0x100 ||
		 regs->sp > NATIVE_DATA + NATIVE_DATA_SIZE - 0x100);
	memcpy((void *)op.at, &target, sizeof(target));
	emit_prefixes(code, hint_prefixes, ARRAY_SIZE(hint_prefixes));
	limit_prefixes(code, 4);
	emit_operand(code, &op, unit_below(2) ? 2 : 4);
}

static void write_site(const struct code *code)
{
	memset((void *)SITE, POKE_INT3, POKE_INSN_MAX + 1);
	memcpy((void *)SITE, code->bytes, code->len);
}

/* Around the stack pointer; both executions start from the same content. */
struct memory {
	unsigned long words[2 * STACK_WORDS];
};

static struct memory *stack_at(unsigned long sp)
{
	return (struct memory *)(sp - sizeof(struct memory) / 2);
}

static bool same_registers(struct pt_regs *a, struct pt_regs *b)
{
	int i;

	for (i = 0; i < 16; i++)
		if (get_reg(a, i) != get_reg(b, i))
			return false;
	return a->ip == b->ip && a->flags == b->flags;
}

static void show(struct unit_test *t, const char *who, struct pt_regs *regs)
{
	int i;

	unit_say(t, "#   %-9s ip %lx flags %lx", who, regs->ip, regs->flags);
	for (i = 0; i < 16; i++)
		unit_say(t, " %lx", get_reg(regs, i));
	unit_say(t, "\n");
}

static void complain(struct unit_test *t, const struct code *code,
		     struct pt_regs *before, struct pt_regs *native,
		     struct pt_regs *emulated)
{
	unit_hex(t, "bytes", code->bytes, code->len);
	show(t, "before", before);
	show(t, "processor", native);
	show(t, "emulated", emulated);
}

static void one_round(struct unit_test *t,
		      void (*make)(struct code *, struct pt_regs *))
{
	struct code code = { .len = 0 };
	struct pt_regs before, emulated;
	struct native_outcome native;
	struct memory stack, after;
	struct poke_insn pi;
	enum poke_why why;

	random_state(&before);
	make(&code, &before);
	write_site(&code);
	why = poke_insn_decode(&pi, code.bytes, sizeof(code.bytes));
	if (!unit_check(t, !why && pi.len == code.len && !poke_insn_is_copy(&pi),
			"verdict %d, length %d, kind %d", why, pi.len, pi.kind)) {
		unit_hex(t, "bytes", code.bytes, code.len);
		return;
	}
	stack = *stack_at(before.sp);
	native_run(&before, &native);
	after = *stack_at(before.sp);
	*stack_at(before.sp) = stack;
	emulated = before;
	poke_insn_emulate(&pi, &emulated, SITE);
	if (!unit_check(t, native.signal == SIGTRAP &&
			same_registers(&native.regs, &emulated) &&
			!memcmp(&after, stack_at(before.sp), sizeof(after)),
			"differs from the processor (signal %d)", native.signal) &&
	    t->failed < MAX_COMPLAINTS)
		complain(t, &code, &before, &native.regs, &emulated);
	/* with RSP as target the stack was in the code area */
	if (before.sp >= NATIVE_CODE && before.sp < NATIVE_CODE + NATIVE_CODE_SIZE)
		memset(stack_at(before.sp), POKE_INT3, sizeof(stack));
}

static const struct {
	const char *name;
	void (*make)(struct code *code, struct pt_regs *regs);
} classes[] = {
	{ "emulate: nop", make_nop },
	{ "emulate: jmp", make_jmp },
	{ "emulate: call", make_call },
	{ "emulate: jcc", make_jcc },
	{ "emulate: loop, loope, loopne, jrcxz", make_loop },
	{ "emulate: ret", make_ret },
	{ "emulate: jmp and call through a register", make_register },
	{ "emulate: jmp and call through memory", make_memory },
};

int main(int argc, char **argv)
{
	unsigned long i, rounds;
	unsigned int c;

	if (argc != 2)
		return 2;
	rounds = strtoul(argv[1], NULL, 0);
	native_init();
	for (c = 0; c < ARRAY_SIZE(classes); c++) {
		struct unit_test t = { .name = classes[c].name };

		for (i = 0; i < rounds; i++)
			one_round(&t, classes[c].make);
		unit_done(&t);
	}
	return unit_failures != 0;
}
