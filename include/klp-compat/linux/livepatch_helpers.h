/* SPDX-License-Identifier: GPL-2.0 */
/*
 * <linux/livepatch_helpers.h>, which kernels have since 6.19.
 *
 * KLP_PRE_PATCH_CALLBACK() and its like are not here: they leave notes that
 * klp-build turns into callbacks. In a source that is built by itself
 * callbacks are members of struct klp_object.
 */
#ifndef _LIVEPOKE_COMPAT_LINUX_LIVEPATCH_HELPERS_H
#define _LIVEPOKE_COMPAT_LINUX_LIVEPATCH_HELPERS_H

#include <linux/static_call.h>
#include <linux/syscalls.h>
#include "livepatch.h"

/*
 * Calls what a static call of a module calls now, through its pointer: the
 * call site in a patch is not one that the kernel would update.
 */
#define KLP_STATIC_CALL(name)						\
	((typeof(STATIC_CALL_TRAMP(name)) *)(STATIC_CALL_KEY(name).func))

/*
 * The replacement of a system call, to be named like the original:
 * KLP_SYSCALL_DEFINE1(close, unsigned int, fd) defines __x64_sys_close().
 * Without the events that SYSCALL_DEFINEx() announces to the tracer.
 */
#define KLP_SYSCALL_DEFINE1(name, ...)	KLP_SYSCALL_DEFINEx(1, _##name, __VA_ARGS__)
#define KLP_SYSCALL_DEFINE2(name, ...)	KLP_SYSCALL_DEFINEx(2, _##name, __VA_ARGS__)
#define KLP_SYSCALL_DEFINE3(name, ...)	KLP_SYSCALL_DEFINEx(3, _##name, __VA_ARGS__)
#define KLP_SYSCALL_DEFINE4(name, ...)	KLP_SYSCALL_DEFINEx(4, _##name, __VA_ARGS__)
#define KLP_SYSCALL_DEFINE5(name, ...)	KLP_SYSCALL_DEFINEx(5, _##name, __VA_ARGS__)
#define KLP_SYSCALL_DEFINE6(name, ...)	KLP_SYSCALL_DEFINEx(6, _##name, __VA_ARGS__)
#define KLP_SYSCALL_DEFINEx(x, name, ...) __SYSCALL_DEFINEx(x, name, __VA_ARGS__)

#endif /* _LIVEPOKE_COMPAT_LINUX_LIVEPATCH_HELPERS_H */
