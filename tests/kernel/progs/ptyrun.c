// SPDX-License-Identifier: GPL-2.0
/*
 * ptyrun - run a command on a terminal of its own, as a user would
 *
 *   ptyrun [-a ANSWER] [-c TEXT] COMMAND...
 *
 * What the command prints is printed as it is, control characters and all.
 * -a types ANSWER when the command asks "[y/N]"; -c types Ctrl-C when it
 * has printed TEXT.
 * The exit status is the command's, 128 + N after signal N.
 */
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *answer;
static const char *interrupt_at;

static void type(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		perror("ptyrun: write");
}

static void answer_question(int fd, const char *printed)
{
	if (!answer || !strstr(printed, "[y/N]"))
		return;
	type(fd, answer);
	type(fd, "\n");
	answer = NULL;
}

static void interrupt(int fd, const char *printed)
{
	if (!interrupt_at || !strstr(printed, interrupt_at))
		return;
	type(fd, "\003");
	interrupt_at = NULL;
}

/* Copies the command's output until it ends. */
static void follow(int fd)
{
	char buf[4096];
	ssize_t size;

	while ((size = read(fd, buf, sizeof(buf) - 1)) > 0) {
		buf[size] = '\0';
		fwrite(buf, 1, size, stdout);
		answer_question(fd, buf);
		interrupt(fd, buf);
	}
}

static int parse(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "+a:c:")) != -1) {
		if (opt == 'a')
			answer = optarg;
		else if (opt == 'c')
			interrupt_at = optarg;
		else
			return 0;
	}
	return optind < argc ? optind : 0;
}

int main(int argc, char **argv)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int fd, status, first = parse(argc, argv);
	pid_t pid;

	if (!first) {
		fprintf(stderr, "usage: ptyrun [-a ANSWER] [-c TEXT] COMMAND...\n");
		return 2;
	}
	pid = forkpty(&fd, NULL, NULL, &size);
	if (pid < 0) {
		perror("ptyrun: forkpty");
		return 1;
	}
	if (!pid) {
		execvp(argv[first], argv + first);
		perror(argv[first]);
		_exit(127);
	}
	follow(fd);
	fflush(stdout);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
