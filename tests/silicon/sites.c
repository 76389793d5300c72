// SPDX-License-Identifier: GPL-2.0
/*
 * Sites and slots: memory that is mapped twice, to be executed and to be
 * written, as poke_text.c does it in the kernel.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>
#include "silicon.h"
#include "poke_ever.h"
#include "poke_slot.h"

#define PAGE		4096ul
#define PAGES		(PLACES + SITES + 2)
#define SLOTS		(SITES * 4)
#define SLOTS_AT	((PAGES - 1) * PAGE)
#define SLOT_STRIDE	16
#define STRIDE		128		/* between sites: lines of their own */

static u8 *text, *alias;

const char *const place_names[PLACES] = {
	[IN_8] = "inside 8 bytes", [CROSS_8] = "across 8 bytes",
	[CROSS_16] = "across 16 bytes", [CROSS_64] = "across a line",
	[CROSS_PAGE] = "across a page",
};

static const u8 insns[2][LEN] = {
	{ 0xb8, 0x11, 0x11, 0x11, 0x11 }, { 0x35, 0x22, 0x22, 0x22, 0x22 },
};

/* Which slot resumes where; rewritten for every poke. */
static struct slot {
	unsigned long resume;
	bool irqs_on;
} slots[SLOTS];

const u8 *insn_bytes(bool value)
{
	return insns[value];
}

/* Of a boundary that is crossed, i + 1 bytes of the instruction stand before it. */
static unsigned long site_offset(enum site_place place, int i)
{
	static const unsigned long boundary[PLACES] = {
		[CROSS_8] = 8, [CROSS_16] = 16, [CROSS_64] = 64,
	};
	unsigned long base = place * PAGE + (i + 1) * STRIDE;

	if (place == IN_8)
		return base + i;
	if (place == CROSS_PAGE)
		return (PLACES + i + 1) * PAGE - i - 1;
	return base + boundary[place] - i - 1;
}

site_fn site_function(enum site_place place, int i)
{
	return (site_fn)(text + site_offset(place, i) - LEN);
}

/* mov $PRESET, %eax; the site; ret */
void sites_reset(enum site_place place)
{
	static const u8 preset[LEN] = { 0xb8, 0x78, 0x56, 0x34, 0x12 };
	int i;

	for (i = 0; i < SITES; i++) {
		u8 *p = alias + site_offset(place, i);

		memcpy(p - LEN, preset, LEN);
		memcpy(p, insns[0], LEN);
		p[LEN] = 0xc3;
	}
}

int sites_map(void)
{
	int fd = memfd_create("sites", 0);

	if (fd < 0 || ftruncate(fd, PAGES * PAGE))
		return -1;
	text = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	alias = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (text == MAP_FAILED || alias == MAP_FAILED)
		return -1;
	memset(alias, POKE_INT3, PAGES * PAGE);
	return 0;
}

/*
 * Slots. The same ones serve every poke: that nobody is inside when they are
 * written again is what sync 3 has to see to.
 */

static unsigned long slot_write(int n, const u8 *insn, unsigned long resume,
				bool irqs_on)
{
	u8 *p = alias + SLOTS_AT + n * SLOT_STRIDE;

	memcpy(p, insn, LEN);
	p[LEN] = POKE_INT3;
	slots[n] = (struct slot) { .resume = resume, .irqs_on = irqs_on };
	return (unsigned long)text + SLOTS_AT + n * SLOT_STRIDE;
}

bool in_slot(unsigned long ip)
{
	return ip - (unsigned long)text - SLOTS_AT < SLOTS * SLOT_STRIDE;
}

bool poke_slot_end(struct pt_regs *regs, unsigned long addr)
{
	unsigned long off = addr - (unsigned long)text - SLOTS_AT;

	if (!in_slot(addr) || off % SLOT_STRIDE != LEN)
		return false;
	regs->ip = slots[off / SLOT_STRIDE].resume;
	if (slots[off / SLOT_STRIDE].irqs_on)
		regs->flags |= X86_EFLAGS_IF;
	return true;
}

bool poke_ever_poked(unsigned long addr)
{
	return addr - (unsigned long)text < SLOTS_AT;
}

/* The replacement of site @i, which makes it return @value. */
void site_fill(struct poke_ent *ent, enum site_place place, int i, bool value)
{
	unsigned long off = site_offset(place, i);
	int v, irqs_on;

	ent->addr = (unsigned long)text + off;
	ent->alias = alias + off;
	ent->len = LEN;
	ent->tail_differs = true;
	for (v = POKE_OLD; v <= POKE_NEW; v++) {
		const u8 *insn = insns[v == POKE_NEW ? value : !value];

		ent->insn[v].kind = POKE_INSN_COPY;
		ent->insn[v].len = LEN;
		memcpy(ent->insn[v].bytes, insn, LEN);
		for (irqs_on = 0; irqs_on < 2; irqs_on++)
			ent->slot[v][irqs_on] =
				slot_write(i * 4 + v * 2 + irqs_on, insn,
					   ent->addr + LEN, irqs_on);
	}
}
