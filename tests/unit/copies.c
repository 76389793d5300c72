// SPDX-License-Identifier: GPL-2.0
/*
 * Out-of-line copies against the original, both executed by the processor.
 *
 *	copies VMLINUX COUNT
 *
 * Takes COUNT instructions of a kernel image, aims RIP-relative ones at
 * memory of ours, and executes each in its place and in a slot, from the same
 * registers and memory. Outcome, faults included, must be the same.
 */
#include <signal.h>
#include "image.h"
#include "native.h"

#define SITE	(NATIVE_CODE + 0x10000)
#define SLOT	(NATIVE_SLOT + 0x800)

static struct unit_test same = { .name = "copies: same outcome in a slot" };
static struct unit_test relative = { .name = "copies: same outcome, RIP-relative" };
static struct unit_test padded = { .name = "copies: same outcome with padding" };
static struct unit_test stays = { .name = "copies: what differs, differs again" };
static unsigned long faults, once;
static u8 before[NATIVE_DATA_SIZE], there[NATIVE_DATA_SIZE];

/* Most are pointers into the data, so that operands work; the rest is small. */
static void random_state(struct pt_regs *regs)
{
	unsigned long *words = (unsigned long *)regs;
	unsigned int i;

	for (i = 0; i < sizeof(*regs) / sizeof(*words); i++)
		words[i] = unit_below(4) ? NATIVE_DATA + 0x4000 + unit_below(0x8000) :
					   unit_below(0x100);
	regs->sp = NATIVE_DATA + 0x4000 + unit_below(0x8000);
	regs->flags = unit_random() & NATIVE_FLAGS;
}

static void random_data(void)
{
	u64 *word = (u64 *)before;
	unsigned int i;

	for (i = 0; i < sizeof(before) / sizeof(*word); i++)
		word[i] = unit_random();
}

/*
 * Instructions whose outcome is never the same twice, and FS-based ones: FS
 * is the C library's.
 */
static bool comparable(const struct poke_insn *pi)
{
	static const u8 fickle[] = { 0x31, 0x32, 0x33, 0xc7, 0x01, 0xa2 };
	unsigned int i = 0;

	while (i < pi->len && strchr("\x26\x2e\x36\x3e\x65\x66\x67\xf0\xf2\xf3",
				     pi->bytes[i]) && pi->bytes[i])
		i++;
	if (pi->bytes[i] == 0x64)
		return false;
	if ((pi->bytes[i] & 0xf0) == 0x40)
		i++;
	return pi->bytes[i] != 0x0f ||
	       !memchr(fickle, pi->bytes[i + 1], sizeof(fickle));
}

/* Lets a RIP-relative operand name some of our data. */
static void aim(u8 *bytes, const struct poke_insn *pi)
{
	s32 disp = NATIVE_DATA + 0x2000 + unit_below(0xc000) - (SITE + pi->len);

	if (pi->disp_off)
		memcpy(bytes + pi->disp_off, &disp, sizeof(disp));
}

static void put(unsigned long addr, const u8 *bytes, unsigned int len)
{
	memset((void *)addr, POKE_INT3, 2 * POKE_INSN_MAX);
	memcpy((void *)addr, bytes, len);
}

static void execute(unsigned long addr, const struct pt_regs *regs,
		    struct native_outcome *out)
{
	struct pt_regs start = *regs;

	start.ip = addr;
	memcpy((void *)NATIVE_DATA, before, sizeof(before));
	native_run(&start, out);
	/* where in the instruction, not where in memory */
	out->regs.ip -= addr;
}

/* An instruction at SITE and what is to have the same outcome elsewhere. */
struct pair {
	const u8 *bytes, *other;
	unsigned int len, other_len;
	unsigned long other_at;
	struct native_outcome original, copy;
};

static bool run_pair(struct pair *p, const struct pt_regs *regs)
{
	put(SITE, p->bytes, p->len);
	execute(SITE, regs, &p->original);
	memcpy(there, (void *)NATIVE_DATA, sizeof(there));
	put(p->other_at, p->other, p->other_len);
	execute(p->other_at, regs, &p->copy);
	/* having come to the end, a longer one ends later */
	if (p->original.signal == SIGTRAP && p->original.regs.ip == p->len &&
	    p->copy.regs.ip == p->other_len)
		p->copy.regs.ip = p->len;
	return !memcmp(&p->original, &p->copy, sizeof(p->copy)) &&
	       !memcmp(there, (void *)NATIVE_DATA, sizeof(there));
}

static void show_words(struct unit_test *t, const char *what, const void *a,
		       const void *b, size_t size)
{
	const u64 *x = a, *y = b;
	size_t i;

	for (i = 0; i < size / sizeof(*x); i++)
		if (x[i] != y[i])
			unit_say(t, "#   %s, word %zu: %llx, other %llx\n", what,
				 i, (unsigned long long)x[i],
				 (unsigned long long)y[i]);
}

static void show_pair(struct unit_test *t, const struct pair *p)
{
	unit_hex(t, "bytes", p->bytes, p->len);
	unit_hex(t, "other", p->other, p->other_len);
	show_words(t, "registers", &p->original.regs, &p->copy.regs,
		   sizeof(p->copy.regs));
	show_words(t, "XMM", p->original.xmm, p->copy.xmm, sizeof(p->copy.xmm));
	show_words(t, "memory", there, (void *)NATIVE_DATA, sizeof(there));
}

/*
 * What a copy does depends on registers and memory alone, so a wrong one is
 * wrong each time. What happens once has come from outside: it is a skip that
 * "make check" prints, and twice a failure.
 */
static bool only_once(struct pair *p, const struct pt_regs *regs)
{
	return run_pair(p, regs) && run_pair(p, regs) && run_pair(p, regs);
}

static void compare(struct unit_test *t, const u8 *bytes, unsigned int len,
		    const u8 *other, unsigned int other_len,
		    unsigned long other_at)
{
	struct pair p = {
		.bytes = bytes, .len = len,
		.other = other, .other_len = other_len, .other_at = other_at
	};
	struct pt_regs regs;
	bool good;

	random_state(&regs);
	good = run_pair(&p, &regs);
	faults += p.original.signal != SIGTRAP;
	if (!good) {
		show_pair(t, &p);
		good = only_once(&p, &regs);
		once += good;
	}
	unit_check(t, good, "each time: signals %d %d, ip %ld %ld, fault %lx %lx",
		   p.original.signal, p.copy.signal, p.original.regs.ip,
		   p.copy.regs.ip, p.original.fault, p.copy.fault);
}

static void check_padding(const u8 *bytes, const struct poke_insn *pi)
{
	u8 buf[POKE_INSN_MAX];
	unsigned int len = pi->len + 1 + unit_below(3);
	struct poke_insn again;

	/* the decoder takes four different prefixes, and some are there */
	if (len > POKE_INSN_MAX || poke_insn_pad(buf, bytes, pi->len, len) ||
	    poke_insn_decode(&again, buf, len))
		return;
	compare(&padded, bytes, pi->len, buf, len, SITE);
}

static void check(const u8 *code, unsigned int size)
{
	u8 bytes[POKE_INSN_MAX], buf[POKE_SLOT_SIZE];
	struct poke_insn pi;
	int len;

	if (poke_insn_decode(&pi, code, size) || !poke_insn_is_copy(&pi) ||
	    !comparable(&pi))
		return;
	memcpy(bytes, pi.bytes, pi.len);
	aim(bytes, &pi);
	poke_insn_decode(&pi, bytes, pi.len);
	len = poke_insn_build(&pi, SITE, SLOT, buf, sizeof(buf));
	if (unit_check(&same, len == pi.len, "no copy: %d", len))
		compare(pi.disp_off ? &relative : &same, bytes, pi.len, buf,
			len, SLOT);
	check_padding(bytes, &pi);
}

/* Every so manieth instruction, counted so that COUNT are taken. */
static void walk(const struct text *text, unsigned long every)
{
	unsigned long at = 0, n = 0;
	struct poke_insn pi;

	while (at < text->size) {
		poke_insn_decode(&pi, text->bytes + at, text->size - at);
		if (!pi.len)
			return;
		if (n++ % every == 0)
			check(text->bytes + at, text->size - at);
		at += pi.len;
	}
}

int main(int argc, char **argv)
{
	struct text texts[16];
	unsigned long count;

	if (argc != 3)
		return 2;
	count = strtoul(argv[2], NULL, 0);
	image_texts(argv[1], texts, ARRAY_SIZE(texts));
	native_init();
	random_data();
	/* of a kernel's text one byte in eight begins a COPY, or so */
	walk(&texts[0], texts[0].size / 8 / count + 1);
	printf("# copies: %lu of them fault, %lu differed once\n", faults, once);
	if (once == 1)
		stays.name = "copies: what differs, differs again # SKIP one pair did not, see above";
	unit_check(&stays, once <= 1, "%lu pairs did not: too many for chance", once);
	unit_done(&same);
	unit_done(&relative);
	unit_done(&padded);
	unit_done(&stays);
	return unit_failures != 0;
}
