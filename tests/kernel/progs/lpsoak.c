// SPDX-License-Identifier: GPL-2.0
/*
 * lpsoak - everything at once, for a while
 *
 *   lpsoak SECONDS SEED
 *
 * One process each pokes, patches, blocks, loads and unloads modules, traces,
 * takes CPUs down and up, eats memory; each with its own sequence of random
 * numbers, all made from SEED. Prints what was done, and what went wrong;
 * exits 1 if anything did.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "patchctl.h"

#define SYS		"/sys/kernel/livepoke"
#define TRACING		"/sys/kernel/tracing"
#define POKE_FILE	"/sys/kernel/debug/lp_test_poke"
#define MODULES		"/lp/test"
#define TARGET		"lp_test_target"
#define TWIN		TARGET ":lp_target_second_twin"
#define STUCK_MS	120000

enum count {
	POKES, PATCHES, REVERSALS, BLOCKS, MODULES_LOADED, TRACES, OFFLINES,
	MEGABYTES, BUSY, ERRORS, COUNTS
};

static const char *const names[COUNTS] = {
	"pokes", "patches", "reversals", "blocks", "modules", "traces",
	"hotplugs", "megabytes", "busy", "errors",
};

static unsigned long *counts;	/* shared by all processes */
static double deadline;

static void add(enum count what, unsigned long n)
{
	__atomic_fetch_add(&counts[what], n, __ATOMIC_RELAXED);
}

static int over(void)
{
	return now_ms() > deadline;
}

__attribute__((format(printf, 1, 2)))
static void wrong(const char *fmt, ...)
{
	va_list ap;

	add(ERRORS, 1);
	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
}

/* Length of what was read, or -1; ends with a zero byte in any case */
static ssize_t get(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	buf[n > 0 ? n : 0] = 0;
	if (fd >= 0)
		close(fd);
	return n;
}

/* Somebody else's transition is running, or ours is not over yet. */
static int busy(int err)
{
	if (err != EBUSY)
		return 0;
	add(BUSY, 1);
	usleep(2000);
	return 1;
}

static void nap(unsigned int max_ms)
{
	usleep(random() % (max_ms * 1000));
}

/* The number behind a word in the results of the poke tests */
static long poke_result(const char *buf, const char *key)
{
	const char *at = strstr(buf, key);

	return at ? atol(at + strlen(key)) : -1;
}

static void do_poke(void)
{
	static const char *const sites[] = { "plain", "cross16", "cross64", "crosspage", "kernel" };
	char line[128], out[4096];
	unsigned int flips = 5 + random() % 40;
	int err;

	snprintf(line, sizeof(line), "hammer site=%s flips=%u pause_us=%ld",
		 sites[random() % 5], flips, random() % 2000);
	err = file_put(POKE_FILE, line);
	get(POKE_FILE, out, sizeof(out));
	if (err)
		wrong("%s: %s", line, strerrorname_np(err));
	if (poke_result(out, "torn ") || poke_result(out, "bad_if "))
		wrong("%s: torn\n%s", line, out);
	add(POKES, flips);
	nap(20);
}

static int load(const char *name, const char *params)
{
	char path[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), MODULES "/%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (syscall(SYS_finit_module, fd, params, 0))
		err = errno;
	close(fd);
	return err;
}

/* A patch until it is gone; @name is that of its directory, too. */
static void await_gone(const struct patchctl *p)
{
	double start = now_ms();

	while (patch_get(p, "enabled")) {
		if (now_ms() - start > STUCK_MS) {
			wrong("%s does not go", p->name);
			return;
		}
		usleep(500);
	}
}

static void take_off(const struct patchctl *p)
{
	double start = now_ms();
	int err;

	while ((err = patch_set(p, "enabled", '0')) && err != ENOENT && err != EINVAL) {
		if (!busy(err) || now_ms() - start > STUCK_MS) {
			wrong("disable %s: %s", p->name, strerrorname_np(err));
			return;
		}
	}
	await_gone(p);
}

static void do_patch(void)
{
	/* An immediate patch may mix: it has no part in what is counted. */
	static const struct patchctl instant = { SYS, "lp_test_klp_any2", "" };
	static const struct patchctl pair = { SYS, "lp_test_klp_pair", "" };
	static const char now[] = "name=cmdline_proc_show immediate=1";
	const struct patchctl *p = random() % 8 ? &pair : &instant;
	double start = now_ms();
	int err, times;

	while ((err = load(p->name, p == &pair ? "" : now))) {
		if (!busy(err) || now_ms() - start > STUCK_MS) {
			wrong("load %s: %s", p->name, strerrorname_np(err));
			return;
		}
	}
	for (times = random() % 3 * 2; times; times--) {
		if (!patch_set(p, "enabled", times % 2 ? '1' : '0'))
			add(REVERSALS, 1);
		usleep(random() % 3000);
	}
	if (patch_wait(p, STUCK_MS, 500) < 0)
		wrong("%s is stuck", p->name);
	nap(50);
	take_off(p);
	err = patch_unload(p);
	if (err)
		wrong("unload %s: %s", p->name, strerrorname_np(err));
	add(PATCHES, 1);
}

static void do_block(void)
{
	static const struct patchctl block = { SYS, "block-" TWIN, "" };
	double start = now_ms();
	int err;

	while ((err = file_put(SYS "/control", "engage " TWIN " 7 override=type"))) {
		if (!busy(err) || now_ms() - start > STUCK_MS) {
			wrong("engage: %s", strerrorname_np(err));
			return;
		}
	}
	nap(30);
	take_off(&block);
	add(BLOCKS, 1);
}

/* One of them is patched when it comes. */
static void do_module(void)
{
	static const char *const mods[] = { "poke_call", "poke_branch", "lp_test_poke_value" };
	static const char *const switches[] = {
		"/sys/module/poke_call/parameters/multiply",
		"/sys/module/poke_branch/parameters/counting",
	};
	struct patchctl p = { SYS, mods[random() % 3], "" };
	int i, which = p.name == mods[2] ? 2 : p.name == mods[1];
	char value[8];
	ssize_t n;
	int err = load(p.name, "");

	if (err) {
		wrong("load %s: %s", p.name, strerrorname_np(err));
		return;
	}
	for (i = random() % 5; which < 2 && i; i--) {
		err = file_put(switches[which], i % 2 ? "1" : "0");
		if (err)
			wrong("%s: %s", switches[which], strerrorname_np(err));
	}
	/* The replacement only returns a length, two. */
	n = get("/sys/module/lp_test_poke_value/parameters/value", value, sizeof(value));
	if (which == 2 && (n != 2 || value[0]))
		wrong("lp_test_poke_value came without its patch: '%s'", value);
	nap(20);
	err = patch_unload(&p);
	if (err)
		wrong("unload %s: %s", p.name, strerrorname_np(err));
	add(MODULES_LOADED, 1);
}

/* Tracing may be busy; anything else is wrong. */
static int trace_put(const char *file, const char *text)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), TRACING "/%s", file);
	err = file_put(path, text);
	if (err && err != EBUSY && err != EAGAIN)
		wrong("%s: %s", path, strerrorname_np(err));
	else if (err)
		add(BUSY, 1);
	return err;
}

/* Taken back whatever became of it */
static int trace_functions(void)
{
	int err = trace_put("set_ftrace_filter", "lp_target_*\nvfs_*\n") ||
		  trace_put("current_tracer", "function");

	nap(40);
	err |= trace_put("current_tracer", "nop");
	err |= trace_put("set_ftrace_filter", "");
	return err;
}

static int trace_kprobe(void)
{
	int err;

	if (trace_put("kprobe_events", "p:lp_soak vfs_read"))
		return 1;
	err = trace_put("events/kprobes/lp_soak/enable", "1");
	nap(40);
	err |= trace_put("events/kprobes/lp_soak/enable", "0");
	err |= trace_put("kprobe_events", "");
	return err;
}

static int trace_events(void)
{
	int err = trace_put("events/livepoke/enable", "1") ||
		  trace_put("events/sched/enable", "1");

	nap(40);
	err |= trace_put("events/sched/enable", "0");
	err |= trace_put("events/livepoke/enable", "0");
	return err;
}

static int trace_clear(void)
{
	return trace_put("trace", "");
}

static void do_trace(void)
{
	static int (*const ways[])(void) = {
		trace_functions, trace_kprobe, trace_events, trace_clear,
	};

	if (!ways[random() % 4]())
		add(TRACES, 1);
	nap(100);
}

static void do_hotplug(void)
{
	char path[64];
	int down, err;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%ld/online", 1 + random() % 3);
	down = file_put(path, "0");
	if (down && down != EBUSY)
		wrong("%s: %s", path, strerrorname_np(down));
	nap(30);
	err = file_put(path, "1");
	if (err)
		wrong("%s up: %s", path, strerrorname_np(err));
	add(OFFLINES, !down && !err);
	nap(100);
}

static void do_memory(void)
{
	char buf[512];
	const char *at;
	size_t kb, step;
	char *mem;

	get("/proc/meminfo", buf, sizeof(buf));
	at = strstr(buf, "MemAvailable:");
	kb = (at ? atol(at + 13) : 0) * (40 + random() % 30) / 100;
	mem = mmap(NULL, kb * 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		return;
	for (step = 0; step < kb * 1024 && !over(); step += 4096)
		mem[step] = 1;
	nap(50);
	munmap(mem, kb * 1024);
	file_put("/proc/sys/vm/drop_caches", "3");
	add(MEGABYTES, step >> 20);
	nap(200);
}

static void (*const actors[])(void) = {
	do_poke, do_patch, do_block, do_module, do_trace, do_hotplug, do_memory,
};

#define ACTORS	(sizeof(actors) / sizeof(*actors))

static pid_t start(int i, unsigned int seed)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	srandom(seed + i);
	while (!over())
		actors[i]();
	_exit(0);
}

int main(int argc, char **argv)
{
	unsigned int i, seed;
	int status;

	if (argc != 3) {
		fprintf(stderr, "usage: lpsoak SECONDS SEED\n");
		return 2;
	}
	seed = strtoul(argv[2], NULL, 0);
	deadline = now_ms() + atoi(argv[1]) * 1000.0;
	counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		return 2;
	for (i = 0; i < ACTORS; i++) {
		if (start(i, seed * ACTORS) < 0)
			wrong("fork: %s", strerrorname_np(errno));
	}
	while (wait(&status) > 0) {
		if (!WIFEXITED(status))
			wrong("an actor was killed by signal %d", WTERMSIG(status));
	}
	for (i = 0; i < COUNTS; i++)
		printf("%s=%lu%s", names[i], counts[i], i + 1 < COUNTS ? " " : "\n");
	return counts[ERRORS] != 0;
}
