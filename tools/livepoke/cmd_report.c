// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke report - one file for a bug report
 *
 * It is meant to be sent to strangers: no addresses, no names of hosts, no
 * kernel command line. Tasks have names, and anyone may write to the kernel's
 * log by way of a driver; so the file is for its owner until he has read it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd.h"
#include "doctor.h"
#include "file.h"
#include "klog.h"
#include "module.h"
#include "msg.h"
#include "status.h"
#include "system.h"

static void lp_section(FILE *to, const char *name)
{
	fprintf(to, "\n== %s\n", name);
}

/*
 * Addresses, of memory and of networks: a run of eight hexadecimal digits and
 * more, with colons in between, becomes as many stars.
 */
static void lp_mask(char *text)
{
	size_t length, digits, i;

	for (; *text; text += length ? length : 1) {
		length = strspn(text, "0123456789abcdefABCDEF:");
		for (i = digits = 0; i < length; i++)
			digits += text[i] != ':';
		if (digits >= 8)
			memset(text, '*', length);
	}
}

static void lp_report_file(FILE *to, const char *path)
{
	char *text, *line, *rest;

	if (lp_read(path, &text))
		return;
	fprintf(to, "%s:\n", path);
	lp_mask(text);
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		if (*line)
			fprintf(to, "    %s\n", line);
	}
	free(text);
}

/* Without addresses */
static void lp_report_modules(FILE *to)
{
	char *path = lp_path("/proc/modules"), *text, *rest, *line;
	struct lp_list words;

	rest = lp_read(path, &text) ? NULL : text;
	while (rest && (line = strsep(&rest, "\n"))) {
		words = lp_split(line, " ");
		if (words.count >= 4)
			fprintf(to, "module %s %s %s %s\n", words.item[0], words.item[1],
				words.item[2], words.item[3]);
		lp_list_free(&words);
	}
	free(text);
	free(path);
}

static void lp_report_patches(FILE *to)
{
	struct lp_lives lives = lp_read_patches();
	struct json_object *json = lp_status_json(&lives);
	char *path;
	size_t i;

	lp_section(to, "status");
	fprintf(to, "%s\n", json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY));
	json_object_put(json);
	for (i = 0; i < lives.count; i++) {
		path = lp_patch_path(lives.item[i].name, "blockers");
		lp_report_file(to, path);
		free(path);
	}
	lp_free_patches(&lives);
}

static void lp_report_doctor(FILE *to)
{
	struct lp_diagnosis d = { 0 };
	struct lp_finding *f;

	lp_section(to, "doctor");
	lp_doctor_kernel(&d);
	lp_doctor_system(&d);
	lp_doctor_boot(&d);
	for (f = d.item; f < d.item + d.count; f++)
		fprintf(to, "%s%s%s%s\n", f->health == LP_GOOD ? "" : "! ", f->text,
			f->cure ? "; cure: " : "", f->cure ? f->cure : "");
	lp_free_diagnosis(&d);
}

static void lp_report_config(FILE *to)
{
	static const char *const words[] = {
		"LIVEPATCH", "KALLSYMS", "KPROBES", "FTRACE", "UNWINDER", "PREEMPT",
		"MODULE_SIG", "LOCKDOWN", "X86_KERNEL_IBT", "RETPOLINE", "RETHUNK",
		"CALL_DEPTH", "NO_HZ_FULL", "BTF", NULL
	};
	char *config = lp_kernel_config(lp_kernel_release());
	char *rest = config, *line;
	int i;

	lp_section(to, "configuration");
	while (config && (line = strsep(&rest, "\n"))) {
		for (i = 0; words[i] && !strstr(line, words[i]); i++)
			;
		if (words[i] && *line != '#')
			fprintf(to, "%s\n", line);
	}
	free(config);
}

static void lp_report_kernel(FILE *to)
{
	char *words = lp_taint_words(lp_taint()), *log;

	lp_section(to, "kernel");
	lp_report_file(to, "/proc/version");
	fprintf(to, "taint: %lu %s\n", lp_taint(), words);
	free(words);
	lp_report_modules(to);
	lp_report_config(to);
	lp_section(to, "kernel log (livepoke and faults)");
	log = lp_klog_all();
	lp_mask(log);
	fprintf(to, "%s\n", log);
	free(log);
}

/* A new file that only its owner reads; NULL with errno */
static FILE *lp_open_report(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *to = fd < 0 ? NULL : fdopen(fd, "w");

	if (fd >= 0 && !to)
		close(fd);
	return to;
}

int lp_cmd_report(const struct lp_args *args)
{
	char *name = args->output ? lp_copy(args->output) : lp_copy("livepoke-report.txt");
	bool to_stdout = !strcmp(name, "-");
	FILE *to = to_stdout ? stdout : lp_open_report(name);
	int ret = LP_OK;

	if (!to) {
		ret = lp_fail(LP_FAILED, errno, "give another file: --output=FILE",
			      "cannot write %s", name);
		free(name);
		return ret;
	}
	fprintf(to, "livepoke " LIVEPOKE_VERSION " report\n");
	lp_report_doctor(to);
	lp_report_patches(to);
	lp_report_kernel(to);
	if (!to_stdout) {
		bool bad = ferror(to);

		if (fclose(to) || bad)
			ret = lp_fail(LP_FAILED, EIO, NULL, "cannot write %s", name);
		else
			printf("the report is in %s\n", name);
	}
	free(name);
	return ret;
}
