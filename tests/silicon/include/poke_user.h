/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the poke protocol needs of the kernel's headers, without them: this
 * program must build on any machine that has a compiler.
 */
#ifndef _LIVEPOKE_POKE_USER_H
#define _LIVEPOKE_POKE_USER_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint64_t u64;
typedef int32_t s32;

#undef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#define __maybe_unused		__attribute__((unused))
#define __aligned(n)		__attribute__((aligned(n)))
#define __printf(a, b)		__attribute__((format(printf, a, b)))
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define fallthrough		__attribute__((fallthrough))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

#define X86_EFLAGS_IF		0x200ul

/* What the protocol reads and writes of a trapped context. */
struct pt_regs {
	unsigned long ip, flags;
};

#endif /* _LIVEPOKE_POKE_USER_H */
