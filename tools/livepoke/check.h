/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What livepoke check looks at.
 */
#ifndef _LIVEPOKE_CHECK_H
#define _LIVEPOKE_CHECK_H

#include "diagnosis.h"

void lp_check_module_file(struct lp_diagnosis *d, const char *file);
void lp_check_functions(struct lp_diagnosis *d, const char *file);

#endif /* _LIVEPOKE_CHECK_H */
