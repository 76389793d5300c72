/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What livepoke doctor looks at.
 */
#ifndef _LIVEPOKE_DOCTOR_H
#define _LIVEPOKE_DOCTOR_H

#include "diagnosis.h"

void lp_doctor_kernel(struct lp_diagnosis *d);
void lp_doctor_system(struct lp_diagnosis *d);
void lp_doctor_boot(struct lp_diagnosis *d);

/* Parts that also say whether one patch would load */
void lp_doctor_ftrace(struct lp_diagnosis *d);
void lp_doctor_loading(struct lp_diagnosis *d);

#endif /* _LIVEPOKE_DOCTOR_H */
