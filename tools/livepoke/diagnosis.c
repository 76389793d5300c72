// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of findings, each good or with a cure.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "diagnosis.h"
#include "msg.h"
#include "term.h"
#include "text.h"

static const char *const lp_health_names[] = {
	[LP_GOOD] = "ok", [LP_WARN] = "warning", [LP_BAD] = "problem",
};

void lp_find(struct lp_diagnosis *diagnosis, enum lp_health health,
	     const char *cure, const char *fmt, ...)
{
	struct lp_finding finding = { .health = health };
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		lp_out_of_memory();
	va_end(ap);
	finding.text = lp_printable(text);
	finding.cure = cure ? lp_copy(cure) : NULL;
	free(text);
	diagnosis->item = reallocarray(diagnosis->item, diagnosis->count + 1,
				       sizeof(finding));
	if (!diagnosis->item)
		lp_out_of_memory();
	diagnosis->item[diagnosis->count++] = finding;
}

size_t lp_count_findings(const struct lp_diagnosis *diagnosis, enum lp_health health)
{
	size_t i, n = 0;

	for (i = 0; i < diagnosis->count; i++)
		n += diagnosis->item[i].health == health;
	return n;
}

void lp_print_diagnosis(const struct lp_diagnosis *diagnosis)
{
	static const enum lp_colour colours[] = {
		[LP_GOOD] = LP_GREEN, [LP_WARN] = LP_YELLOW, [LP_BAD] = LP_RED,
	};
	const struct lp_finding *f;

	for (f = diagnosis->item; f < diagnosis->item + diagnosis->count; f++) {
		lp_coloured(stdout, colours[f->health], lp_health_names[f->health]);
		printf(": %s\n", f->text);
		if (f->cure)
			printf("    cure: %s\n", f->cure);
	}
}

struct json_object *lp_diagnosis_json(const struct lp_diagnosis *diagnosis)
{
	struct json_object *list = json_object_new_array(), *json;
	const struct lp_finding *f;

	for (f = diagnosis->item; f < diagnosis->item + diagnosis->count; f++) {
		json = json_object_new_object();
		json_object_object_add(json, "health",
				       json_object_new_string(lp_health_names[f->health]));
		json_object_object_add(json, "text", json_object_new_string(f->text));
		json_object_object_add(json, "cure", f->cure ?
				       json_object_new_string(f->cure) : NULL);
		json_object_array_add(list, json);
	}
	return list;
}

void lp_free_diagnosis(struct lp_diagnosis *diagnosis)
{
	while (diagnosis->count) {
		struct lp_finding *f = &diagnosis->item[--diagnosis->count];

		free(f->text);
		free(f->cure);
	}
	free(diagnosis->item);
}
