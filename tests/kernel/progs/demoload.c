// SPDX-License-Identifier: GPL-2.0
/*
 * demoload THREADS - threads that sleep, and one that never stops computing
 *
 * The work of the machine in "make demo". Prints "ready" once all of them
 * exist, then runs until it is killed.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *sleeper(void *arg)
{
	for (;;)
		pause();
	return arg;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 200;
	pthread_t thread;

	for (int i = 0; i < n; i++) {
		if (pthread_create(&thread, NULL, sleeper, NULL)) {
			perror("demoload");
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	for (;;)
		__asm__ volatile("");
}
