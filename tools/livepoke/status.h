/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of all patches, for people and for programs.
 */
#ifndef _LIVEPOKE_STATUS_H
#define _LIVEPOKE_STATUS_H

#include <json-c/json.h>
#include "patch.h"

struct json_object *lp_status_json(const struct lp_lives *lives);
void lp_status_table(const struct lp_lives *lives);
void lp_status_boot(void);
void lp_status_metrics(const struct lp_lives *lives);
int lp_tasks_left(const char *name);

#endif /* _LIVEPOKE_STATUS_H */
