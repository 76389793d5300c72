// SPDX-License-Identifier: GPL-2.0
/*
 * lpuring - one read of /dev/lp_test_target by an io_uring worker thread
 *
 * Prints "ready" after submitting; the worker then sleeps inside f until it
 * is released. Prints which f it was.
 */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../modules/target/target.h"

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static void *ring_map(int fd, size_t len, off_t offset)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		    fd, offset);
}

static void fill(struct io_uring_sqe *sqe, int dev, char *buf)
{
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_READ;
	sqe->flags = IOSQE_ASYNC;
	sqe->fd = dev;
	sqe->addr = (unsigned long)buf;
	sqe->len = 1;
}

int main(void)
{
	struct io_uring_params p = { 0 };
	int fd = syscall(SYS_io_uring_setup, 4, &p);
	int dev = open(LP_TARGET_DEV, O_RDWR);
	static char buf;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqe;
	unsigned int *array;

	if (fd < 0 || dev < 0)
		return fail("open");
	sq = ring_map(fd, p.sq_off.array + p.sq_entries * 4, IORING_OFF_SQ_RING);
	cq = ring_map(fd, p.cq_off.cqes + p.cq_entries * sizeof(*cqe),
		      IORING_OFF_CQ_RING);
	sqes = ring_map(fd, p.sq_entries * sizeof(*sqes), IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || sqes == MAP_FAILED)
		return fail("mmap");
	fill(sqes, dev, &buf);
	array = (unsigned int *)(sq + p.sq_off.array);
	array[0] = 0;
	__atomic_store_n((unsigned int *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 0, 0, NULL, 0) != 1)
		return fail("submit");
	puts("ready");
	fflush(stdout);
	if (syscall(SYS_io_uring_enter, fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return fail("wait");
	cqe = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
	printf("f=%c res=%d\n", buf ? buf : '?', cqe->res);
	return 0;
}
