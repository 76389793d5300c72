// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke sign - sign a module with the key that dkms uses
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "cmd.h"
#include "dkms.h"
#include "elf.h"
#include "file.h"
#include "module.h"
#include "msg.h"
#include "run.h"
#include "system.h"

/**
 * struct lp_signing - what signing takes
 * @program:	sign-file of the kernel
 * @hash:	the digest
 * @key:	private key
 * @certificate: its certificate, DER
 */
struct lp_signing {
	char *program;
	char *hash;
	char *key;
	char *certificate;
};

/* What dkms was told to use, the kernel's with its headers, or Debian's kbuild package */
static char *lp_find_sign_file(const char *release)
{
	char *path = lp_dkms_sign_file(release);
	int length = 0;

	if (path)
		return path;
	path = lp_path("/lib/modules/%s/build/scripts/sign-file", release);
	if (lp_exists(path))
		return path;
	free(path);
	if (sscanf(release, "%*d.%*d%n", &length) < 0 || !length)
		return NULL;
	path = lp_path("/usr/lib/linux-kbuild-%.*s/scripts/sign-file", length, release);
	if (lp_exists(path))
		return path;
	free(path);
	return NULL;
}

static char *lp_hash_of(const char *release)
{
	char *config = lp_kernel_config(release), *hash = NULL;

	if (config)
		hash = lp_shell_value(config, "CONFIG_MODULE_SIG_HASH");
	free(config);
	return hash && *hash ? hash : lp_copy("sha512");
}

/* A key may be in a token, whose name only sign-file understands. */
static bool lp_key_exists(const char *key)
{
	return lp_starts(key, "pkcs11:") || lp_exists(key);
}

static int lp_find_signing(const char *release, struct lp_signing *signing)
{
	signing->program = lp_find_sign_file(release);
	signing->hash = lp_hash_of(release);
	signing->key = lp_dkms_key();
	signing->certificate = lp_dkms_certificate();
	if (!signing->program)
		return lp_fail(LP_FAILED, ENOENT, "install linux-headers for that kernel",
			       "the program sign-file for kernel %s is missing", release);
	if (!lp_key_exists(signing->key) || !lp_exists(signing->certificate))
		return lp_fail(LP_FAILED, ENOENT, "dkms makes the key when it first builds a module (dkms generate_mok)",
			       "no key in %s and %s", signing->key, signing->certificate);
	return LP_OK;
}

static void lp_free_signing(struct lp_signing *signing)
{
	free(signing->program);
	free(signing->hash);
	free(signing->key);
	free(signing->certificate);
}

/* The signature goes to the end of the file, where a packed one has no room. */
static int lp_check_signable(const char *file)
{
	char *magic = lp_module_file_value(file, "vermagic");
	bool elf = lp_is_elf(file);

	if (!magic)
		return lp_fail(lp_exists(file) ? LP_FAILED : LP_NOT_FOUND,
			       lp_exists(file) ? ENOEXEC : ENOENT, NULL,
			       "'%s' is no kernel module", file);
	free(magic);
	if (elf)
		return LP_OK;
	return lp_fail(LP_FAILED, EINVAL, "unpack it, sign it, and pack it again",
		       "'%s' is packed: a signature at its end would ruin it", file);
}

int lp_cmd_sign(const struct lp_args *args)
{
	const char *release = args->kernel ? args->kernel : lp_kernel_release();
	const char *file = args->words[0];
	struct lp_signing s = { 0 };
	int ret = lp_check_signable(file);

	if (!ret)
		ret = lp_find_signing(release, &s);
	if (!ret) {
		const char *const argv[] = {
			s.program, s.hash, s.key, s.certificate, file, NULL
		};

		ret = lp_run_program(argv);
		if (ret)
			ret = lp_fail(LP_FAILED, ret < 0 ? -ret : 0, NULL,
				      "%s could not sign %s", s.program, file);
		else
			printf("%s: signed; the machine trusts it once the key is enrolled: mokutil --import %s\n",
			       file, s.certificate);
	}
	lp_free_signing(&s);
	return ret;
}
