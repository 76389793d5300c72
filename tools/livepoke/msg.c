// SPDX-License-Identifier: GPL-2.0
/*
 * What the tool says on its standard error: one line each, cause and cure.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "errno_name.h"
#include "msg.h"
#include "text.h"

static void lp_say(const char *fmt, va_list ap)
{
	char *text, *clean;

	if (vasprintf(&text, fmt, ap) < 0)
		lp_out_of_memory();
	clean = lp_printable(text);
	fprintf(stderr, "livepoke: %s", clean);
	free(clean);
	free(text);
}

/**
 * lp_fail() - say why something did not work
 * @code:	exit status that this means
 * @err:	errno of the cause, or 0
 * @cure:	what to do about it, or NULL
 * @fmt:	the cause
 *
 * Return: @code.
 */
int lp_fail(enum lp_exit code, int err, const char *cure, const char *fmt, ...)
{
	const char *name = err ? lp_errno_name(err) : NULL;
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	lp_say(fmt, ap);
	va_end(ap);
	if (err)
		fprintf(stderr, ": %s (%s)", strerror(err), name ? name : "?");
	if (cure)
		fprintf(stderr, "; %s", cure);
	fputc('\n', stderr);
	return code;
}

/**
 * lp_note() - tell the user something that is no error
 * @fmt:	one line
 */
void lp_note(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	lp_say(fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void lp_out_of_memory(void)
{
	fputs("livepoke: out of memory (ENOMEM)\n", stderr);
	exit(LP_FAILED);
}
