// SPDX-License-Identifier: GPL-2.0
/*
 * What poke_insn refuses, and what it builds: by hand-written examples and,
 * for padding, against an independent decoder.
 */
#include <capstone/capstone.h>
#include "unit.h"

#define ADDR	0xffffffff81234560ul

static csh decoder;

/* Instruction bytes; the length goes without saying. */
#define CODE(...)	{ __VA_ARGS__ }, sizeof((u8 []){ __VA_ARGS__ })

struct example {
	u8 bytes[POKE_INSN_MAX + 1];
	u8 size;
	u8 result;
};

static const struct example refused[] = {
	{ CODE(0xcc), POKE_WHY_BREAKPOINT },
	{ CODE(0x66, 0xcc), POKE_WHY_BREAKPOINT },
	{ CODE(0x06), POKE_WHY_UNDECODABLE },			/* push es */
	{ CODE(0x0f, 0x1f), POKE_WHY_UNDECODABLE },		/* cut short */
	{ CODE(0x26, 0x2e, 0x36, 0x3e, 0x65, 0x90), POKE_WHY_UNDECODABLE },
	{ CODE(0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2), POKE_WHY_UNDECODABLE },
	{ CODE(0xf3, 0x0f, 0x1e, 0xfa), POKE_WHY_ENDBR },
	{ CODE(0xf3, 0x0f, 0x1e, 0xfb), POKE_WHY_ENDBR },	/* endbr32 */
	{ CODE(0x0f, 0x0b), POKE_WHY_UNDEFINED },
	{ CODE(0x0f, 0xb9, 0xc0), POKE_WHY_UNDEFINED },
	{ CODE(0x9c), POKE_WHY_FLAGS_IMAGE },
	{ CODE(0x9d), POKE_WHY_FLAGS_IMAGE },
	{ CODE(0x66, 0x9c), POKE_WHY_FLAGS_IMAGE },
	{ CODE(0xfa), POKE_WHY_FLAGS_IMAGE },
	{ CODE(0xfb), POKE_WHY_FLAGS_IMAGE },
	{ CODE(0x0f, 0x01, 0xca), POKE_WHY_FLAGS_IMAGE },
	{ CODE(0x0f, 0x01, 0xcb), POKE_WHY_FLAGS_IMAGE },
	{ CODE(0xf4), POKE_WHY_HALT },
	{ CODE(0x0f, 0x01, 0xc8), POKE_WHY_HALT },
	{ CODE(0x0f, 0x01, 0xc9), POKE_WHY_HALT },
	{ CODE(0x0f, 0x01, 0xfa), POKE_WHY_HALT },
	{ CODE(0x0f, 0x01, 0xfb), POKE_WHY_HALT },
	{ CODE(0xf3, 0x0f, 0xae, 0xf0), POKE_WHY_HALT },	/* umonitor */
	{ CODE(0xf2, 0x0f, 0xae, 0xf0), POKE_WHY_HALT },	/* umwait */
	{ CODE(0x66, 0x0f, 0xae, 0xf0), POKE_WHY_HALT },	/* tpause */
	{ CODE(0x8e, 0xd8), POKE_WHY_SEGMENT },
	{ CODE(0x8e, 0xd0), POKE_WHY_SEGMENT },
	{ CODE(0x0f, 0xa1), POKE_WHY_SEGMENT },
	{ CODE(0x0f, 0xa9), POKE_WHY_SEGMENT },
	{ CODE(0x0f, 0xb2, 0x00), POKE_WHY_SEGMENT },
	{ CODE(0x0f, 0xb4, 0x00), POKE_WHY_SEGMENT },
	{ CODE(0x0f, 0xb5, 0x00), POKE_WHY_SEGMENT },
	{ CODE(0x0f, 0x00, 0xd0), POKE_WHY_SEGMENT },		/* lldt */
	{ CODE(0x0f, 0x00, 0xd8), POKE_WHY_SEGMENT },		/* ltr */
	{ CODE(0x0f, 0x01, 0x10), POKE_WHY_SEGMENT },		/* lgdt */
	{ CODE(0x0f, 0x01, 0x18), POKE_WHY_SEGMENT },		/* lidt */
	{ CODE(0x0f, 0x22, 0xd8), POKE_WHY_PRIVILEGED },	/* mov cr3 */
	{ CODE(0x0f, 0x23, 0xf8), POKE_WHY_PRIVILEGED },	/* mov dr7 */
	{ CODE(0x0f, 0x06), POKE_WHY_PRIVILEGED },
	{ CODE(0x0f, 0x08), POKE_WHY_PRIVILEGED },
	{ CODE(0x0f, 0x09), POKE_WHY_PRIVILEGED },
	{ CODE(0xf3, 0x0f, 0x09), POKE_WHY_PRIVILEGED },	/* wbnoinvd */
	{ CODE(0x0f, 0x30), POKE_WHY_PRIVILEGED },		/* wrmsr */
	{ CODE(0xf3, 0x0f, 0x38, 0xf8, 0xc8), POKE_WHY_PRIVILEGED }, /* uwrmsr */
	{ CODE(0xf3, 0x0f, 0xae, 0xd0), POKE_WHY_PRIVILEGED },	/* wrfsbase */
	{ CODE(0xf3, 0x0f, 0xae, 0xd8), POKE_WHY_PRIVILEGED },	/* wrgsbase */
	{ CODE(0xf3, 0x48, 0x0f, 0xae, 0xe8), POKE_WHY_PRIVILEGED }, /* incssp */
	{ CODE(0xf3, 0x0f, 0xae, 0x30), POKE_WHY_PRIVILEGED },	/* clrssbsy */
	{ CODE(0xf3, 0x0f, 0xc7, 0xf0), POKE_WHY_PRIVILEGED },	/* senduipi */
	{ CODE(0x0f, 0x01, 0xf0), POKE_WHY_PRIVILEGED },	/* lmsw */
	{ CODE(0x0f, 0x01, 0x30), POKE_WHY_PRIVILEGED },	/* lmsw */
	{ CODE(0x0f, 0x01, 0xf8), POKE_WHY_PRIVILEGED },	/* swapgs */
	{ CODE(0x0f, 0x01, 0xd1), POKE_WHY_PRIVILEGED },	/* xsetbv */
	{ CODE(0x0f, 0x01, 0xef), POKE_WHY_PRIVILEGED },	/* wrpkru */
	{ CODE(0x0f, 0x01, 0xcf), POKE_WHY_PRIVILEGED },	/* encls */
	{ CODE(0x0f, 0x01, 0xc6), POKE_WHY_PRIVILEGED },	/* wrmsrns */
	{ CODE(0xf3, 0x0f, 0x01, 0xe8), POKE_WHY_PRIVILEGED },	/* setssbsy */
	{ CODE(0xf3, 0x0f, 0x01, 0xee), POKE_WHY_PRIVILEGED },	/* clui */
	{ CODE(0xf3, 0x0f, 0x01, 0x28), POKE_WHY_PRIVILEGED },	/* rstorssp */
	{ CODE(0xca, 0x08, 0x00), POKE_WHY_FAR_BRANCH },
	{ CODE(0xcb), POKE_WHY_FAR_BRANCH },
	{ CODE(0x48, 0xcb), POKE_WHY_FAR_BRANCH },
	{ CODE(0x48, 0xcf), POKE_WHY_FAR_BRANCH },		/* iretq */
	{ CODE(0xff, 0x18), POKE_WHY_FAR_BRANCH },		/* lcall */
	{ CODE(0x48, 0xff, 0x28), POKE_WHY_FAR_BRANCH },	/* ljmp */
	{ CODE(0x0f, 0x05), POKE_WHY_FAR_BRANCH },
	{ CODE(0x48, 0x0f, 0x07), POKE_WHY_FAR_BRANCH },
	{ CODE(0x0f, 0x34), POKE_WHY_FAR_BRANCH },
	{ CODE(0x0f, 0x35), POKE_WHY_FAR_BRANCH },
	{ CODE(0x0f, 0x01, 0xc1), POKE_WHY_VIRTUALIZATION },	/* vmcall */
	{ CODE(0x0f, 0x01, 0xc2), POKE_WHY_VIRTUALIZATION },	/* vmlaunch */
	{ CODE(0x0f, 0x01, 0xc3), POKE_WHY_VIRTUALIZATION },	/* vmresume */
	{ CODE(0x0f, 0x01, 0xd8), POKE_WHY_VIRTUALIZATION },	/* vmrun */
	{ CODE(0x0f, 0x01, 0xd9), POKE_WHY_VIRTUALIZATION },	/* vmmcall */
	{ CODE(0x0f, 0x01, 0xdc), POKE_WHY_VIRTUALIZATION },	/* stgi */
	{ CODE(0x0f, 0x01, 0xd4), POKE_WHY_VIRTUALIZATION },	/* vmfunc */
	{ CODE(0x0f, 0x78, 0xc0), POKE_WHY_VIRTUALIZATION },	/* vmread */
	{ CODE(0x0f, 0x79, 0xc0), POKE_WHY_VIRTUALIZATION },	/* vmwrite */
	{ CODE(0x0f, 0xc7, 0x30), POKE_WHY_VIRTUALIZATION },	/* vmptrld */
	{ CODE(0xf3, 0x0f, 0xc7, 0x30), POKE_WHY_VIRTUALIZATION }, /* vmxon */
	{ CODE(0x66, 0x0f, 0x38, 0x80, 0x00), POKE_WHY_VIRTUALIZATION },
	{ CODE(0x66, 0x0f, 0x38, 0x81, 0x00), POKE_WHY_VIRTUALIZATION },
	{ CODE(0x0f, 0xaa), POKE_WHY_VIRTUALIZATION },		/* rsm */
	{ CODE(0x0f, 0x37), POKE_WHY_VIRTUALIZATION },		/* getsec */
	{ CODE(0xc7, 0xf8, 0, 0, 0, 0), POKE_WHY_TRANSACTION },	/* xbegin */
	{ CODE(0xc6, 0xf8, 0x00), POKE_WHY_TRANSACTION },	/* xabort */
	{ CODE(0x0f, 0x01, 0xd5), POKE_WHY_TRANSACTION },	/* xend */
	{ CODE(0x0f, 0x01, 0xd6), POKE_WHY_TRANSACTION },	/* xtest */
	{ CODE(0xf2, 0x0f, 0x01, 0xe8), POKE_WHY_TRANSACTION },	/* xsusldtrk */
	{ CODE(0xcd, 0x80), POKE_WHY_SOFT_INTERRUPT },
	{ CODE(0xf1), POKE_WHY_SOFT_INTERRUPT },
	{ CODE(0xf3, 0xa4), POKE_WHY_REPEAT },			/* rep movsb */
	{ CODE(0xf3, 0x48, 0xab), POKE_WHY_REPEAT },		/* rep stosq */
	{ CODE(0xf2, 0xae), POKE_WHY_REPEAT },			/* repne scasb */
	{ CODE(0xf3, 0xa6), POKE_WHY_REPEAT },			/* repe cmpsb */
	{ CODE(0xf3, 0x6c), POKE_WHY_REPEAT },			/* rep insb */
	{ CODE(0xf3, 0x6e), POKE_WHY_REPEAT },			/* rep outsb */
	{ CODE(0xf3, 0x0f, 0xa7, 0xc8), POKE_WHY_REPEAT },	/* PadLock */
	{ CODE(0x66, 0xe9, 0, 0, 0, 0), POKE_WHY_BRANCH_FORM },
	{ CODE(0x66, 0xff, 0xe0), POKE_WHY_BRANCH_FORM },
	{ CODE(0x66, 0xc3), POKE_WHY_BRANCH_FORM },
	{ CODE(0xf3, 0xe8, 0, 0, 0, 0), POKE_WHY_BRANCH_FORM },
	{ CODE(0xf0, 0xeb, 0x00), POKE_WHY_BRANCH_FORM },
	{ CODE(0x65, 0x74, 0x00), POKE_WHY_BRANCH_FORM },
	{ CODE(0x67, 0xff, 0x20), POKE_WHY_BRANCH_FORM },
	{ CODE(0x65, 0xff, 0x14, 0x25, 0, 0, 0, 0), POKE_WHY_SEGMENT_BRANCH },
	{ CODE(0x64, 0xff, 0x20), POKE_WHY_SEGMENT_BRANCH },
	{ CODE(0x67, 0x8b, 0x05, 0, 0, 0, 0), POKE_WHY_ADDR32_RIP },
};

/* Neighbours of what is refused, and what only looks like it. */
static const struct example accepted[] = {
	{ CODE(0x90), POKE_INSN_NOP },
	{ CODE(0x66, 0x90), POKE_INSN_NOP },
	{ CODE(0x48, 0x90), POKE_INSN_NOP },
	{ CODE(0x41, 0x90), POKE_INSN_COPY },			/* xchg r8d,eax */
	{ CODE(0xf3, 0x90), POKE_INSN_COPY },			/* pause */
	{ CODE(0x0f, 0x1f, 0x44, 0x00, 0x00), POKE_INSN_NOP },
	{ CODE(0xf0, 0x0f, 0x1f, 0x00), POKE_INSN_COPY },	/* #UD */
	{ CODE(0xf3, 0x48, 0x0f, 0x1e, 0xc8), POKE_INSN_COPY },	/* rdssp */
	{ CODE(0x0f, 0x1e, 0xfa), POKE_INSN_COPY },		/* hint */
	{ CODE(0xb8, 1, 2, 3, 4), POKE_INSN_COPY },
	{ CODE(0x31, 0xc0), POKE_INSN_COPY },
	{ CODE(0xf3, 0xc3), POKE_INSN_RET },
	{ CODE(0xf2, 0xe8, 0, 0, 0, 0), POKE_INSN_CALL },	/* bnd call */
	{ CODE(0x67, 0xe8, 0, 0, 0, 0), POKE_INSN_CALL },	/* made by ld */
	{ CODE(0x2e, 0x0f, 0x84, 0, 0, 0, 0), POKE_INSN_JCC },
	{ CODE(0x3e, 0xff, 0xe0), POKE_INSN_JMP_IND },		/* notrack */
	{ CODE(0x41, 0xff, 0xd3), POKE_INSN_CALL_IND },
	{ CODE(0xff, 0x30), POKE_INSN_COPY },			/* push mem */
	{ CODE(0xff, 0x00), POKE_INSN_COPY },			/* inc mem */
	{ CODE(0xa4), POKE_INSN_COPY },				/* movsb */
	{ CODE(0xf3, 0x0f, 0xb8, 0xc0), POKE_INSN_COPY },	/* popcnt */
	{ CODE(0x8c, 0xd8), POKE_INSN_COPY },			/* mov from ds */
	{ CODE(0x0f, 0xa0), POKE_INSN_COPY },			/* push fs */
	{ CODE(0x0f, 0x20, 0xd8), POKE_INSN_COPY },		/* mov from cr3 */
	{ CODE(0x0f, 0x21, 0xf8), POKE_INSN_COPY },		/* mov from dr7 */
	{ CODE(0x0f, 0x32), POKE_INSN_COPY },			/* rdmsr */
	{ CODE(0x0f, 0x00, 0x28), POKE_INSN_COPY },		/* verw */
	{ CODE(0x0f, 0x01, 0x00), POKE_INSN_COPY },		/* sgdt */
	{ CODE(0x0f, 0x01, 0x38), POKE_INSN_COPY },		/* invlpg */
	{ CODE(0x0f, 0x01, 0xe0), POKE_INSN_COPY },		/* smsw */
	{ CODE(0x0f, 0x01, 0xd0), POKE_INSN_COPY },		/* xgetbv */
	{ CODE(0x0f, 0x01, 0xf9), POKE_INSN_COPY },		/* rdtscp */
	{ CODE(0x0f, 0x01, 0xe8), POKE_INSN_COPY },		/* serialize */
	{ CODE(0x0f, 0xae, 0xf0), POKE_INSN_COPY },		/* mfence */
	{ CODE(0xf3, 0x0f, 0xae, 0xc0), POKE_INSN_COPY },	/* rdfsbase */
	{ CODE(0x0f, 0xc7, 0xf0), POKE_INSN_COPY },		/* rdrand */
	{ CODE(0xf0, 0x0f, 0xc7, 0x08), POKE_INSN_COPY },	/* cmpxchg8b */
	{ CODE(0x66, 0x0f, 0x38, 0x82, 0x00), POKE_INSN_COPY },	/* invpcid */
	{ CODE(0xf3, 0x0f, 0x38, 0xf8, 0x08), POKE_INSN_COPY },	/* enqcmds */
	{ CODE(0xc7, 0xc0, 0, 0, 0, 0), POKE_INSN_COPY },
	{ CODE(0xc4, 0xe2, 0x78, 0xf3, 0xc8), POKE_INSN_COPY },	/* blsr */
	{ CODE(0xc5, 0xfb, 0xf0, 0x00), POKE_INSN_COPY },	/* vlddqu */
	{ CODE(0x65, 0x48, 0x8b, 0x05, 0, 0, 0, 0), POKE_INSN_COPY },
};

static void test_refused(void)
{
	struct unit_test t = { .name = "build: what is refused, and why" };
	struct poke_insn pi;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct example *ex = &refused[i];
		enum poke_why why = poke_insn_decode(&pi, ex->bytes, ex->size);

		if (!unit_check(&t, why == ex->result && !pi.kind,
				"%d instead of %d", why, ex->result))
			unit_hex(&t, "bytes", ex->bytes, ex->size);
	}
	unit_done(&t);
}

static void test_accepted(void)
{
	struct unit_test t = { .name = "build: what is accepted" };
	struct poke_insn pi;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(accepted); i++) {
		const struct example *ex = &accepted[i];
		enum poke_why why = poke_insn_decode(&pi, ex->bytes,
						     sizeof(ex->bytes));

		if (!unit_check(&t, !why && pi.kind == ex->result &&
				pi.len == ex->size, "verdict %d, kind %d, length %d",
				why, pi.kind, pi.len))
			unit_hex(&t, "bytes", ex->bytes, ex->size);
	}
	unit_done(&t);
}

/* Every reason is an errno and a sentence that names cause and cure. */
static void test_reasons(void)
{
	struct unit_test t = { .name = "build: reasons" };
	int why;

	for (why = 1; why < POKE_WHY_COUNT; why++) {
		const char *text = poke_why_text(why);

		unit_check(&t, poke_why_errno(why) < 0 && text, "reason %d", why);
		unit_check(&t, text && (strstr(text, "; ") || strstr(text, ", ")),
			   "reason %d: \"%s\" names no cure", why, text);
	}
	unit_check(&t, !poke_why_errno(POKE_OK), "POKE_OK is an error");
	unit_check(&t, poke_why_errno(POKE_WHY_COUNT) < 0 &&
		   poke_why_text(POKE_WHY_COUNT), "out of range");
	unit_done(&t);
}

static void test_limits(void)
{
	static const u8 mov[] = { 0x48, 0x8b, 0x05, 0, 0, 0, 0 };
	static const u8 jmp[] = { 0xeb, 0x00 };
	struct unit_test t = { .name = "build: limits of a copy" };
	u8 buf[POKE_SLOT_SIZE];
	struct poke_insn pi;
	int ret;

	poke_insn_decode(&pi, mov, sizeof(mov));
	ret = poke_insn_build(&pi, ADDR, ADDR + 0x80000000, buf, sizeof(buf));
	unit_check(&t, ret == sizeof(mov), "2 GiB behind: %d", ret);
	ret = poke_insn_build(&pi, ADDR, ADDR + 0x80000001, buf, sizeof(buf));
	unit_check(&t, ret == -ERANGE, "one further: %d", ret);
	ret = poke_insn_build(&pi, ADDR, ADDR - 0x7fffffff, buf, sizeof(buf));
	unit_check(&t, ret == sizeof(mov), "2 GiB before: %d", ret);
	ret = poke_insn_build(&pi, ADDR, ADDR - 0x80000000, buf, sizeof(buf));
	unit_check(&t, ret == -ERANGE, "one further: %d", ret);
	ret = poke_insn_build(&pi, ADDR, ADDR, buf, sizeof(mov));
	unit_check(&t, ret == -ENOSPC, "no room for the INT3: %d", ret);
	ret = poke_insn_build(&pi, ADDR, ADDR, buf, sizeof(mov) + 1);
	unit_check(&t, ret == sizeof(mov) && buf[sizeof(mov)] == POKE_INT3,
		   "just enough room: %d", ret);
	poke_insn_decode(&pi, jmp, sizeof(jmp));
	ret = poke_insn_build(&pi, ADDR, ADDR, buf, sizeof(buf));
	unit_check(&t, ret == -EINVAL, "a branch is no copy: %d", ret);
	unit_check(&t, poke_insn_decode(&pi, jmp, 0) == POKE_WHY_UNDECODABLE,
		   "nothing to decode");
	unit_done(&t);
}

static const cs_insn *disassemble(const u8 *bytes, size_t size, u64 addr)
{
	static cs_insn *ci;

	if (!ci)
		ci = cs_malloc(decoder);
	return cs_disasm_iter(decoder, &bytes, &size, &addr, ci) ? ci : NULL;
}

static void test_nops(void)
{
	struct unit_test t = { .name = "build: NOPs" };
	u8 buf[POKE_INSN_MAX];
	unsigned int len;

	for (len = 1; len <= POKE_INSN_MAX; len++) {
		const cs_insn *ci;

		memset(buf, POKE_INT3, sizeof(buf));
		unit_check(&t, !poke_insn_nop(buf, len), "length %u", len);
		ci = disassemble(buf, sizeof(buf), ADDR);
		unit_check(&t, ci && ci->size == len && ci->id == X86_INS_NOP,
			   "length %u: %s", len, ci ? ci->mnemonic : "(bad)");
	}
	unit_check(&t, poke_insn_nop(buf, 0) == -EINVAL, "length 0");
	unit_check(&t, poke_insn_nop(buf, 16) == -EINVAL, "length 16");
	unit_done(&t);
}

static void check_branch(struct unit_test *t, u8 opcode, unsigned int len,
			 long distance)
{
	u8 buf[POKE_INSN_MAX];
	u64 to = ADDR + distance;
	int ret = poke_insn_branch(buf, opcode, ADDR, to, len);
	const cs_insn *ci = ret ? NULL : disassemble(buf, len, ADDR);

	unit_check(t, ci && ci->size == len &&
		   ci->id == (opcode == 0xe8 ? X86_INS_CALL : X86_INS_JMP) &&
		   (u64)ci->detail->x86.operands[0].imm == to,
		   "%02x, length %u, %lx: %d", opcode, len, distance, ret);
}

static void test_branches(void)
{
	struct unit_test t = { .name = "build: calls and jumps" };
	static const long distances[] = {
		0, 5, -1, 0x1000, -0x7ffffff0, 0x7fffffff, 0x80000004
	};
	u8 buf[POKE_INSN_MAX];
	unsigned int len, i;

	for (len = 5; len <= POKE_INSN_MAX; len++)
		for (i = 0; i < ARRAY_SIZE(distances); i++) {
			check_branch(&t, 0xe8, len, distances[i]);
			check_branch(&t, 0xe9, len, distances[i]);
		}
	unit_check(&t, poke_insn_branch(buf, 0xe8, ADDR, ADDR + 0x80000005, 5) ==
		   -ERANGE, "too far");
	unit_check(&t, poke_insn_branch(buf, 0xe8, ADDR, ADDR - 0x7ffffffc, 5) ==
		   -ERANGE, "too far back");
	unit_check(&t, poke_insn_branch(buf, 0xe9, ADDR, ADDR, 4) == -EINVAL,
		   "too short");
	unit_check(&t, poke_insn_branch(buf, 0xe9, ADDR, ADDR, 16) == -EINVAL,
		   "too long");
	unit_check(&t, poke_insn_branch(buf, 0xeb, ADDR, ADDR, 5) == -EINVAL,
		   "other opcode");
	unit_done(&t);
}

struct pad_example {
	u8 bytes[POKE_INSN_MAX];
	u8 size;
};

static const struct pad_example to_pad[] = {
	{ CODE(0x31, 0xc0) },
	{ CODE(0xb8, 0x78, 0x56, 0x34, 0x12) },
	{ CODE(0x48, 0x8b, 0x05, 0x10, 0x20, 0x30, 0x00) },
	{ CODE(0xc7, 0x05, 0x10, 0x20, 0x30, 0x00, 1, 2, 3, 4) },
	{ CODE(0x65, 0x48, 0x8b, 0x05, 0x10, 0x20, 0x30, 0x00) },
	{ CODE(0x65, 0x48, 0x8b, 0x04, 0x25, 0x10, 0x20, 0x30, 0x00) },
	{ CODE(0xe8, 0x78, 0x56, 0x34, 0x12) },
	{ CODE(0xe9, 0x78, 0x56, 0x34, 0x12) },
	{ CODE(0xeb, 0x40) },
	{ CODE(0x74, 0xc0) },
	{ CODE(0x0f, 0x84, 0x78, 0x56, 0x34, 0x12) },
	{ CODE(0xe2, 0x10) },
	{ CODE(0xc3) },
	{ CODE(0xff, 0xe0) },
	{ CODE(0xff, 0x15, 0x10, 0x20, 0x30, 0x00) },
	{ CODE(0xf0, 0x0f, 0xb1, 0x0f) },
	{ CODE(0xf3, 0x0f, 0xb8, 0xc0) },
	{ CODE(0xc5, 0xf9, 0x6f, 0x05, 0x10, 0x20, 0x30, 0x00) },
};

/* Absolute address that the instruction mentions, or 0. */
static u64 mentioned(const cs_insn *ci)
{
	const cs_x86 *x = &ci->detail->x86;
	int i;

	for (i = 0; i < x->op_count; i++) {
		if (x->operands[i].type == X86_OP_MEM &&
		    x->operands[i].mem.base == X86_REG_RIP)
			return ci->address + ci->size + x->operands[i].mem.disp;
		if (x->operands[i].type == X86_OP_IMM)
			return x->operands[i].imm;
	}
	return 0;
}

static void check_pad(struct unit_test *t, const struct pad_example *ex,
		      unsigned int len)
{
	const cs_insn *ci = disassemble(ex->bytes, ex->size, ADDR);
	unsigned int id = ci->id;
	u64 address = mentioned(ci);
	u8 buf[POKE_INSN_MAX];
	struct poke_insn pi;
	int ret = poke_insn_pad(buf, ex->bytes, ex->size, len);
	bool good;

	ci = ret ? NULL : disassemble(buf, len, ADDR);
	good = ci && ci->size == len && ci->id == id && mentioned(ci) == address;
	good = good && !poke_insn_decode(&pi, buf, len) && pi.len == len;
	if (!unit_check(t, good, "length %u: %d, %lx instead of %lx", len, ret,
			ci ? (unsigned long)mentioned(ci) : 0,
			(unsigned long)address))
		unit_hex(t, "bytes", ex->bytes, ex->size);
}

static void test_padding(void)
{
	static const u8 nop = 0x90, two[] = { 0x90, 0x90 };
	static const u8 loop[] = { 0xe2, 0x80 }, int3 = 0xcc;
	struct unit_test t = { .name = "build: padding" };
	u8 buf[POKE_INSN_MAX], want[POKE_INSN_MAX];
	unsigned int i, len;

	for (i = 0; i < ARRAY_SIZE(to_pad); i++)
		for (len = to_pad[i].size; len <= POKE_INSN_MAX; len++)
			check_pad(&t, &to_pad[i], len);
	poke_insn_nop(want, 7);
	unit_check(&t, !poke_insn_pad(buf, &nop, 1, 7) && !memcmp(buf, want, 7),
		   "a NOP becomes the NOP of that length");
	unit_check(&t, poke_insn_pad(buf, two, 2, 4) == -EINVAL, "two at once");
	unit_check(&t, poke_insn_pad(buf, loop, 2, 3) == -ERANGE,
		   "a byte of displacement has an end");
	unit_check(&t, !poke_insn_pad(buf, loop, 2, 2), "as long as it is");
	unit_check(&t, poke_insn_pad(buf, loop, 2, 1) == -EINVAL, "shorter");
	unit_check(&t, poke_insn_pad(buf, loop, 2, 16) == -EINVAL, "too long");
	unit_check(&t, poke_insn_pad(buf, &int3, 1, 2) == -EINVAL, "refused");
	unit_done(&t);
}

int main(void)
{
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &decoder) != CS_ERR_OK ||
	    cs_option(decoder, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK)
		return 2;
	test_refused();
	test_accepted();
	test_reasons();
	test_limits();
	test_nops();
	test_branches();
	test_padding();
	return unit_failures != 0;
}
