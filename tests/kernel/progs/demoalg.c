// SPDX-License-Identifier: GPL-2.0
/*
 * demoalg [FILE] - have the kernel encrypt through an AF_ALG socket
 *
 * A program that uses af_alg_sendmsg(), as an attacker of a hole in it would.
 * It encrypts the example of FIPS 197 and compares the result. Without FILE
 * it does so once, says how it went, and fails if it did not work. With FILE
 * it goes on with the same socket until it is killed, and writes a line to
 * FILE whenever the outcome changes: the number of the call, what it got.
 */
#include <errno.h>
#include <linux/if_alg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SOL_ALG
#define SOL_ALG 279
#endif

static const unsigned char key[16] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static const unsigned char plain[16] = {
	0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
	0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
static const unsigned char cipher[16] = {
	0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
	0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a };

static int open_socket(void)
{
	struct sockaddr_alg sa = {
		.salg_family = AF_ALG,
		.salg_type = "skcipher",
		.salg_name = "cbc(aes)"
	};
	int fd = socket(AF_ALG, SOCK_SEQPACKET, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) ||
	    setsockopt(fd, SOL_ALG, ALG_SET_KEY, key, sizeof(key)))
		return -1;
	return accept(fd, NULL, NULL);
}

static void put_control(struct msghdr *msg, struct cmsghdr **c, int type,
			const void *data, size_t size)
{
	*c = *c ? CMSG_NXTHDR(msg, *c) : CMSG_FIRSTHDR(msg);
	(*c)->cmsg_level = SOL_ALG;
	(*c)->cmsg_type = type;
	(*c)->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(*c), data, size);
}

static ssize_t send_block(int fd)
{
	char control[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(4 + 16)] = { 0 };
	struct iovec iov = { (void *)plain, sizeof(plain) };
	struct msghdr msg = {
		.msg_control = control, .msg_controllen = sizeof(control),
		.msg_iov = &iov, .msg_iovlen = 1
	};
	struct { int len; unsigned char iv[16]; } iv = { 16, { 0 } };
	struct cmsghdr *c = NULL;
	int op = ALG_OP_ENCRYPT;

	put_control(&msg, &c, ALG_SET_OP, &op, sizeof(op));
	put_control(&msg, &c, ALG_SET_IV, &iv, sizeof(iv));
	return sendmsg(fd, &msg, 0);
}

/* Says how one call went. */
static const char *encrypt(int fd)
{
	static char text[128];
	unsigned char out[16];

	if (send_block(fd) < 0)
		snprintf(text, sizeof(text), "sendmsg: %s", strerror(errno));
	else if (read(fd, out, sizeof(out)) != sizeof(out))
		snprintf(text, sizeof(text), "read: %s", strerror(errno));
	else if (memcmp(out, cipher, sizeof(out)))
		return "encrypted wrongly";
	else
		return "encrypted";
	return text;
}

static void go_on(int fd, FILE *file)
{
	char last[128] = "";

	for (unsigned long n = 1;; n++) {
		const char *now = encrypt(fd);

		if (strcmp(now, last)) {
			fprintf(file, "%lu %s\n", n, now);
			fflush(file);
			strcpy(last, now);
		}
		usleep(1000);
	}
}

int main(int argc, char **argv)
{
	int fd = open_socket();
	const char *result;
	FILE *file;

	if (fd < 0) {
		perror("AF_ALG socket");
		return 1;
	}
	if (argc > 1) {
		file = fopen(argv[1], "w");
		if (!file) {
			perror(argv[1]);
			return 1;
		}
		go_on(fd, file);
	}
	result = encrypt(fd);
	puts(result);
	return !!strcmp(result, "encrypted");
}
