// SPDX-License-Identifier: GPL-2.0
/*
 * lpcycle - enable, disable and reverse a patch over and over
 *
 *   lpcycle ROOT NAME KO CYCLES [SEED]
 *
 * Each cycle loads the patch, perhaps reverses its transition up to three
 * times at random moments, waits, disables it, perhaps reverses that, waits,
 * unloads. Prints what it did; exits 1 when a transition does not end.
 */
#define _GNU_SOURCE
#include "patchctl.h"

#define STUCK_MS	60000

static struct patchctl patch;
static unsigned int reversals, disables;
static double longest;

static int fail(const char *what, int err)
{
	printf("%s: %s\n", what, err ? strerrorname_np(err) : "stuck");
	fflush(stdout);
	return 1;
}

static void show_blockers(void)
{
	int fd = patch_open(&patch, "blockers", O_RDONLY);
	char buf[4097];
	ssize_t n = fd < 0 ? 0 : read(fd, buf, 4096);

	if (n > 0)
		printf("blockers:\n%.*s", (int)n, buf);
}

static int settle(void)
{
	double ms = patch_wait(&patch, STUCK_MS, 200);

	if (ms < 0) {
		show_blockers();
		return fail("transition", 0);
	}
	if (ms > longest)
		longest = ms;
	return 0;
}

/*
 * Reverses a running transition a few times. The write is refused when the
 * transition ends first; that is no failure.
 */
static void reverse(void)
{
	int times = random() % 4;

	while (times--) {
		char value = patch_get(&patch, "enabled");

		if (patch_get(&patch, "transition") != '1' || !value)
			return;
		if (!patch_set(&patch, "enabled", value == '1' ? '0' : '1'))
			reversals++;
		if (random() % 2)
			usleep(random() % 2000);
	}
}

static int cycle(void)
{
	int err = patch_load(&patch);

	if (err)
		return fail("insmod", err);
	reverse();
	if (settle())
		return 1;
	while (patch_get(&patch, "enabled") == '1') {
		err = patch_set(&patch, "enabled", '0');
		if (err && err != ENOENT && err != EINVAL)
			return fail("disable", err);
		reverse();
		if (settle())
			return 1;
		disables++;
	}
	err = patch_unload(&patch);
	return err ? fail("rmmod", err) : 0;
}

int main(int argc, char **argv)
{
	unsigned int cycles, i;

	if (argc < 5) {
		fprintf(stderr, "usage: lpcycle ROOT NAME KO CYCLES [SEED]\n");
		return 2;
	}
	patch = (struct patchctl){ argv[1], argv[2], argv[3] };
	cycles = atoi(argv[4]);
	srandom(argc > 5 ? atoi(argv[5]) : 1);
	for (i = 0; i < cycles; i++)
		if (cycle())
			break;
	printf("cycles=%u of %u reversals=%u disables=%u longest=%.1fms\n",
	       i, cycles, reversals, disables, longest);
	return i != cycles;
}
