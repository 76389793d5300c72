// SPDX-License-Identifier: GPL-2.0
/*
 * Colours and the progress line, on a terminal only.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "term.h"
#include "text.h"

#define LP_BAR	20

static bool lp_progress_shown;

static bool lp_smart_terminal(FILE *to)
{
	const char *term = getenv("TERM");

	return isatty(fileno(to)) && !(term && !strcmp(term, "dumb"));
}

/* https://no-color.org: set and not empty */
static bool lp_colours_wanted(FILE *to)
{
	const char *no = getenv("NO_COLOR");

	return !(no && *no) && lp_smart_terminal(to);
}

void lp_coloured(FILE *to, enum lp_colour colour, const char *text)
{
	static const char *const start[] = {
		[LP_RED] = "31", [LP_GREEN] = "32", [LP_YELLOW] = "33",
		[LP_BOLD] = "1",
	};

	if (colour == LP_PLAIN || !lp_colours_wanted(to))
		fputs(text, to);
	else
		fprintf(to, "\033[%sm%s\033[0m", start[colour], text);
}

bool lp_progress_wanted(void)
{
	return lp_smart_terminal(stderr);
}

static int lp_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col < 40)
		return 80;
	return size.ws_col;
}

/**
 * lp_progress() - draw or redraw the progress line
 * @done:	how much is done
 * @all:	of how much
 * @text:	what to say beside the bar
 */
void lp_progress(unsigned int done, unsigned int all, const char *text)
{
	int full = all ? (int)((unsigned long)LP_BAR * done / all) : 0;
	char *clean = lp_printable(text);
	char bar[LP_BAR + 1];

	memset(bar, '-', LP_BAR);
	memset(bar, '#', full < LP_BAR ? full : LP_BAR);
	bar[LP_BAR] = '\0';
	fprintf(stderr, "\r[%s] %.*s\033[K", bar, lp_width() - LP_BAR - 4, clean);
	fflush(stderr);
	free(clean);
	lp_progress_shown = true;
}

void lp_progress_end(void)
{
	if (lp_progress_shown)
		fputs("\r\033[K", stderr);
	lp_progress_shown = false;
}
