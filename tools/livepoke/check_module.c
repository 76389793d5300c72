// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke check: is it a patch that this kernel's module loader takes?
 */
#define _GNU_SOURCE
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "build_id.h"
#include "check.h"
#include "doctor.h"
#include "file.h"
#include "kallsyms.h"
#include "module.h"
#include "system.h"
#include "text.h"

/* The running kernel's, as modules that it has loaded say; NULL if unknown */
static char *lp_kernel_vermagic(void)
{
	char *file = lp_find_module_file("livepoke"), *magic = NULL;

	if (file)
		magic = lp_module_file_value(file, "vermagic");
	free(file);
	return magic;
}

static void lp_check_vermagic(struct lp_diagnosis *d, const char *file)
{
	char *magic = lp_module_file_value(file, "vermagic");
	char *wanted = lp_kernel_vermagic();
	const char *release = lp_kernel_release();
	size_t length = magic ? strcspn(magic, " ") : 0;

	if (!magic)
		lp_find(d, LP_BAD, NULL, "it does not say for which kernel it was built");
	else if (strlen(release) != length || strncmp(magic, release, length))
		lp_find(d, LP_BAD, "build it for this kernel: livepoke build DIR",
			"built for kernel %.*s, this is %s", (int)length, magic, release);
	else if (wanted && strcmp(magic, wanted))
		lp_find(d, LP_BAD, "build it with the headers of this kernel",
			"its version magic is '%s', livepoke.ko has '%s'", magic, wanted);
	else
		lp_find(d, LP_GOOD, NULL, "built for this kernel");
	free(wanted);
	free(magic);
}

static void lp_check_licence(struct lp_diagnosis *d, const char *file)
{
	char *licence = lp_module_file_value(file, "license");

	if (!licence || !strstr(licence, "GPL"))
		lp_find(d, LP_BAD, "MODULE_LICENSE(\"GPL\")",
			"its licence is '%s': livepoke's functions are for GPL modules",
			licence ? licence : "none");
	free(licence);
}

static void lp_check_signature(struct lp_diagnosis *d, const char *file)
{
	char *path = lp_path("/sys/module/module/parameters/sig_enforce");
	char *signer = lp_module_file_value(file, "signer");
	char *enforce = lp_read_line(path), *mode = lp_lockdown();

	if (signer)
		lp_find(d, LP_GOOD, NULL, "signed by '%s'; whether the kernel trusts that only shows at load",
			signer);
	else if (strcmp(mode, "none") || (enforce && *enforce == 'Y'))
		lp_find(d, LP_BAD, "livepoke sign FILE", "not signed, and this kernel loads signed modules only");
	free(mode);
	free(enforce);
	free(signer);
	free(path);
}

/* What an installed module exports, with checksums */
static struct kmod_list *lp_symbols_of(struct kmod_ctx *ctx, const char *name)
{
	char *file = lp_find_module_file(name);
	struct kmod_module *module;
	struct kmod_list *list = NULL;

	if (file && !kmod_module_new_from_path(ctx, file, &module)) {
		kmod_module_get_symbols(module, &list);
		kmod_module_unref(module);
	}
	free(file);
	return list;
}

static void lp_check_checksum(struct lp_diagnosis *d, struct kmod_list *exported,
			      const char *name, unsigned long long crc)
{
	struct kmod_list *item;

	kmod_list_foreach(item, exported) {
		if (strcmp(kmod_module_symbol_get_symbol(item), name))
			continue;
		if (kmod_module_symbol_get_crc(item) && crc &&
		    kmod_module_symbol_get_crc(item) != crc)
			lp_find(d, LP_BAD, "build it against the installed livepoke-dkms",
				"it was built against another livepoke: checksum of %s", name);
	}
}

static bool lp_is_exported(struct kmod_list *exported, const char *name)
{
	struct kmod_list *item;

	kmod_list_foreach(item, exported) {
		if (!strcmp(kmod_module_symbol_get_symbol(item), name))
			return true;
	}
	return false;
}

/* Whether a module has a symbol that the patch depends on and brings along */
static bool lp_comes_along(struct kmod_ctx *ctx, const char *file, const char *name)
{
	char *depends = lp_module_file_value(file, "depends");
	struct lp_list needed = lp_split(depends ? depends : "", ",");
	struct kmod_list *exported;
	bool found = false;
	size_t i;

	for (i = 0; i < needed.count && !found; i++) {
		exported = lp_symbols_of(ctx, needed.item[i]);
		found = lp_is_exported(exported, name);
		kmod_module_symbols_free_list(exported);
	}
	lp_list_free(&needed);
	free(depends);
	return found;
}

static bool lp_somewhere(const struct lp_kallsyms *symbols, const char *name)
{
	return !symbols || lp_kallsyms_count_any(symbols, name);
}

static void lp_check_imports(struct lp_diagnosis *d, struct kmod_ctx *ctx,
			     const char *file, struct kmod_list *wanted)
{
	struct kmod_list *exported = lp_symbols_of(ctx, "livepoke");
	struct lp_kallsyms *symbols = lp_kallsyms_read();
	struct kmod_list *item;

	kmod_list_foreach(item, wanted) {
		const char *name = kmod_module_dependency_symbol_get_symbol(item);

		if (!lp_somewhere(symbols, name) && !lp_is_exported(exported, name) &&
		    !lp_comes_along(ctx, file, name))
			lp_find(d, LP_BAD, "use another function; modules can only use exported ones",
				"it needs %s, which this kernel does not have", name);
		lp_check_checksum(d, exported, name,
				  kmod_module_dependency_symbol_get_crc(item));
	}
	lp_kallsyms_free(symbols);
	kmod_module_symbols_free_list(exported);
}

static void lp_check_symbols(struct lp_diagnosis *d, const char *file)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_list *wanted = NULL;
	struct kmod_module *module;

	if (!kmod_module_new_from_path(ctx, file, &module)) {
		kmod_module_get_dependency_symbols(module, &wanted);
		lp_check_imports(d, ctx, file, wanted);
		kmod_module_dependency_symbols_free_list(wanted);
		kmod_module_unref(module);
	}
	kmod_unref(ctx);
}

static void lp_check_loaded(struct lp_diagnosis *d, const char *file)
{
	char *name = lp_module_file_value(file, "name");

	if (name && lp_module_loaded(name) && lp_is_other_build(name, file))
		lp_find(d, LP_BAD, "unload that first",
			"another build of '%s' is loaded", name);
	else if (name && lp_module_loaded(name))
		lp_find(d, LP_WARN, NULL, "'%s' is loaded already", name);
	free(name);
}

void lp_check_module_file(struct lp_diagnosis *d, const char *file)
{
	lp_doctor_loading(d);
	lp_check_loaded(d, file);
	lp_check_vermagic(d, file);
	lp_check_licence(d, file);
	lp_check_signature(d, file);
	lp_check_symbols(d, file);
}
