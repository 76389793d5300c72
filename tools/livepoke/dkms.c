// SPDX-License-Identifier: GPL-2.0
/*
 * Settings of dkms, and the key that it signs modules with.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "dkms.h"
#include "file.h"
#include "text.h"

/**
 * lp_shell_value() - read key="value" from a shell file
 * @text:	the file
 * @key:	the key; the last line with it counts
 *
 * Return: the value, NULL if there is none.
 */
char *lp_shell_value(const char *text, const char *key)
{
	struct lp_list lines = lp_split(text, "\n");
	size_t i, length = strlen(key);
	char *value = NULL;

	for (i = 0; i < lines.count; i++) {
		const char *line = lines.item[i] + strspn(lines.item[i], " \t");

		if (strncmp(line, key, length) || line[length] != '=')
			continue;
		line += length + 1;
		line += strspn(line, "\"'");
		free(value);
		value = lp_format("%.*s", (int)strcspn(line, "\"' \t#"), line);
	}
	lp_list_free(&lines);
	return value;
}

/* A setting of framework.conf; NULL if dkms is left to itself */
static char *lp_dkms_setting(const char *key)
{
	char *dir = lp_path("/etc/dkms/framework.conf.d"), *path, *text, *value, *found = NULL;
	struct lp_list files = lp_names_in(dir);
	size_t i;

	for (i = 0; i <= files.count; i++) {
		path = i ? lp_format("%s/%s", dir, files.item[i - 1]) :
			   lp_path("/etc/dkms/framework.conf");
		value = lp_read(path, &text) ? NULL : lp_shell_value(text, key);
		if (value) {
			free(found);
			found = value;
		}
		free(text);
		free(path);
	}
	lp_list_free(&files);
	free(dir);
	return found;
}

/* Ubuntu's dkms takes the key of the distribution's own tools. */
static bool lp_is_ubuntu(void)
{
	char *path = lp_path("/etc/os-release"), *text, *id;
	bool is;

	id = lp_read(path, &text) ? NULL : lp_shell_value(text, "ID");
	is = id && !strcmp(id, "ubuntu");
	free(id);
	free(text);
	free(path);
	return is;
}

/* @text, which is freed, with @value instead of the first @word in it */
static char *lp_replace(char *text, const char *word, const char *value)
{
	char *at = strstr(text, word), *replaced;

	if (!at)
		return text;
	replaced = lp_format("%.*s%s%s", (int)(at - text), text, value, at + strlen(word));
	free(text);
	return replaced;
}

/**
 * lp_dkms_sign_file() - the program that dkms was told to sign with
 * @release:	for modules of which kernel; $kernelver in the setting
 *
 * Return: its path, NULL if there is no setting or no such program.
 */
char *lp_dkms_sign_file(const char *release)
{
	char *path = lp_dkms_setting("sign_file");

	if (!path)
		return NULL;
	path = lp_replace(path, "$kernelver", release);
	path = lp_replace(path, "${kernelver}", release);
	if (lp_exists(path))
		return path;
	free(path);
	return NULL;
}

/* The private key: a file, or the name of one in a token ("pkcs11:...") */
char *lp_dkms_key(void)
{
	char *key = lp_dkms_setting("mok_signing_key");

	if (key)
		return key;
	return lp_copy(lp_is_ubuntu() ? "/var/lib/shim-signed/mok/MOK.priv" :
					"/var/lib/dkms/mok.key");
}

/* The file of its certificate, DER. Ubuntu's goes with Ubuntu's key only. */
char *lp_dkms_certificate(void)
{
	char *key = lp_dkms_setting("mok_signing_key");
	char *certificate = lp_dkms_setting("mok_certificate");

	if (!key && lp_is_ubuntu()) {
		free(certificate);
		certificate = lp_copy("/var/lib/shim-signed/mok/MOK.der");
	}
	free(key);
	return certificate ? certificate : lp_copy("/var/lib/dkms/mok.pub");
}

/* How the machine comes to trust what is signed with that key */
char *lp_enrolment(void)
{
	char *certificate = lp_dkms_certificate();
	char *cure = lp_format("enrol the key that dkms signs with: mokutil --import %s",
			       certificate);

	free(certificate);
	return cure;
}
