/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exit statuses: part of the interface, documented in livepoke(8).
 */
#ifndef _LIVEPOKE_EXIT_H
#define _LIVEPOKE_EXIT_H

enum lp_exit {
	LP_OK = 0,
	LP_FAILED = 1,		/* refused by the kernel, or an error */
	LP_USAGE = 2,		/* wrong command line */
	LP_DENIED = 3,		/* needs root, or lockdown forbids it */
	LP_NO_MODULE = 4,	/* livepoke.ko is not there */
	LP_NOT_FOUND = 5,	/* no such patch, file or function */
	LP_TIMEOUT = 6,		/* the transition is still running */
	LP_PROBLEMS = 7,	/* check, doctor, status --check found some */
	LP_DECLINED = 8,	/* the user said no */
};

#endif /* _LIVEPOKE_EXIT_H */
