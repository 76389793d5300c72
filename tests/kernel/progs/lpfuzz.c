// SPDX-License-Identifier: GPL-2.0
/*
 * lpfuzz - write at random to everything of livepoke that can be written
 *
 *   lpfuzz SEED WRITES [force]
 *
 * One thread on each CPU. What is written is right, nearly right, or noise:
 * several lines, text that looks like the kernel's log, bytes that no name has,
 * requests far too long. The functions that right requests name do no harm when
 * they are blocked. Without "force" no transition is ever forced, so that
 * everything can be unloaded afterwards; with it, those that run are, again and
 * again. Modules and patches come and go too. Afterwards every parameter has a
 * value with which things end.
 *
 * Prints how many writes of each kind were made and accepted, "accepted" being
 * a write that returned its length; "forced" are those that had to force.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOT	"/sys/kernel/livepoke"
#define PARAMS	"/sys/module/livepoke/parameters"
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_LEN	1200

enum knob { CONTROL, ENABLED, FORCE, FORCED, READ_ONLY, PARAMETER, DEBUGFS, KNOBS };
static const char *const kind_names[KNOBS] = {
	"control", "enabled", "force", "forced", "read-only", "parameter", "debugfs"
};

static const char *const functions[][2] = {
	{ "version_proc_show", "0" },
	{ "vmlinux:loadavg_proc_show", "0" },
	{ "cmdline_proc_show", "0" },
	{ "filesystems_proc_show", "0" },
	{ "meminfo_proc_show", "0" },
	{ "__x64_sys_sethostname", "EPERM" },
	{ "__x64_sys_swapon", "-1" },
	{ "ksys_sync", "" },
	{ "lp_test_target:lp_target_second_twin", "7 override=type" },
	{ "lp_test_target:lp_target_f", "0x3 override=deny,type" },
	{ "af_alg:af_alg_sendmsg", "EPERM" },
	{ "no_such_module:no_such_function", "EIO" },
};

/* Refused, each for another reason */
static const char *const refused[] = {
	"engage schedule 0", "engage panic 0", "engage do_exit EPERM",
	"engage livepoke:lp_block_engage 0", "engage d_path 5",
	"engage ksys_sync 5", "engage version_proc_show", "engage memcmp 0",
	"engage no_such_function 0", "engage current_time 0", "engage :x 0",
	"engage version_proc_show 0x1ffffffff", "engage x: 0", "engage",
	"engage version_proc_show EWRONG", "disengage", "disengage a b",
	"disengage no_such_function", "frobnicate version_proc_show",
	"engage version_proc_show 0 override=all", "", " ", "\t \t",
	"engage a:b:c:d 0", "engage a 0 override=deny b c d e f",
};

/* Nothing of this may appear in the log as a line of its own. */
static const char *const forgeries[] = {
	"frob\nlivepoke: forged by lpfuzz",
	"engage x\nlivepoke:forged-by-lpfuzz EPERM",
	"engage version_proc_show 0\nlivepoke: forged by lpfuzz\n",
	"\n<0>[    1.000000] livepoke: forged by lpfuzz",
	"engage x\rlivepoke: forged by lpfuzz",
	"engage version_proc_show 0\nengage cmdline_proc_show 0\n",
	"disengage version_proc_show\ndisengage cmdline_proc_show",
	"\033[2J\033[Hlivepoke: forged by lpfuzz", "'\nlivepoke: forged by lpfuzz",
	"engage %s%n%p 0", "engage ../../x 0", "engage x/y 0",
};

static const char *const switches[] = {
	"0", "1", "y", "n", "on", "off", "2", "-1", "", "\n", "0\n", "x", "1 1",
};
/* The first value is the one that it has afterwards. */
static const char *const parameters[][5] = {
	{ "signal_ms", "100", "1000", "0", "4294967295" },
	{ "stop_machine_ms", "0", "5000", "1", "4294967295" },
	{ "poke_sync_timeout_ms", "1000", "500", "0", "4294967295" },
	{ "poke_hand_over_ms", "100", "10", "0", "4294967295" },
	{ "poke_report_ms", "10000", "100", "0", "4294967295" },
	{ "poke_policy", "roll", "emulate", "", "-1" },
	{ "poke_middle_sync", "auto", "on", "off", "4294967295" },
	{ "allow_lkrg", "N", "Y", "2", "" },
};
static const char *const read_only[] = {
	"transition", "blockers", "timing", "stack_order", "replace", "hits",
	"value", "override", "vmlinux/patched",
};

struct fuzzer {
	pthread_t thread;
	int cpu;
	uint64_t random;
	unsigned long writes;
	unsigned long made[KNOBS], accepted[KNOBS];
	char buf[MAX_LEN + 1];
	size_t len;
};

static int with_force;

static uint64_t rnd(struct fuzzer *f, uint64_t n)
{
	f->random ^= f->random >> 12;
	f->random ^= f->random << 25;
	f->random ^= f->random >> 27;
	return (f->random * 0x2545F4914F6CDD1DULL >> 33) % n;
}

#define PICK(f, list)	((list)[rnd(f, COUNT(list))])

static void put(struct fuzzer *f, const char *text)
{
	f->len = strlen(text);
	memcpy(f->buf, text, f->len + 1);
}

static void noise(struct fuzzer *f, size_t max)
{
	f->len = rnd(f, max);
	for (size_t i = 0; i < f->len; i++)
		f->buf[i] = rnd(f, 256);
}

static void right_request(struct fuzzer *f)
{
	const char *const *function = PICK(f, functions);

	if (rnd(f, 2))
		f->len = sprintf(f->buf, "disengage %s", function[0]);
	else
		f->len = sprintf(f->buf, "engage %s %s", function[0], function[1]);
	if (rnd(f, 3) == 0)
		f->buf[f->len++] = '\n';
}

/* One byte of a right request changed, dropped or doubled, or its end lost. */
static void nearly_right_request(struct fuzzer *f)
{
	size_t at;

	right_request(f);
	at = rnd(f, f->len);
	switch (rnd(f, 4)) {
	case 0:
		f->buf[at] ^= 1 << rnd(f, 8);
		break;
	case 1:
		memmove(f->buf + at, f->buf + at + 1, --f->len - at);
		break;
	case 2:
		memmove(f->buf + at + 1, f->buf + at, f->len++ - at);
		break;
	case 3:
		f->len = at;
		break;
	}
}

static void long_request(struct fuzzer *f)
{
	f->len = MAX_LEN - rnd(f, 900);
	memset(f->buf, rnd(f, 2) ? 'x' : ' ', f->len);
	memcpy(f->buf, "engage ", 7);
}

static void make_request(struct fuzzer *f)
{
	switch (rnd(f, 16)) {
	case 0: case 1:
		put(f, PICK(f, refused));
		break;
	case 2:
		put(f, PICK(f, forgeries));
		break;
	case 3:
		noise(f, 64);
		break;
	case 4:
		noise(f, MAX_LEN);
		break;
	case 5:
		long_request(f);
		break;
	case 6: case 7:
		nearly_right_request(f);
		break;
	default:
		right_request(f);
	}
}

static void write_to(struct fuzzer *f, enum knob kind, const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	f->made[kind]++;
	if (fd < 0)
		return;
	if (write(fd, f->buf, f->len) == (ssize_t)f->len)
		f->accepted[kind]++;
	close(fd);
}

/* The directory of some patch that there is now; 0 if none. */
static int some_patch(struct fuzzer *f, char *name)
{
	DIR *dir = opendir(ROOT);
	struct dirent *entry;
	int n = 0;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_type == DT_DIR && *entry->d_name != '.' &&
		    !rnd(f, ++n))
			strcpy(name, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return n;
}

/* That of the patch in transition; 0 if there is none. */
static int patch_in_transition(char *name)
{
	DIR *dir = opendir(ROOT);
	struct dirent *entry;
	char path[600], value = '0';
	int fd;

	while (dir && value != '1' && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), ROOT "/%s/transition", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (read(fd, &value, 1) == 1 && value == '1')
			strcpy(name, entry->d_name);
		close(fd);
	}
	if (dir)
		closedir(dir);
	return value == '1';
}

/* Sleeps in a function that force_transition() blocks: it holds that up. */
static void start_sleeper(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	uint64_t value;

	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		if (read(fd, &value, sizeof(value)) < 0)
			perror("eventfd");
		usleep(100000);
	}
}

static void force_transition(struct fuzzer *f)
{
	char name[256], path[600];

	if (!patch_in_transition(name)) {
		put(f, "engage eventfd_read 0");
		write_to(f, CONTROL, ROOT "/control");
		return;
	}
	snprintf(path, sizeof(path), ROOT "/%s/force", name);
	put(f, "1");
	write_to(f, FORCED, path);
}

static void fuzz_patch(struct fuzzer *f, enum knob kind)
{
	char name[256] = "none", path[600];
	const char *file = kind == ENABLED ? "enabled" :
			   kind == FORCE ? "force" : PICK(f, read_only);

	some_patch(f, name);
	snprintf(path, sizeof(path), ROOT "/%s/%s", name, file);
	if (rnd(f, 8))
		put(f, PICK(f, switches));
	else
		noise(f, 100);
	/* What could be taken for yes */
	if (kind == FORCE && !with_force && f->len &&
	    !strchr("0nN2-x\n", f->buf[0]))
		put(f, "0");
	write_to(f, kind, path);
}

static void fuzz_parameter(struct fuzzer *f)
{
	const char *const *parameter = PICK(f, parameters);
	char path[200];

	snprintf(path, sizeof(path), PARAMS "/%s", parameter[0]);
	if (rnd(f, 3))
		put(f, parameter[1 + rnd(f, 4)]);
	else
		noise(f, 100);
	/* A number at random may be so small that nothing ends any more. */
	if (f->len && f->buf[0] >= '0' && f->buf[0] <= '9' && rnd(f, 3) == 0)
		f->buf[0] = 'z';
	write_to(f, PARAMETER, path);
}

static void fuzz_debugfs(struct fuzzer *f)
{
	noise(f, 200);
	write_to(f, DEBUGFS, "/sys/kernel/debug/livepoke/poke");
}

static void read_something(struct fuzzer *f)
{
	char name[256] = "none", path[600], buf[4096];
	int fd;

	some_patch(f, name);
	snprintf(path, sizeof(path), ROOT "/%s/%s", name, PICK(f, read_only));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && read(fd, buf, sizeof(buf)) > 0)
		;
	if (fd >= 0)
		close(fd);
}

/* The same for a module and for a patch */
static void come_and_go(struct fuzzer *f)
{
	static const char *const names[] = { "lp_test_target", "patch_cmdline" };
	const char *name = PICK(f, names);
	char path[100];
	int fd;

	if (rnd(f, 2)) {
		syscall(SYS_delete_module, name, O_NONBLOCK);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s.ko", getenv("LP_KO") ?: "/lp/product", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	syscall(SYS_finit_module, fd, "", 0);
	close(fd);
}

static void step(struct fuzzer *f)
{
	uint64_t what = rnd(f, 100);

	if (what < 70) {
		make_request(f);
		write_to(f, CONTROL, ROOT "/control");
	} else if (what < 82) {
		fuzz_patch(f, ENABLED);
	} else if (what < 86) {
		fuzz_patch(f, FORCE);
	} else if (what < 90) {
		fuzz_patch(f, READ_ONLY);
	} else if (what < 97) {
		fuzz_parameter(f);
	} else {
		fuzz_debugfs(f);
	}
	if (with_force && !rnd(f, 4))
		force_transition(f);
	if (!rnd(f, 50))
		read_something(f);
	if (!rnd(f, 100))
		come_and_go(f);
}

static void *fuzz(void *arg)
{
	struct fuzzer *f = arg;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(f->cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	while (f->writes--)
		step(f);
	return NULL;
}

static void reset_parameters(struct fuzzer *f)
{
	char path[200];

	for (size_t i = 0; i < COUNT(parameters); i++) {
		snprintf(path, sizeof(path), PARAMS "/%s", parameters[i][0]);
		put(f, parameters[i][1]);
		write_to(f, PARAMETER, path);
	}
}

static void print_counts(const struct fuzzer *fuzzers, int n)
{
	unsigned long all = 0, all_accepted = 0;

	for (int kind = 0; kind < KNOBS; kind++) {
		unsigned long made = 0, accepted = 0;

		for (int i = 0; i < n; i++) {
			made += fuzzers[i].made[kind];
			accepted += fuzzers[i].accepted[kind];
		}
		printf("%s %lu accepted %lu\n", kind_names[kind], made, accepted);
		all += made;
		all_accepted += accepted;
	}
	printf("all %lu accepted %lu\n", all, all_accepted);
}

int main(int argc, char **argv)
{
	static struct fuzzer fuzzers[64];
	int n = sysconf(_SC_NPROCESSORS_ONLN);

	if (argc < 3) {
		fprintf(stderr, "usage: lpfuzz SEED WRITES [force]\n");
		return 2;
	}
	n = n > 64 ? 64 : n;
	with_force = argc > 3;
	if (with_force)
		start_sleeper();
	for (int i = 0; i < n; i++) {
		fuzzers[i].cpu = i;
		fuzzers[i].random = (strtoull(argv[1], NULL, 0) + i + 1) * 0x9E3779B97F4A7C15ULL;
		fuzzers[i].writes = strtoul(argv[2], NULL, 0) / n;
		if (pthread_create(&fuzzers[i].thread, NULL, fuzz, &fuzzers[i])) {
			perror("lpfuzz");
			return 1;
		}
	}
	for (int i = 0; i < n; i++)
		pthread_join(fuzzers[i].thread, NULL);
	reset_parameters(&fuzzers[0]);
	print_counts(fuzzers, n);
	return 0;
}
