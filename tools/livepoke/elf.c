// SPDX-License-Identifier: GPL-2.0
/*
 * What a patch declares, read from its file.
 *
 * A struct lp_patch begins with THIS_MODULE, so a relocation against
 * __this_module is where one may be; it is one if an array of objects with
 * arrays of functions hangs on it. A patch that is put together at run time
 * cannot be read this way.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <livepoke/livepatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "elf.h"
#include "msg.h"
#include "text.h"

#define LP_MOST		4096	/* objects or functions of one array */

/* A place in a section */
struct lp_place {
	size_t section;
	GElf_Addr offset;
};

/* A pointer that the module loader fills in */
struct lp_pointer {
	struct lp_place at;
	struct lp_place to;
	bool this_module;
};

struct lp_elf {
	Elf *elf;
	struct lp_pointer *pointer;
	size_t count;
};

static Elf_Data *lp_data(Elf *elf, size_t section)
{
	Elf_Scn *scn = elf_getscn(elf, section);

	return scn ? elf_getdata(scn, NULL) : NULL;
}

static int lp_compare_pointers(const void *a, const void *b)
{
	const struct lp_pointer *x = a, *y = b;

	if (x->at.section != y->at.section)
		return x->at.section < y->at.section ? -1 : 1;
	return x->at.offset < y->at.offset ? -1 : x->at.offset > y->at.offset;
}

static void lp_add_pointer(struct lp_elf *e, const GElf_Shdr *shdr,
			   const GElf_Rela *rela, Elf_Data *symbols)
{
	struct lp_pointer pointer = {
		.at = { shdr->sh_info, rela->r_offset },
	};
	GElf_Shdr symtab;
	GElf_Sym sym;
	const char *name;

	if (!gelf_getsym(symbols, GELF_R_SYM(rela->r_info), &sym) ||
	    !gelf_getshdr(elf_getscn(e->elf, shdr->sh_link), &symtab))
		return;
	name = elf_strptr(e->elf, symtab.sh_link, sym.st_name);
	pointer.this_module = name && !strcmp(name, "__this_module");
	pointer.to.section = sym.st_shndx;
	pointer.to.offset = sym.st_value + rela->r_addend;
	e->pointer = reallocarray(e->pointer, e->count + 1, sizeof(pointer));
	if (!e->pointer)
		lp_out_of_memory();
	e->pointer[e->count++] = pointer;
}

/* Only data can hold a patch. */
static bool lp_holds_data(struct lp_elf *e, size_t section)
{
	Elf_Scn *scn = elf_getscn(e->elf, section);
	size_t names;
	GElf_Shdr shdr;
	const char *name;

	if (!scn || !gelf_getshdr(scn, &shdr) || elf_getshdrstrndx(e->elf, &names))
		return false;
	name = elf_strptr(e->elf, names, shdr.sh_name);
	return (shdr.sh_flags & SHF_ALLOC) && !(shdr.sh_flags & SHF_EXECINSTR) &&
	       name && strcmp(name, ".gnu.linkonce.this_module");
}

static void lp_read_relocations(struct lp_elf *e, Elf_Scn *scn, const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	Elf_Data *symbols = lp_data(e->elf, shdr->sh_link);
	GElf_Rela rela;
	size_t i;

	if (!data || !symbols || !shdr->sh_entsize ||
	    !lp_holds_data(e, shdr->sh_info))
		return;
	for (i = 0; i < shdr->sh_size / shdr->sh_entsize; i++) {
		if (gelf_getrela(data, i, &rela) &&
		    GELF_R_TYPE(rela.r_info) == R_X86_64_64)
			lp_add_pointer(e, shdr, &rela, symbols);
	}
}

static void lp_read_pointers(struct lp_elf *e)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;

	while ((scn = elf_nextscn(e->elf, scn))) {
		if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_RELA)
			lp_read_relocations(e, scn, &shdr);
	}
	if (e->count)
		qsort(e->pointer, e->count, sizeof(*e->pointer), lp_compare_pointers);
}

/* Where the pointer at a place points to; NULL if there is a NULL */
static const struct lp_place *lp_follow(const struct lp_elf *e,
					struct lp_place at, size_t offset)
{
	const struct lp_pointer key = { .at = { at.section, at.offset + offset } };
	const struct lp_pointer *pointer;

	if (!e->count)
		return NULL;
	pointer = bsearch(&key, e->pointer, e->count, sizeof(key), lp_compare_pointers);
	return pointer ? &pointer->to : NULL;
}

static char *lp_text_at(const struct lp_elf *e, const struct lp_place *place)
{
	Elf_Data *data = place ? lp_data(e->elf, place->section) : NULL;
	const char *text;

	if (!data || !data->d_buf || place->offset >= data->d_size)
		return NULL;
	text = (const char *)data->d_buf + place->offset;
	if (!memchr(text, '\0', data->d_size - place->offset))
		return NULL;
	return lp_copy(text);
}

static unsigned long lp_number_at(const struct lp_elf *e, struct lp_place at,
				  size_t offset)
{
	Elf_Data *data = lp_data(e->elf, at.section);
	unsigned long value = 0;

	at.offset += offset;
	if (data && data->d_buf && at.offset <= data->d_size &&
	    data->d_size - at.offset >= sizeof(value))
		memcpy(&value, (const char *)data->d_buf + at.offset, sizeof(value));
	return value;
}

static void lp_declare(struct lp_declarations *declared, struct lp_declared one)
{
	declared->item = reallocarray(declared->item, declared->count + 1, sizeof(one));
	if (!declared->item)
		lp_out_of_memory();
	declared->item[declared->count++] = one;
}

static void lp_read_object(const struct lp_elf *e, struct lp_place object,
			   struct lp_place func, struct lp_declarations *declared)
{
	struct lp_declared one;
	char *name;
	int i;

	for (i = 0; i < LP_MOST; i++, func.offset += sizeof(struct lp_func)) {
		name = lp_text_at(e, lp_follow(e, func, offsetof(struct lp_func, old_name)));
		if (!name)
			return;
		one.used = false;
		one.function = name;
		one.object = lp_text_at(e, lp_follow(e, object, offsetof(struct lp_object, name)));
		one.sympos = lp_number_at(e, func, offsetof(struct lp_func, old_sympos));
		lp_declare(declared, one);
	}
}

static void lp_read_symbols(const struct lp_elf *e, struct lp_place symbol,
			    struct lp_declarations *declared)
{
	struct lp_declared one = { .used = true };
	int i;

	for (i = 0; i < LP_MOST; i++, symbol.offset += sizeof(struct lp_symbol)) {
		one.function = lp_text_at(e, lp_follow(e, symbol, offsetof(struct lp_symbol, name)));
		if (!one.function)
			return;
		if (!*one.function) {
			free(one.function);
			return;
		}
		one.object = lp_text_at(e, lp_follow(e, symbol, offsetof(struct lp_symbol, object)));
		one.sympos = lp_number_at(e, symbol, offsetof(struct lp_symbol, sympos));
		lp_declare(declared, one);
	}
}

static void lp_read_one_patch(const struct lp_elf *e, struct lp_place patch,
			      struct lp_declarations *declared)
{
	const struct lp_place *objs, *funcs, *symbols;
	struct lp_place object;
	int i;

	objs = lp_follow(e, patch, offsetof(struct lp_patch, objs));
	if (!objs)
		return;
	symbols = lp_follow(e, patch, offsetof(struct lp_patch, symbols));
	if (symbols && lp_follow(e, *objs, offsetof(struct lp_object, funcs)))
		lp_read_symbols(e, *symbols, declared);
	object = *objs;
	for (i = 0; i < LP_MOST; i++, object.offset += sizeof(struct lp_object)) {
		funcs = lp_follow(e, object, offsetof(struct lp_object, funcs));
		if (!funcs)
			return;
		lp_read_object(e, object, *funcs, declared);
	}
}

static void lp_read_section(struct lp_declarations *declared, const char *name,
			    Elf_Data *data)
{
	struct lp_built built;

	if (!strncmp(name, ".klp.rela.", 10) && !declared->foreign)
		declared->foreign = lp_copy(name);
	if (strcmp(name, LP_BUILT_SECTION) || !data || !data->d_buf ||
	    data->d_size < sizeof(built))
		return;
	memcpy(&built, data->d_buf, sizeof(built));
	if (built.magic == LP_BUILT_MAGIC)
		declared->abi = built.abi;
}

/* What the sections tell by their names, and the note about the ABI */
static void lp_read_sections(const struct lp_elf *e, struct lp_declarations *declared)
{
	Elf_Scn *scn = NULL;
	const char *name;
	GElf_Shdr shdr;
	size_t names;

	if (elf_getshdrstrndx(e->elf, &names))
		return;
	while ((scn = elf_nextscn(e->elf, scn))) {
		if (!gelf_getshdr(scn, &shdr))
			continue;
		name = elf_strptr(e->elf, names, shdr.sh_name);
		if (name)
			lp_read_section(declared, name, elf_getdata(scn, NULL));
	}
}

static void lp_read_all_patches(const struct lp_elf *e, struct lp_declarations *declared)
{
	size_t i;

	for (i = 0; i < e->count; i++) {
		if (e->pointer[i].this_module)
			lp_read_one_patch(e, e->pointer[i].at, declared);
	}
}

/**
 * lp_read_declarations() - find what a patch declares
 * @file:	the module
 * @declared:	receives it; give it to lp_free_declarations() in any case
 *
 * Return: 0 or a negative errno.
 */
int lp_read_declarations(const char *file, struct lp_declarations *declared)
{
	struct lp_elf e = { 0 };
	int fd, ret = 0;

	memset(declared, 0, sizeof(*declared));
	declared->known_abi = LP_LIVEPATCH_ABI;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	elf_version(EV_CURRENT);
	e.elf = elf_begin(fd, ELF_C_READ, NULL);
	if (e.elf && elf_kind(e.elf) == ELF_K_ELF) {
		lp_read_sections(&e, declared);
		lp_read_pointers(&e);
		/* Of another ABI the structures are not known. */
		if (!declared->abi || declared->abi == LP_LIVEPATCH_ABI)
			lp_read_all_patches(&e, declared);
	} else {
		ret = -ENOEXEC;
	}
	free(e.pointer);
	elf_end(e.elf);
	close(fd);
	return ret;
}

void lp_free_declarations(struct lp_declarations *declared)
{
	while (declared->count) {
		struct lp_declared *one = &declared->item[--declared->count];

		free(one->object);
		free(one->function);
	}
	free(declared->item);
	free(declared->foreign);
}

/* Not a packed one */
bool lp_is_elf(const char *file)
{
	FILE *stream = fopen(file, "re");
	char magic[SELFMAG];
	bool elf = stream && fread(magic, SELFMAG, 1, stream) == 1 &&
		   !memcmp(magic, ELFMAG, SELFMAG);

	if (stream)
		fclose(stream);
	return elf;
}
