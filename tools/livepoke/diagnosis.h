/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of findings, each good or with a cure.
 */
#ifndef _LIVEPOKE_DIAGNOSIS_H
#define _LIVEPOKE_DIAGNOSIS_H

#include "attr.h"
#include <json-c/json.h>
#include <stddef.h>

enum lp_health { LP_GOOD, LP_WARN, LP_BAD };

/**
 * struct lp_finding - one line of a diagnosis
 * @health:	how good that is
 * @text:	what was found
 * @cure:	what to do about it, or NULL
 */
struct lp_finding {
	enum lp_health health;
	char *text;
	char *cure;
};

struct lp_diagnosis {
	struct lp_finding *item;
	size_t count;
};

__printf(4, 5)
void lp_find(struct lp_diagnosis *diagnosis, enum lp_health health,
	     const char *cure, const char *fmt, ...);
size_t lp_count_findings(const struct lp_diagnosis *diagnosis, enum lp_health health);
void lp_print_diagnosis(const struct lp_diagnosis *diagnosis);
struct json_object *lp_diagnosis_json(const struct lp_diagnosis *diagnosis);
void lp_free_diagnosis(struct lp_diagnosis *diagnosis);

#endif /* _LIVEPOKE_DIAGNOSIS_H */
