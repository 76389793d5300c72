// SPDX-License-Identifier: GPL-2.0
/*
 * lpbpf - a BPF program on a kernel function
 *
 *	lpbpf fentry|fexit|fmod_ret|kprobe FUNCTION
 *
 * Attaches a program that counts calls, and prints "ready", or the name of the
 * error. Then prints the count at every SIGUSR1 until a SIGTERM.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INSN(_code, _dst, _src, _off, _imm)				\
	((struct bpf_insn){ .code = (_code), .dst_reg = (_dst),		\
			    .src_reg = (_src), .off = (_off), .imm = (_imm) })

static int fail(const char *what, int err)
{
	printf("%s %s\n", strerrorname_np(err), what);
	return 1;
}

static void quiet_please(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	libbpf_set_print(NULL);
	setrlimit(RLIMIT_MEMLOCK, &all);
}

/* counts[0]++; return 0; */
static int load_counter(int map, enum bpf_prog_type type,
			enum bpf_attach_type attach, int btf_id)
{
	const struct bpf_insn program[] = {
		INSN(BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, -4, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -4),
		INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_1, 0, 0, 1),
		INSN(BPF_STX | BPF_XADD | BPF_DW, BPF_REG_0, BPF_REG_1, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		    .expected_attach_type = attach, .attach_btf_id = btf_id);

	return bpf_prog_load(type, "lp_count", "GPL", program,
			     sizeof(program) / sizeof(*program), &opts);
}

static int attach_trampoline(int map, enum bpf_attach_type type, const char *function)
{
	int prog, fd, id = libbpf_find_vmlinux_btf_id(function, type);

	if (id < 0)
		return fail("no type information", -id);
	prog = load_counter(map, BPF_PROG_TYPE_TRACING, type, id);
	if (prog < 0)
		return fail("load", errno);
	fd = bpf_raw_tracepoint_open(NULL, prog);
	return fd < 0 ? fail("attach", errno) : 0;
}

static int kprobe_type(void)
{
	FILE *file = fopen("/sys/bus/event_source/devices/kprobe/type", "r");
	int type = -1;

	if (file && fscanf(file, "%d", &type) != 1)
		type = -1;
	if (file)
		fclose(file);
	return type;
}

static int attach_kprobe(int map, const char *function)
{
	struct perf_event_attr attr = { .size = sizeof(attr), .type = kprobe_type() };
	int prog, event;

	attr.kprobe_func = (uintptr_t)function;
	prog = load_counter(map, BPF_PROG_TYPE_KPROBE, 0, 0);
	if (prog < 0)
		return fail("load", errno);
	event = syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0);
	if (event < 0)
		return fail("perf_event_open", errno);
	if (ioctl(event, PERF_EVENT_IOC_SET_BPF, prog) ||
	    ioctl(event, PERF_EVENT_IOC_ENABLE, 0))
		return fail("attach", errno);
	return 0;
}

static int attach(int map, const char *kind, const char *function)
{
	if (!strcmp(kind, "fentry"))
		return attach_trampoline(map, BPF_TRACE_FENTRY, function);
	if (!strcmp(kind, "fexit"))
		return attach_trampoline(map, BPF_TRACE_FEXIT, function);
	if (!strcmp(kind, "fmod_ret"))
		return attach_trampoline(map, BPF_MODIFY_RETURN, function);
	return attach_kprobe(map, function);
}

static void report(int map)
{
	uint32_t key = 0;
	uint64_t count = 0;

	bpf_map_lookup_elem(map, &key, &count);
	printf("%llu\n", (unsigned long long)count);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	sigset_t signals;
	int map, signal;

	if (argc != 3)
		return 2;
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	quiet_please();
	map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "lp_counts", 4, 8, 1, NULL);
	if (map < 0)
		return fail("map", errno);
	if (attach(map, argv[1], argv[2]))
		return 1;
	puts("ready");
	fflush(stdout);
	while (!sigwait(&signals, &signal) && signal == SIGUSR1)
		report(map);
	return 0;
}
