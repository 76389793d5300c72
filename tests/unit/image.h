/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The executable sections of a kernel image.
 */
#ifndef _LIVEPOKE_UNIT_IMAGE_H
#define _LIVEPOKE_UNIT_IMAGE_H

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct text {
	const char *name;
	const unsigned char *bytes;
	unsigned long addr;
	unsigned long size;
};

static inline const unsigned char *image_map(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	void *map;

	if (fd < 0 || fstat(fd, &st)) {
		perror(path);
		exit(2);
	}
	map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED || memcmp(map, ELFMAG, SELFMAG)) {
		fprintf(stderr, "%s: no ELF file\n", path);
		exit(2);
	}
	return map;
}

/* Fills texts[], returns how many there are. */
static inline int image_texts(const char *path, struct text *texts, int max)
{
	const unsigned char *file = image_map(path);
	const Elf64_Ehdr *eh = (const void *)file;
	const Elf64_Shdr *sh = (const void *)(file + eh->e_shoff);
	const char *names = (const char *)file + sh[eh->e_shstrndx].sh_offset;
	int i, n = 0;

	for (i = 0; i < eh->e_shnum && n < max; i++) {
		if (sh[i].sh_type != SHT_PROGBITS ||
		    !(sh[i].sh_flags & SHF_EXECINSTR))
			continue;
		texts[n++] = (struct text) {
			.name = names + sh[i].sh_name,
			.bytes = file + sh[i].sh_offset,
			.addr = sh[i].sh_addr,
			.size = sh[i].sh_size,
		};
	}
	return n;
}

#endif /* _LIVEPOKE_UNIT_IMAGE_H */
