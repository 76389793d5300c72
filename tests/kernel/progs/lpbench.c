// SPDX-License-Identifier: GPL-2.0
/*
 * lpbench - how long a transition takes, beside the kernel's own livepatch
 *
 *   lpbench RUNS THREADS KO KO-OF-KERNEL
 *
 * Both patch the same function in the same boot, alternately. The same
 * intervals for both: enable is from "starting patching transition" to
 * "patching complete" in the kernel log, disable from the write to the moment
 * when "transition" reads 0 or is gone.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include "patchctl.h"

#define LIMIT_MS	120000

struct times {
	double enable[100], disable[100];
};

static int kmsg;

static void die(const char *what, int err)
{
	printf("# %s: %s\n", what, err ? strerrorname_np(err) : "no end");
	exit(1);
}

static void *sleeper(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void start_threads(int n)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	while (n--)
		if (pthread_create(&thread, &attr, sleeper, NULL))
			die("pthread_create", errno);
}

/* Next record of the log with this text; its time in ms */
static double log_time(const char *name, const char *text)
{
	double end = now_ms() + LIMIT_MS;
	char line[2048], *msg;
	unsigned long long usec;
	ssize_t n;

	while (now_ms() < end) {
		n = read(kmsg, line, sizeof(line) - 1);
		if (n < 0) {
			usleep(500);
			continue;
		}
		line[n] = 0;
		msg = strchr(line, ';');
		if (msg && strstr(msg, name) && strstr(msg, text) &&
		    sscanf(line, "%*u,%*u,%llu", &usec) == 1)
			return usec / 1e3;
	}
	die(text, 0);
	return 0;
}

static void run(const struct patchctl *p, struct times *t, int i)
{
	double start;
	int err;

	lseek(kmsg, 0, SEEK_END);
	err = patch_load(p);
	if (err)
		die(p->ko, err);
	start = log_time(p->name, "starting patching transition");
	t->enable[i] = log_time(p->name, "patching complete") - start;
	if (patch_wait(p, LIMIT_MS, 200) < 0)
		die("enable", 0);
	start = now_ms();
	err = patch_set(p, "enabled", '0');
	if (err)
		die("disable", err);
	if (patch_wait(p, LIMIT_MS, 200) < 0)
		die("disable", 0);
	t->disable[i] = now_ms() - start;
	err = patch_unload(p);
	if (err)
		die("rmmod", err);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double report(const char *who, const char *what, int threads,
		     double *values, int n)
{
	double median;

	qsort(values, n, sizeof(*values), by_value);
	median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
	printf("# %5d threads, %-9s %-7s min %8.1f  median %8.1f  max %8.1f ms\n",
	       threads, who, what, values[0], median, values[n - 1]);
	return median;
}

static void result(const char *what, int threads, double ours, double theirs)
{
	printf("result %d %s %.1f %.1f %.1f\n", threads, what, ours, theirs,
	       ours > 0 ? theirs / ours : 0);
}

int main(int argc, char **argv)
{
	struct patchctl ours = { "/sys/kernel/livepoke", "patch_cmdline", NULL };
	struct patchctl theirs = { "/sys/kernel/livepatch", "lp_test_klp_kernel", NULL };
	static struct times a, b;
	int runs, threads;

	if (argc != 5)
		return 2;
	runs = atoi(argv[1]);
	threads = atoi(argv[2]);
	ours.ko = argv[3];
	theirs.ko = argv[4];
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (kmsg < 0 || runs < 1 || runs > 100)
		return 2;
	start_threads(threads);
	for (int i = 0; i < runs; i++) {
		run(&ours, &a, i);
		run(&theirs, &b, i);
	}
	result("enable", threads, report("livepoke", "enable", threads, a.enable, runs),
	       report("livepatch", "enable", threads, b.enable, runs));
	result("disable", threads, report("livepoke", "disable", threads, a.disable, runs),
	       report("livepatch", "disable", threads, b.disable, runs));
	return 0;
}
