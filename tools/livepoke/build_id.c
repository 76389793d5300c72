// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a file holds the module that is loaded, or another build of it.
 *
 * The linker's build ID tells, which the kernel keeps as a note; where it is
 * missing, or the file is packed, the checksum of the source does.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "build_id.h"
#include "file.h"
#include "module.h"

#define LP_NOTE		".note.gnu.build-id"

struct lp_note {
	unsigned char bytes[128];
	size_t size;
};

static bool lp_note_in(Elf *elf, struct lp_note *note)
{
	Elf_Scn *scn = NULL;
	const char *name;
	Elf_Data *data;
	GElf_Shdr shdr;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return false;
	while ((scn = elf_nextscn(elf, scn))) {
		name = gelf_getshdr(scn, &shdr) ?
			elf_strptr(elf, names, shdr.sh_name) : NULL;
		if (!name || strcmp(name, LP_NOTE))
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data || !data->d_buf || data->d_size > sizeof(note->bytes))
			return false;
		memcpy(note->bytes, data->d_buf, data->d_size);
		note->size = data->d_size;
		return true;
	}
	return false;
}

static bool lp_note_of_file(const char *file, struct lp_note *note)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	bool found = false;
	Elf *elf;

	if (fd < 0)
		return false;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		found = lp_note_in(elf, note);
	elf_end(elf);
	close(fd);
	return found;
}

static bool lp_note_of_module(const char *name, struct lp_note *note)
{
	char *path = lp_path("/sys/module/%s/notes/" LP_NOTE, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = -1;

	free(path);
	if (fd >= 0) {
		size = read(fd, note->bytes, sizeof(note->bytes));
		close(fd);
	}
	note->size = size;
	return size > 0;
}

static bool lp_other_source(const char *name, const char *file)
{
	char *loaded = lp_module_running_value(name, "srcversion");
	char *stored = lp_module_file_value(file, "srcversion");
	bool other = loaded && stored && strcmp(loaded, stored);

	free(stored);
	free(loaded);
	return other;
}

/**
 * lp_is_other_build() - whether a file holds another build than the loaded one
 * @name:	a loaded module
 * @file:	a file of that module
 *
 * Return: false also if nothing tells.
 */
bool lp_is_other_build(const char *name, const char *file)
{
	struct lp_note loaded, stored;

	if (lp_note_of_module(name, &loaded) && lp_note_of_file(file, &stored))
		return loaded.size != stored.size ||
		       memcmp(loaded.bytes, stored.bytes, loaded.size);
	return lp_other_source(name, file);
}
