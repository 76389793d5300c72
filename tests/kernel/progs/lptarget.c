// SPDX-License-Identifier: GPL-2.0
/*
 * lptarget - the shell's hand on /dev/lp_test_target
 *
 *   call [HOW USECS REPEAT]     call f, print which versions ran
 *   hold HOW [later]            call f with a pause that lasts until released;
 *                               "later": only after a SIGUSR1
 *   hammer THREADS REPEAT HOW USECS   call f for ever
 *   kthreads LOOP COUNT [HOW USECS CPU], kstop
 *   read                        like "hold sleep", by read(2)
 *   vhost                       start a worker of vhost's kind, and wait
 *   twins [hold]                sum of both twins; the second holds until released
 *   exit                        call f on the way out, until released
 *   release, reset, stats, phase N
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "../modules/target/target.h"

static const char *const hows[] = {
	[LP_PAUSE_NONE] = "none", [LP_PAUSE_SPIN] = "spin",
	[LP_PAUSE_RESCHED] = "resched", [LP_PAUSE_YIELD] = "yield",
	[LP_PAUSE_SLEEP] = "sleep", [LP_PAUSE_DSLEEP] = "dsleep",
	[LP_PAUSE_BUSY] = "busy", [LP_PAUSE_NAP] = "nap",
};

static const char *const loops[] = {
	[LP_LOOP_CALL] = "call", [LP_LOOP_CALL_BUSY] = "call-busy",
	[LP_LOOP_IDLE] = "idle", [LP_LOOP_IDLE_BUSY] = "idle-busy",
	[LP_LOOP_SLEEP] = "sleep", [LP_LOOP_TIMER] = "timer",
};

static int dev;

static int fail(const char *what)
{
	printf("%s: %s\n", what, strerrorname_np(errno));
	return 1;
}

static int pick(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return i;
	fprintf(stderr, "lptarget: what is '%s'?\n", name);
	exit(2);
}

#define PICK(names, name)	pick(names, sizeof(names) / sizeof(*(names)), name)

static const char *arg(char **argv, int n, const char *def)
{
	for (int i = 0; i <= n; i++)
		if (!argv[i])
			return def;
	return argv[n];
}

static struct lp_target_call parse_call(char **argv)
{
	struct lp_target_call call = {
		.how = PICK(hows, arg(argv, 0, "none")),
		.usecs = atoi(arg(argv, 1, "0")),
		.repeat = atoi(arg(argv, 2, "1")),
	};

	return call;
}

static void on_signal(int sig)
{
	(void)sig;
}

static int do_hold(char **argv)
{
	struct lp_target_call call = parse_call((char *[]){ argv[0], NULL });
	sigset_t set;
	int sig;

	if (!strcmp(arg(argv, 1, ""), "later")) {
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigprocmask(SIG_BLOCK, &set, NULL);
		sigwait(&set, &sig);
	}
	if (ioctl(dev, LP_TARGET_CALL, &call))
		return fail("call");
	printf("f=%d g=%d,%d\n", call.f, call.g[0], call.g[1]);
	return 0;
}

static int do_call(char **argv)
{
	struct lp_target_call call = parse_call(argv);

	if (ioctl(dev, LP_TARGET_CALL, &call))
		return fail("call");
	printf("f=%d g=%d,%d\n", call.f, call.g[0], call.g[1]);
	return 0;
}

static void *hammer(void *arg)
{
	struct lp_target_call call;

	for (;;) {
		call = *(struct lp_target_call *)arg;
		if (ioctl(dev, LP_TARGET_CALL, &call) && errno != EINTR)
			break;
	}
	return NULL;
}

/* Stops at SIGTERM; SIGUSR1 only interrupts. */
static int do_hammer(char **argv)
{
	struct lp_target_call call = { 0 };
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	int threads = atoi(arg(argv, 0, "1"));
	pthread_t thread;

	call.repeat = atoi(arg(argv, 1, "1"));
	call.how = PICK(hows, arg(argv, 2, "none"));
	call.usecs = atoi(arg(argv, 3, "0"));
	sigaction(SIGUSR1, &sa, NULL);
	for (int i = 1; i < threads; i++)
		if (pthread_create(&thread, NULL, hammer, &call))
			return fail("pthread_create");
	hammer(&call);
	return fail("call");
}

static int do_kthreads(char **argv)
{
	struct lp_target_kthreads kt = {
		.loop = PICK(loops, arg(argv, 0, "call")),
		.count = atoi(arg(argv, 1, "1")),
		.how = PICK(hows, arg(argv, 2, "none")),
		.usecs = atoi(arg(argv, 3, "0")),
		.cpu = atoi(arg(argv, 4, "-1")),
	};

	return ioctl(dev, LP_TARGET_KTHREADS, &kt) ? fail("kthreads") : 0;
}

static int do_read(void)
{
	char which;

	if (read(dev, &which, 1) != 1)
		return fail("read");
	printf("f=%c\n", which);
	return 0;
}

static int do_stats(void)
{
	struct lp_target_stats s;

	if (ioctl(dev, LP_TARGET_STATS, &s))
		return fail("stats");
	printf("calls=%llu mixed=%llu backward=%llu inside=%u enable_old=%llu enable_new=%llu disable_old=%llu disable_new=%llu\n",
	       s.calls, s.mixed, s.backward, s.inside, s.active[1][0],
	       s.active[1][1], s.active[0][0], s.active[0][1]);
	return 0;
}

static int do_plain(unsigned long cmd, unsigned long arg)
{
	int ret = ioctl(dev, cmd, arg);

	if (ret < 0)
		return fail("ioctl");
	if (cmd == LP_TARGET_TWINS)
		printf("%d\n", ret);
	return 0;
}

/* The worker is a thread of this process. */
static int do_vhost(void)
{
	if (ioctl(dev, LP_TARGET_VHOST))
		return fail("vhost");
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}

int main(int argc, char **argv)
{
	const char *cmd = argc > 1 ? argv[1] : "";

	dev = open(LP_TARGET_DEV, O_RDWR);
	if (dev < 0)
		return fail(LP_TARGET_DEV);
	if (!strcmp(cmd, "call"))
		return do_call(argv + 2);
	if (!strcmp(cmd, "hold"))
		return do_hold(argv + 2);
	if (!strcmp(cmd, "hammer"))
		return do_hammer(argv + 2);
	if (!strcmp(cmd, "kthreads"))
		return do_kthreads(argv + 2);
	if (!strcmp(cmd, "read"))
		return do_read();
	if (!strcmp(cmd, "vhost"))
		return do_vhost();
	if (!strcmp(cmd, "stats"))
		return do_stats();
	if (!strcmp(cmd, "kstop"))
		return do_plain(LP_TARGET_KSTOP, 0);
	if (!strcmp(cmd, "release"))
		return do_plain(LP_TARGET_RELEASE, 0);
	if (!strcmp(cmd, "exit"))
		return do_plain(LP_TARGET_AT_CLOSE, 0);
	if (!strcmp(cmd, "reset"))
		return do_plain(LP_TARGET_RESET, 0);
	if (!strcmp(cmd, "twins"))
		return do_plain(LP_TARGET_TWINS, !strcmp(arg(argv, 2, ""), "hold"));
	if (!strcmp(cmd, "phase"))
		return do_plain(LP_TARGET_PHASE, atoi(arg(argv, 2, "0")));
	fprintf(stderr, "lptarget: unknown command '%s'\n", cmd);
	return 2;
}
