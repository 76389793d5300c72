/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's type information, whatever of it the headers know.
 */
#ifndef _LIVEPOKE_COMPAT_BTF_H
#define _LIVEPOKE_COMPAT_BTF_H

/* Old <linux/btf.h> lacks these two. */
#include <linux/bpf.h>
#include <linux/seq_file.h>

#include <linux/btf.h>

/* The numbers belong to the format; old kernels never use them. */
#ifndef LP_HAVE_BTF_KIND_TYPE_TAG
#define BTF_KIND_TYPE_TAG	18
#endif
#ifndef LP_HAVE_BTF_KIND_ENUM64
#define BTF_KIND_ENUM64		19
#endif

#endif /* _LIVEPOKE_COMPAT_BTF_H */
