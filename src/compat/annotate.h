/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ANNOTATE_NOENDBR, for assembler only: objtool is not to ask for an ENDBR
 * where an address is taken. Kernels that do not ask have no such macro.
 */
#ifndef _LIVEPOKE_COMPAT_ANNOTATE_H
#define _LIVEPOKE_COMPAT_ANNOTATE_H

#if __has_include(<linux/annotate.h>)
#include <linux/annotate.h>
#elif __has_include(<linux/objtool.h>)
#include <linux/objtool.h>
#endif
#ifndef LP_HAVE_ANNOTATE_NOENDBR
.macro ANNOTATE_NOENDBR
.endm
#endif

#endif /* _LIVEPOKE_COMPAT_ANNOTATE_H */
