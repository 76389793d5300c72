// SPDX-License-Identifier: GPL-2.0
/*
 * lpuevent - print the kernel's events, one a line, until killed
 *
 * Prints "ready" first.
 */
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);
	char buf[8192];
	ssize_t n;

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		perror("lpuevent");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			putchar(buf[i] ? buf[i] : ' ');
		putchar('\n');
		fflush(stdout);
	}
	return 1;
}
