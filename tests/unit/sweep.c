// SPDX-License-Identifier: GPL-2.0
/*
 * Every instruction of a kernel image, against an independent decoder.
 *
 *	sweep VMLINUX
 *
 * Capstone says what an instruction is by name, we by opcode.
 */
#include <capstone/capstone.h>
#include "image.h"
#include "unit.h"

static struct unit_test lengths = { .name = "sweep: lengths of instructions" };
static struct unit_test kinds = { .name = "sweep: kinds and reasons of refusal" };
static struct unit_test targets = { .name = "sweep: targets of direct branches" };
static struct unit_test operands = { .name = "sweep: operands of indirect branches" };
static struct unit_test rebased = { .name = "sweep: out-of-line copies" };

static csh decoder, second;
static unsigned long excepted, newer, counts[POKE_INSN_CALL_IND + 1];
static unsigned long refusals[POKE_WHY_COUNT];

/*
 * Where modules are: their area starts at the first address without and at the
 * second with address randomisation, and ends at the last. GS-based operands
 * are addresses near 0, which can be reached from there, too.
 */
static const u64 slots[] = {
	0xffffffffa0000000, 0xffffffffa1234567, 0xffffffffc0000010,
	0xffffffffdeadbeef, 0xfffffffffeff0000,
};

struct name_rule {
	unsigned int id;
	u8 result;
};

static const struct name_rule refused_names[] = {
	{ X86_INS_INT3, POKE_WHY_BREAKPOINT },
	{ X86_INS_ENDBR64, POKE_WHY_ENDBR },
	{ X86_INS_ENDBR32, POKE_WHY_ENDBR },
	{ X86_INS_UD0, POKE_WHY_UNDEFINED },
	{ X86_INS_UD2, POKE_WHY_UNDEFINED },
	{ X86_INS_UD2B, POKE_WHY_UNDEFINED },
	{ X86_INS_PUSHF, POKE_WHY_FLAGS_IMAGE },
	{ X86_INS_PUSHFQ, POKE_WHY_FLAGS_IMAGE },
	{ X86_INS_POPF, POKE_WHY_FLAGS_IMAGE },
	{ X86_INS_POPFQ, POKE_WHY_FLAGS_IMAGE },
	{ X86_INS_CLI, POKE_WHY_FLAGS_IMAGE },
	{ X86_INS_STI, POKE_WHY_FLAGS_IMAGE },
	{ X86_INS_CLAC, POKE_WHY_FLAGS_IMAGE },
	{ X86_INS_STAC, POKE_WHY_FLAGS_IMAGE },
	{ X86_INS_HLT, POKE_WHY_HALT },
	{ X86_INS_MONITOR, POKE_WHY_HALT },
	{ X86_INS_MWAIT, POKE_WHY_HALT },
	{ X86_INS_LGDT, POKE_WHY_SEGMENT },
	{ X86_INS_LIDT, POKE_WHY_SEGMENT },
	{ X86_INS_LLDT, POKE_WHY_SEGMENT },
	{ X86_INS_LTR, POKE_WHY_SEGMENT },
	{ X86_INS_LSS, POKE_WHY_SEGMENT },
	{ X86_INS_LFS, POKE_WHY_SEGMENT },
	{ X86_INS_LGS, POKE_WHY_SEGMENT },
	{ X86_INS_LMSW, POKE_WHY_PRIVILEGED },
	{ X86_INS_CLTS, POKE_WHY_PRIVILEGED },
	{ X86_INS_INVD, POKE_WHY_PRIVILEGED },
	{ X86_INS_WBINVD, POKE_WHY_PRIVILEGED },
	{ X86_INS_WRMSR, POKE_WHY_PRIVILEGED },
	{ X86_INS_WRFSBASE, POKE_WHY_PRIVILEGED },
	{ X86_INS_WRGSBASE, POKE_WHY_PRIVILEGED },
	{ X86_INS_SWAPGS, POKE_WHY_PRIVILEGED },
	{ X86_INS_XSETBV, POKE_WHY_PRIVILEGED },
	{ X86_INS_LJMP, POKE_WHY_FAR_BRANCH },
	{ X86_INS_LCALL, POKE_WHY_FAR_BRANCH },
	{ X86_INS_RETF, POKE_WHY_FAR_BRANCH },
	{ X86_INS_RETFQ, POKE_WHY_FAR_BRANCH },
	{ X86_INS_IRET, POKE_WHY_FAR_BRANCH },
	{ X86_INS_IRETD, POKE_WHY_FAR_BRANCH },
	{ X86_INS_IRETQ, POKE_WHY_FAR_BRANCH },
	{ X86_INS_SYSCALL, POKE_WHY_FAR_BRANCH },
	{ X86_INS_SYSRET, POKE_WHY_FAR_BRANCH },
	{ X86_INS_SYSENTER, POKE_WHY_FAR_BRANCH },
	{ X86_INS_SYSEXIT, POKE_WHY_FAR_BRANCH },
	{ X86_INS_VMCALL, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMMCALL, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMLAUNCH, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMRESUME, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMXOFF, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMXON, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMCLEAR, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMPTRLD, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMPTRST, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMREAD, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMWRITE, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMFUNC, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMRUN, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMLOAD, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_VMSAVE, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_STGI, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_CLGI, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_INVLPGA, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_SKINIT, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_INVEPT, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_INVVPID, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_RSM, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_GETSEC, POKE_WHY_VIRTUALIZATION },
	{ X86_INS_XBEGIN, POKE_WHY_TRANSACTION },
	{ X86_INS_XABORT, POKE_WHY_TRANSACTION },
	{ X86_INS_XEND, POKE_WHY_TRANSACTION },
	{ X86_INS_XTEST, POKE_WHY_TRANSACTION },
	{ X86_INS_INT, POKE_WHY_SOFT_INTERRUPT },
	{ X86_INS_INT1, POKE_WHY_SOFT_INTERRUPT },
	{ X86_INS_ENCLS, POKE_WHY_PRIVILEGED },
	{ X86_INS_ENCLU, POKE_WHY_PRIVILEGED },
};

static const struct name_rule kind_names[] = {
	{ X86_INS_NOP, POKE_INSN_NOP },
	{ X86_INS_JMP, POKE_INSN_JMP },
	{ X86_INS_CALL, POKE_INSN_CALL },
	{ X86_INS_LOOP, POKE_INSN_LOOP },
	{ X86_INS_LOOPE, POKE_INSN_LOOPE },
	{ X86_INS_LOOPNE, POKE_INSN_LOOPNE },
	{ X86_INS_JRCXZ, POKE_INSN_JRCXZ },
	{ X86_INS_JECXZ, POKE_INSN_JRCXZ },
	{ X86_INS_RET, POKE_INSN_RET },
};

static int find_name(const struct name_rule *rules, int count, unsigned int id)
{
	while (count--)
		if (rules[count].id == id)
			return rules[count].result;
	return 0;
}

static bool writes_system_register(const cs_insn *ci)
{
	const cs_x86 *x = &ci->detail->x86;
	unsigned int reg = x->operands[0].reg;

	if (ci->id != X86_INS_MOV || x->operands[0].type != X86_OP_REG)
		return false;
	return (reg >= X86_REG_CR0 && reg <= X86_REG_CR15) ||
	       (reg >= X86_REG_DR0 && reg <= X86_REG_DR15);
}

static bool loads_segment(const cs_insn *ci)
{
	const cs_x86 *x = &ci->detail->x86;

	if ((ci->id != X86_INS_MOV && ci->id != X86_INS_POP) ||
	    x->operands[0].type != X86_OP_REG)
		return false;
	switch (x->operands[0].reg) {
	case X86_REG_CS:
	case X86_REG_DS:
	case X86_REG_ES:
	case X86_REG_FS:
	case X86_REG_GS:
	case X86_REG_SS:
		return true;
	default:
		return false;
	}
}

static bool repeats(const cs_insn *ci)
{
	return !strncmp(ci->mnemonic, "rep", 3) && ci->id != X86_INS_RET &&
	       strcmp(ci->mnemonic, "repz ret");
}

static int expected_refusal(const cs_insn *ci)
{
	int why = find_name(refused_names, ARRAY_SIZE(refused_names), ci->id);

	if (why)
		return why;
	if (writes_system_register(ci))
		return POKE_WHY_PRIVILEGED;
	if (loads_segment(ci))
		return POKE_WHY_SEGMENT;
	if (repeats(ci))
		return POKE_WHY_REPEAT;
	return POKE_OK;
}

static bool is_immediate(const cs_insn *ci)
{
	return ci->detail->x86.operands[0].type == X86_OP_IMM;
}

static int expected_kind(const cs_insn *ci)
{
	int kind = find_name(kind_names, ARRAY_SIZE(kind_names), ci->id);

	if (kind == POKE_INSN_JMP && !is_immediate(ci))
		return POKE_INSN_JMP_IND;
	if (kind == POKE_INSN_CALL && !is_immediate(ci))
		return POKE_INSN_CALL_IND;
	if (kind)
		return kind;
	if (cs_insn_group(decoder, ci, X86_GRP_JUMP))
		return POKE_INSN_JCC;
	return POKE_INSN_COPY;
}

static void complain_about(struct unit_test *t, bool good, const cs_insn *ci,
			   int got, int want)
{
	if (!unit_check(t, good, "%lx: %s %s: %d, expected %d",
			(unsigned long)ci->address, ci->mnemonic, ci->op_str,
			got, want) && t->failed < MAX_COMPLAINTS)
		unit_hex(t, "bytes", ci->bytes, ci->size);
}

static const unsigned int registers[16] = {
	X86_REG_RAX, X86_REG_RCX, X86_REG_RDX, X86_REG_RBX,
	X86_REG_RSP, X86_REG_RBP, X86_REG_RSI, X86_REG_RDI,
	X86_REG_R8, X86_REG_R9, X86_REG_R10, X86_REG_R11,
	X86_REG_R12, X86_REG_R13, X86_REG_R14, X86_REG_R15,
};

static unsigned int register_of(u8 number)
{
	if (number == POKE_REG_NONE)
		return X86_REG_INVALID;
	if (number == POKE_REG_RIP)
		return X86_REG_RIP;
	return registers[number & 15];
}

/* Capstone has a name for "no index", too. */
static unsigned int index_of(const cs_x86_op *op)
{
	unsigned int index = op->mem.index;

	return index == X86_REG_RIZ || index == X86_REG_EIZ ? X86_REG_INVALID :
							     index;
}

static void check_indirect(const cs_insn *ci, const struct poke_insn *pi)
{
	const cs_x86_op *op = &ci->detail->x86.operands[0];

	if (op->type == X86_OP_REG) {
		complain_about(&operands, register_of(pi->reg) == op->reg, ci,
			       pi->reg, op->reg);
		return;
	}
	complain_about(&operands, register_of(pi->base) == op->mem.base, ci,
		       pi->base, op->mem.base);
	complain_about(&operands, register_of(pi->index) == index_of(op), ci,
		       pi->index, op->mem.index);
	complain_about(&operands,
		       !index_of(op) || 1 << pi->shift == op->mem.scale, ci,
		       1 << pi->shift, op->mem.scale);
	complain_about(&operands, pi->disp == op->mem.disp, ci, pi->disp,
		       op->mem.disp);
}

static void check_target(const cs_insn *ci, const struct poke_insn *pi)
{
	u64 target = ci->address + pi->len + pi->disp;

	complain_about(&targets,
		       target == (u64)ci->detail->x86.operands[0].imm, ci,
		       pi->disp, 0);
}

/* The address that a RIP-relative operand names, 0 if there is none. */
static u64 rip_operand(const cs_insn *ci)
{
	const cs_x86 *x = &ci->detail->x86;
	int i;

	for (i = 0; i < x->op_count; i++)
		if (x->operands[i].type == X86_OP_MEM &&
		    x->operands[i].mem.base == X86_REG_RIP)
			return ci->address + ci->size + x->operands[i].mem.disp;
	return 0;
}

static void check_slot(const cs_insn *ci, const struct poke_insn *pi,
		       u64 slot, cs_insn *copy)
{
	u8 buf[POKE_SLOT_SIZE];
	const u8 *code = buf;
	size_t size = POKE_INSN_MAX;
	int len = poke_insn_build(pi, ci->address, slot, buf, sizeof(buf));
	bool good;

	if (len != ci->size || buf[pi->len] != POKE_INT3 ||
	    !cs_disasm_iter(second, &code, &size, &slot, copy)) {
		complain_about(&rebased, false, ci, len, ci->size);
		return;
	}
	good = copy->id == ci->id && copy->size == ci->size &&
	       rip_operand(copy) == rip_operand(ci) &&
	       (rip_operand(ci) || !memcmp(copy->bytes, ci->bytes, ci->size));
	complain_about(&rebased, good, ci, 0, 0);
}

static void check_copy(const cs_insn *ci, const struct poke_insn *pi)
{
	static cs_insn *copy;
	unsigned int i;

	if (!copy)
		copy = cs_malloc(second);
	/* Only an address can make a difference between slots. */
	for (i = 0; i < (rip_operand(ci) ? ARRAY_SIZE(slots) : 1); i++)
		check_slot(ci, pi, slots[i], copy);
}

static void check_detail(const cs_insn *ci, const struct poke_insn *pi,
			 enum poke_why why)
{
	int refusal = expected_refusal(ci), kind = expected_kind(ci);

	complain_about(&kinds, (int)why == refusal, ci, why, refusal);
	refusals[why]++;
	if (why || refusal)
		return;
	complain_about(&kinds, pi->kind == kind, ci, pi->kind, kind);
	counts[pi->kind]++;
	switch (pi->kind) {
	case POKE_INSN_COPY:
		check_copy(ci, pi);
		break;
	case POKE_INSN_JMP_IND:
	case POKE_INSN_CALL_IND:
		check_indirect(ci, pi);
		break;
	case POKE_INSN_NOP:
	case POKE_INSN_RET:
		break;
	default:
		check_target(ci, pi);
	}
}

/*
 * What capstone 4 does not know, or takes for something shorter: it forgets
 * the operand of UD1, and the instruction that the prefix of Xen's and KVM's
 * forced emulation belongs to.
 */
struct exception {
	u8 size, len, why;
	u8 bytes[5];
};

static const struct exception exceptions[] = {
	{ 3, 3, POKE_OK, { 0x0f, 0x01, 0xe8 } },		/* serialize */
	{ 3, 3, POKE_OK, { 0x0f, 0x01, 0xee } },		/* rdpkru */
	{ 3, 3, POKE_WHY_PRIVILEGED, { 0x0f, 0x01, 0xef } },	/* wrpkru */
	{ 4, 4, POKE_WHY_PRIVILEGED, { 0xf2, 0x0f, 0x01, 0xff } }, /* pvalidate */
	{ 4, 4, POKE_WHY_PRIVILEGED, { 0xf3, 0x0f, 0x01, 0xfe } }, /* rmpadjust */
	{ 3, 3, POKE_WHY_HALT, { 0x0f, 0x01, 0xfa } },		/* monitorx */
	{ 3, 3, POKE_WHY_HALT, { 0x0f, 0x01, 0xfb } },		/* mwaitx */
	{ 4, 4, POKE_WHY_HALT, { 0x66, 0x0f, 0xae, 0xf1 } },	/* tpause */
	{ 2, 3, POKE_WHY_UNDEFINED, { 0x0f, 0xb9 } },		/* ud1 %reg */
	{ 5, 7, POKE_WHY_UNDECODABLE, { 0x0f, 0x0b, 'x', 'e', 'n' } },
	{ 5, 7, POKE_WHY_UNDECODABLE, { 0x0f, 0x0b, 'k', 'v', 'm' } },
	{ 1, 7, POKE_WHY_FAR_BRANCH, { 0xea } },	/* in the 32-bit PVH entry */
};

static const struct exception *find_exception(const u8 *code, size_t left)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(exceptions); i++)
		if (left >= exceptions[i].len &&
		    !memcmp(code, exceptions[i].bytes, exceptions[i].size))
			return &exceptions[i];
	return NULL;
}

static void check_exception(const struct exception *ex,
			    const struct poke_insn *pi, enum poke_why why,
			    u64 addr)
{
	excepted++;
	unit_check(&lengths, pi->len == ex->len && why == ex->why,
		   "%lx: length %d, verdict %d", (unsigned long)addr, pi->len,
		   why);
}

/*
 * Vector instructions newer than capstone 4. That our length is right shows
 * when both decoders agree on what follows.
 */
static void check_newer_vector(const u8 *code, const struct poke_insn *pi,
			       enum poke_why why, u64 addr)
{
	bool vector = code[0] == 0x62 || code[0] == 0xc4 || code[0] == 0xc5;

	newer++;
	if (!unit_check(&lengths, vector && !why && pi->kind == POKE_INSN_COPY,
			"%lx: capstone fails, we say %d", (unsigned long)addr,
			why))
		unit_hex(&lengths, "bytes", code, 8);
}

static void sweep(const struct text *text)
{
	const u8 *code = text->bytes;
	size_t left = text->size;
	u64 addr = text->addr;
	cs_insn *ci = cs_malloc(decoder);
	struct poke_insn pi;

	while (left) {
		enum poke_why why = poke_insn_decode(&pi, code, left);
		const struct exception *ex = find_exception(code, left);

		if (ex) {
			check_exception(ex, &pi, why, addr);
			code += ex->len;
			left -= ex->len;
			addr += ex->len;
			continue;
		}
		if (!cs_disasm_iter(decoder, &code, &left, &addr, ci)) {
			check_newer_vector(code, &pi, why, addr);
			if (!pi.len)
				break;
			code += pi.len;
			left -= pi.len;
			addr += pi.len;
			continue;
		}
		complain_about(&lengths, pi.len == ci->size, ci, pi.len,
			       ci->size);
		check_detail(ci, &pi, why);
	}
	cs_free(ci, 1);
}

static bool open_decoder(csh *handle)
{
	return cs_open(CS_ARCH_X86, CS_MODE_64, handle) == CS_ERR_OK &&
	       cs_option(*handle, CS_OPT_DETAIL, CS_OPT_ON) == CS_ERR_OK;
}

static void summary(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counts); i++)
		if (counts[i])
			printf("# kind %u: %lu\n", i, counts[i]);
	for (i = 1; i < ARRAY_SIZE(refusals); i++)
		if (refusals[i])
			printf("# refused %lu: %s\n", refusals[i],
			       poke_why_text(i));
	printf("# exceptions of capstone: %lu, newer than it: %lu\n", excepted,
	       newer);
}

int main(int argc, char **argv)
{
	struct text texts[16];
	int i, n;

	if (argc != 2 || !open_decoder(&decoder) || !open_decoder(&second))
		return 2;
	n = image_texts(argv[1], texts, ARRAY_SIZE(texts));
	for (i = 0; i < n; i++)
		sweep(&texts[i]);
	summary();
	unit_done(&lengths);
	unit_done(&kinds);
	unit_done(&targets);
	unit_done(&operands);
	unit_done(&rebased);
	return unit_failures != 0;
}
