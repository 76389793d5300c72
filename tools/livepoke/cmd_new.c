// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke new, build - for authors of patches
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd.h"
#include "file.h"
#include "module.h"
#include "msg.h"
#include "run.h"

#define LP_SHARE	"/usr/share/livepoke"

/**
 * struct lp_subst - what stands for a word of the template
 * @word:	the word, with its signs
 * @text:	what to write
 */
struct lp_subst {
	const char *word;
	const char *text;
};

static char *lp_substitute(const char *text, const struct lp_subst *subst)
{
	char *all = lp_copy(text), *at, *next;

	for (; subst->word; subst++) {
		while ((at = strstr(all, subst->word))) {
			next = lp_format("%.*s%s%s", (int)(at - all), all,
					 subst->text, at + strlen(subst->word));
			free(all);
			all = next;
		}
	}
	return all;
}

static int lp_write_new(const char *path, const char *text)
{
	FILE *file = fopen(path, "wxe");
	int ret = 0;

	if (!file)
		return -errno;
	if (fputs(text, file) < 0)
		ret = -EIO;
	if (fclose(file) && !ret)
		ret = -errno;
	return ret;
}

/* One file of the directory from one of the template */
static int lp_instantiate(const char *dir, const char *template, const char *name,
			  const struct lp_subst *subst)
{
	char *from = lp_path(LP_SHARE "/template/%s", template);
	char *to = lp_format("%s/%s", dir, name), *text = NULL, *filled;
	int ret = lp_read(from, &text);

	if (ret) {
		lp_fail(LP_FAILED, -ret, "install the package livepoke-dev",
			"cannot read %s", from);
	} else {
		filled = lp_substitute(text, subst);
		ret = lp_write_new(to, filled);
		free(filled);
		if (ret)
			lp_fail(LP_FAILED, -ret, NULL, "cannot write %s", to);
	}
	free(text);
	free(to);
	free(from);
	return ret ? LP_FAILED : LP_OK;
}

static int lp_fill_directory(const char *dir, const struct lp_subst *subst)
{
	static const char *const files[] = { "Kbuild", "Makefile", "dkms.conf" };
	char *source = lp_format("%s.c", subst[0].text), *template;
	size_t i;
	int ret;

	ret = lp_instantiate(dir, "patch.c.in", source, subst);
	for (i = 0; i < 3 && !ret; i++) {
		template = lp_format("%s.in", files[i]);
		ret = lp_instantiate(dir, template, files[i], subst);
		free(template);
	}
	free(source);
	return ret;
}

static bool lp_is_identifier(const char *word)
{
	return lp_is_word(word, "", 55) && !isdigit((unsigned char)*word);
}

static int lp_check_names(const char *name, const struct lp_args *args)
{
	if (!lp_is_identifier(name))
		return lp_fail(LP_USAGE, 0, "use letters, digits and _",
			       "'%s' cannot be the name of a module", name);
	if (args->function && !lp_is_identifier(args->function))
		return lp_fail(LP_USAGE, 0, NULL, "'%s' is no name of a function",
			       args->function);
	if (args->object && !lp_valid_module_name(args->object))
		return lp_fail(LP_USAGE, 0, NULL, "'%s' is no name of a module",
			       args->object);
	return LP_OK;
}

int lp_cmd_new(const struct lp_args *args)
{
	const char *dir = args->words[0];
	const char *name = strrchr(dir, '/') ? strrchr(dir, '/') + 1 : dir;
	char *object = args->object ? lp_format("\"%s\"", args->object) :
				      lp_copy("NULL");
	const struct lp_subst subst[] = {
		{ "@NAME@", name },
		{ "@FUNCTION@", args->function ? args->function : "cmdline_proc_show" },
		{ "@OBJECT@", object },
		{ NULL, NULL }
	};
	int ret = lp_check_names(name, args);

	lp_fold_name(object);
	if (!ret && mkdir(dir, 0777))
		ret = lp_fail(LP_FAILED, errno, NULL, "cannot make the directory %s", dir);
	if (!ret)
		ret = lp_fill_directory(dir, subst);
	if (!ret)
		printf("%s: edit %s/%s.c, then: livepoke build %s\n", name, dir, name, dir);
	free(object);
	return ret;
}

static int lp_check_build(const char *dir, const char *headers)
{
	char *makefile = lp_format("%s/Makefile", dir);
	int ret = LP_OK;

	if (!lp_exists(makefile))
		ret = lp_fail(LP_NOT_FOUND, ENOENT, "livepoke new makes such a directory",
			      "%s", makefile);
	else if (!lp_exists(headers))
		ret = lp_fail(LP_FAILED, ENOENT,
			      "install the package linux-headers of that kernel",
			      "no kernel headers in %s", headers);
	free(makefile);
	return ret;
}

int lp_cmd_build(const struct lp_args *args)
{
	const char *dir = args->words[0];
	const char *release = args->kernel ? args->kernel : lp_kernel_release();
	char *headers = lp_path("/lib/modules/%s/build", release);
	char *kdir = lp_format("KDIR=%s", headers);
	const char *const argv[] = { "make", "-C", dir, kdir, NULL };
	int ret = lp_check_build(dir, headers);

	if (!ret) {
		ret = lp_run_program(argv);
		if (ret < 0)
			ret = lp_fail(LP_FAILED, -ret, "install make", "cannot run make");
		else if (ret)
			ret = lp_fail(LP_FAILED, 0, "see the messages above",
				      "make failed in %s", dir);
	}
	free(kdir);
	free(headers);
	return ret;
}
