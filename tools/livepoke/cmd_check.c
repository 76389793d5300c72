// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke check - everything that would stop a patch, without loading it
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include "check.h"
#include "cmd.h"
#include "doctor.h"
#include "module.h"
#include "msg.h"
#include "steer.h"

static void lp_print_check(const struct lp_args *args, const struct lp_diagnosis *d)
{
	size_t bad = lp_count_findings(d, LP_BAD);
	struct json_object *json;

	if (args->json) {
		json = lp_diagnosis_json(d);
		puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
						    JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(json);
		return;
	}
	lp_print_diagnosis(d);
	if (bad)
		printf("%s would not load: %zu problem%s\n", args->words[0], bad,
		       bad == 1 ? "" : "s");
	else
		printf("%s would load\n", args->words[0]);
}

int lp_cmd_check(const struct lp_args *args)
{
	struct lp_diagnosis d = { 0 };
	struct lp_source source;
	int ret;

	ret = lp_find_patch_file(args->words[0], &source);
	if (!ret) {
		lp_check_module_file(&d, source.file);
		lp_check_functions(&d, source.file);
		lp_print_check(args, &d);
		ret = lp_count_findings(&d, LP_BAD) ? LP_PROBLEMS : LP_OK;
	}
	lp_free_diagnosis(&d);
	lp_free_source(&source);
	return ret;
}
