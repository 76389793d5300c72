// SPDX-License-Identifier: GPL-2.0
/*
 * Names of error numbers, as users write them.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "klp_block.h"

struct lp_errno_name {
	const char *name;
	int number;
};

#define E(name)	{ #name, name }
static const struct lp_errno_name lp_errno_names[] = {
	E(EPERM), E(ENOENT), E(ESRCH), E(EINTR), E(EIO), E(ENXIO), E(E2BIG),
	E(ENOEXEC), E(EBADF), E(ECHILD), E(EAGAIN), E(EWOULDBLOCK), E(ENOMEM),
	E(EACCES), E(EFAULT), E(ENOTBLK), E(EBUSY), E(EEXIST), E(EXDEV),
	E(ENODEV), E(ENOTDIR), E(EISDIR), E(EINVAL), E(ENFILE), E(EMFILE),
	E(ENOTTY), E(ETXTBSY), E(EFBIG), E(ENOSPC), E(ESPIPE), E(EROFS),
	E(EMLINK), E(EPIPE), E(EDOM), E(ERANGE), E(EDEADLK), E(ENAMETOOLONG),
	E(ENOLCK), E(ENOSYS), E(ENOTEMPTY), E(ELOOP), E(ENOMSG), E(EIDRM),
	E(ENODATA), E(ETIME), E(EPROTO), E(EBADMSG), E(EOVERFLOW), E(EILSEQ),
	E(EUSERS), E(ENOTSOCK), E(EDESTADDRREQ), E(EMSGSIZE), E(EPROTOTYPE),
	E(ENOPROTOOPT), E(EPROTONOSUPPORT), E(ESOCKTNOSUPPORT), E(EOPNOTSUPP),
	E(EPFNOSUPPORT), E(EAFNOSUPPORT), E(EADDRINUSE), E(EADDRNOTAVAIL),
	E(ENETDOWN), E(ENETUNREACH), E(ENETRESET), E(ECONNABORTED),
	E(ECONNRESET), E(ENOBUFS), E(EISCONN), E(ENOTCONN), E(ESHUTDOWN),
	E(ETIMEDOUT), E(ECONNREFUSED), E(EHOSTDOWN), E(EHOSTUNREACH),
	E(EALREADY), E(EINPROGRESS), E(ESTALE), E(EDQUOT), E(ECANCELED),
	E(ENOKEY), E(EKEYEXPIRED), E(EKEYREVOKED), E(EKEYREJECTED),
};
#undef E

/**
 * lp_parse_errno() - the value of an error's name
 * @word:	such as "EPERM" or "-EPERM"; both mean the negative number
 * @value:	receives it
 *
 * Return: 0, or -EINVAL if there is no such name.
 */
int lp_parse_errno(const char *word, long *value)
{
	unsigned int i;

	if (*word == '-')
		word++;
	for (i = 0; i < ARRAY_SIZE(lp_errno_names); i++) {
		if (strcmp(word, lp_errno_names[i].name))
			continue;
		*value = -lp_errno_names[i].number;
		return 0;
	}
	return -EINVAL;
}
