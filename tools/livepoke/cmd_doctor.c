// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke doctor
 */
#include <stdio.h>
#include "cmd.h"
#include "doctor.h"

int lp_cmd_doctor(const struct lp_args *args)
{
	struct lp_diagnosis d = { 0 };
	struct json_object *json;
	int ret;

	lp_doctor_kernel(&d);
	lp_doctor_system(&d);
	lp_doctor_boot(&d);
	if (args->json) {
		json = lp_diagnosis_json(&d);
		puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
						    JSON_C_TO_STRING_SPACED |
						    JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(json);
	} else {
		lp_print_diagnosis(&d);
	}
	ret = lp_count_findings(&d, LP_BAD) ? LP_PROBLEMS : LP_OK;
	lp_free_diagnosis(&d);
	return ret;
}
