// SPDX-License-Identifier: GPL-2.0
/*
 * lpload - load of the live patching tests
 *
 *   lpload KIND=N...     run until killed; prints "ready" once all runs, and
 *                        what was done when SIGTERM ends it; ends by itself
 *                        when a part of it has failed
 *     sleepers=N  threads that sleep for ever, in one process
 *     spinners=N  processes that burn user time
 *     spincpu=N   one such process bound to CPU N
 *     forkers=N   processes that fork children without end; each child reads
 *                 /proc/cmdline, every fourth executes a program
 *     callers=N   the same, and the child calls f of lp_test_target
 *     dawdlers=N  the same, and the child sleeps inside f
 *     seldom=N    the same, half a second between two children
 *     relays=N    processes that fork a child every 100 ms, which sleeps
 *                 inside f for a second: there is always one inside
 *     signals=PID storm of SIGUSR1 for all threads of a process
 *     ptrace=PID  stop, continue and detach its threads without end
 *     hotplug=N   take CPUs 1..N down and up in turn
 *     slowplug=N  the same, and leave each down for a while
 *   lpload forks N       fork N children one after the other, each calls f
 *   lpload traced        a traced child, stopped in between calls of f; after
 *                        SIGUSR1 it is left alone and says which f it calls
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../modules/target/target.h"

static int dev = -1;

/* What the children have done, about: several may count at once. */
static struct counts {
	unsigned int forks, signals, stops, plugs;
} *counts;

static void die(const char *what)
{
	fprintf(stderr, "lpload: %s: %s\n", what, strerror(errno));
	exit(1);
}

static pid_t spawn(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void *sleeper(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void start_sleepers(int n)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	for (int i = 0; i < n; i++)
		if (pthread_create(&thread, &attr, sleeper, NULL))
			die("pthread_create");
}

static void spin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (cpu >= 0 && sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
	for (;;)
		__asm__ volatile("pause");
}

/* What the children of a fork storm do with f of the target. */
enum child_call { NO_CALL, CALL, DAWDLE };

static void call_f(enum child_call how)
{
	struct lp_target_call call = { .repeat = 3 };

	if (how == DAWDLE) {
		call.how = LP_PAUSE_YIELD;
		call.usecs = 50000;
	}
	if (ioctl(dev, LP_TARGET_CALL, &call))
		_exit(1);
}

static void child(enum child_call call, unsigned int n)
{
	char buf[64];
	int fd;

	if (call != NO_CALL)
		call_f(call);
	fd = open("/proc/cmdline", O_RDONLY);
	if (fd < 0 || read(fd, buf, sizeof(buf)) <= 0)
		_exit(1);
	if (n % 4 == 0)
		execl("/bin/true", "true", NULL);
	_exit(0);
}

static void fork_storm(enum child_call call, unsigned int pause_us)
{
	for (unsigned int n = 0;; n++) {
		pid_t pid = fork();
		int status;

		if (pid < 0)
			continue;
		if (!pid)
			child(call, n);
		if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status))
			_exit(1);
		counts->forks++;
		usleep(pause_us);
	}
}

static void relay(void)
{
	struct lp_target_call call = {
		.how = LP_PAUSE_YIELD, .usecs = 1000000, .repeat = 1,
	};

	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		if (!fork())
			_exit(ioctl(dev, LP_TARGET_CALL, &call) != 0);
		usleep(100000);
	}
}

static int count_forks(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid) {
			call_f(CALL);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	return 0;
}

typedef void (*thread_fn)(pid_t pid, pid_t tid);

static void visit_threads(pid_t pid, thread_fn fn)
{
	char path[64];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		exit(0);
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.')
			fn(pid, atoi(d->d_name));
	closedir(dir);
}

static void send_signal(pid_t pid, pid_t tid)
{
	if (!syscall(SYS_tgkill, pid, tid, SIGUSR1))
		counts->signals++;
	usleep(300);
}

/* Stops one thread, lets it run again with whatever signal it had, leaves it. */
static void trace_stop(pid_t pid, pid_t tid)
{
	int status;

	(void)pid;
	if (ptrace(PTRACE_SEIZE, tid, 0, 0))
		return;
	for (int i = 0; i < 3; i++) {
		if (ptrace(PTRACE_INTERRUPT, tid, 0, 0) ||
		    waitpid(tid, &status, __WALL) != tid || !WIFSTOPPED(status))
			return;
		counts->stops++;
		usleep(500);
		ptrace(PTRACE_CONT, tid, 0, status >> 16 ? 0 : WSTOPSIG(status));
		usleep(300);
	}
	if (ptrace(PTRACE_INTERRUPT, tid, 0, 0) ||
	    waitpid(tid, &status, __WALL) != tid)
		return;
	ptrace(PTRACE_DETACH, tid, 0, status >> 16 ? 0 : WSTOPSIG(status));
}

static void storm(pid_t pid, thread_fn fn)
{
	for (;;) {
		visit_threads(pid, fn);
		usleep(1000);
	}
}

static bool set_online(int cpu, const char *online)
{
	char path[64];
	bool done;
	int fd;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		die(path);
	done = write(fd, online, 1) == 1;
	if (!done && errno != EBUSY)
		die(path);
	close(fd);
	return done;
}

static void hotplug(int cpus, unsigned int down_us)
{
	for (int i = 0;; i++) {
		int cpu = i % cpus + 1;

		if (set_online(cpu, "0"))
			counts->plugs++;
		usleep(down_us);
		set_online(cpu, "1");
		usleep(20000);
	}
}

static volatile sig_atomic_t said;

static void say(int sig)
{
	(void)sig;
	said = 1;
}

static void call_until_said(void)
{
	struct lp_target_call call = { .repeat = 1 };

	bool last;

	/* Once more after the word: the signal may come in between two calls. */
	do {
		last = said;
		if (ioctl(dev, LP_TARGET_CALL, &call))
			_exit(1);
	} while (!last);
	dprintf(STDOUT_FILENO, "f=%d g=%d,%d\n", call.f, call.g[0], call.g[1]);
	_exit(0);
}

static int traced(void)
{
	pid_t pid;
	int status;

	signal(SIGUSR1, say);
	pid = spawn();
	if (!pid)
		call_until_said();
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL) || ptrace(PTRACE_INTERRUPT, pid, 0, 0) ||
	    waitpid(pid, &status, __WALL) != pid)
		die("ptrace");
	printf("ready %d\n", pid);
	fflush(stdout);
	while (!said)
		pause();
	ptrace(PTRACE_DETACH, pid, 0, 0);
	kill(pid, SIGUSR1);
	return waitpid(pid, NULL, 0) != pid;
}

static void run(const char *kind, int n)
{
	if (!strcmp(kind, "spincpu"))
		spin(n);
	if (!strcmp(kind, "signals"))
		storm(n, send_signal);
	if (!strcmp(kind, "ptrace"))
		storm(n, trace_stop);
	if (!strcmp(kind, "hotplug"))
		hotplug(n, 5000);
	if (!strcmp(kind, "slowplug"))
		hotplug(n, 150000);
	if (!strcmp(kind, "spinners"))
		spin(-1);
	if (!strcmp(kind, "forkers"))
		fork_storm(NO_CALL, 0);
	if (!strcmp(kind, "callers"))
		fork_storm(CALL, 0);
	if (!strcmp(kind, "dawdlers"))
		fork_storm(DAWDLE, 0);
	if (!strcmp(kind, "seldom"))
		fork_storm(DAWDLE, 500000);
	if (!strcmp(kind, "relays"))
		relay();
	fprintf(stderr, "lpload: what is '%s'?\n", kind);
	exit(2);
}

static void start(char *spec)
{
	char *eq = strchr(spec, '=');
	int n, copies = 1;

	if (!eq) {
		fprintf(stderr, "lpload: what is '%s'?\n", spec);
		exit(2);
	}
	*eq = 0;
	n = atoi(eq + 1);
	if (!strcmp(spec, "sleepers")) {
		start_sleepers(n);
		return;
	}
	if (!strcmp(spec, "spinners") || !strcmp(spec, "forkers") ||
	    !strcmp(spec, "callers") || !strcmp(spec, "dawdlers") ||
	    !strcmp(spec, "seldom") || !strcmp(spec, "relays"))
		copies = n;
	while (copies--)
		if (!spawn())
			run(spec, n);
}

/* Processes that follow another one end with it; none fails. */
static int watch_children(void)
{
	int status;

	for (;;) {
		if (waitpid(-1, &status, 0) < 0)
			pause();
		else if (status)
			break;
	}
	fprintf(stderr, "lpload: a process ended with status 0x%x\n", status);
	return 1;
}

static void on_term(int sig)
{
	dprintf(STDOUT_FILENO, "forks=%u signals=%u stops=%u plugs=%u\n",
		counts->forks, counts->signals, counts->stops, counts->plugs);
	signal(sig, SIG_DFL);
	raise(sig);
}

int main(int argc, char **argv)
{
	dev = open(LP_TARGET_DEV, O_RDWR);
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		die("mmap");
	if (argc == 3 && !strcmp(argv[1], "forks"))
		return count_forks(atoi(argv[2]));
	if (argc == 2 && !strcmp(argv[1], "traced"))
		return traced();
	/* Processes first: a forked child inherits no threads. */
	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], "sleepers=", 9))
			start(argv[i]);
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], "sleepers=", 9))
			start(argv[i]);
	signal(SIGTERM, on_term);
	puts("ready");
	fflush(stdout);
	return watch_children();
}
