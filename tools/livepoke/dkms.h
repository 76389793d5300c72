/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What dkms signs modules with.
 */
#ifndef _LIVEPOKE_DKMS_H
#define _LIVEPOKE_DKMS_H

char *lp_shell_value(const char *text, const char *key);
char *lp_dkms_sign_file(const char *release);
char *lp_dkms_key(void);
char *lp_dkms_certificate(void);
char *lp_enrolment(void);

#endif /* _LIVEPOKE_DKMS_H */
