// SPDX-License-Identifier: GPL-2.0
/*
 * lpcycle - enable, disable and reverse a patch over and over
 *
 *   lpcycle ROOT NAME KO CYCLES [SEED [DWELL]]
 *
 * Loads the patch and disables it, with reversals at random moments, until it
 * is gone; unloads it; starts again. A cycle is one way there or back, to the
 * end of its transition, where it stays for DWELL ms. Prints what it did;
 * exits 1 when a transition does not end within a minute.
 */
#define _GNU_SOURCE
#include "patchctl.h"

#define STUCK_MS	60000
#define SWEEPS		8	/* attempts to come back before a patch goes */

static struct patchctl patch;
static unsigned int cycles, reversals, loads;
static unsigned int dwell_us;
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
	usleep(dwell_us);
	return 0;
}

/*
 * Reverses a running transition up to @times times. The write is refused when
 * the transition ends first; that is no failure.
 */
static void reverse(int times)
{
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

/* Disables, and reverses that; @times is even or the patch stays. */
static int disable(int times)
{
	int err = patch_set(&patch, "enabled", '0');

	if (err && err != ENOENT && err != EINVAL)
		return fail("disable", err);
	reverse(times);
	cycles++;
	return settle();
}

static int load_and_unload(void)
{
	int sweeps = SWEEPS, err = patch_load(&patch);

	if (err)
		return fail("insmod", err);
	reverse(random() % 4);
	cycles++;
	if (settle())
		return 1;
	while (patch_get(&patch, "enabled") == '1') {
		if (disable(sweeps-- > 0 ? random() % 2 * 2 + 1 : 0))
			return 1;
	}
	loads++;
	err = patch_unload(&patch);
	return err ? fail("rmmod", err) : 0;
}

int main(int argc, char **argv)
{
	unsigned int wanted;
	int bad = 0;

	if (argc < 5) {
		fprintf(stderr, "usage: lpcycle ROOT NAME KO CYCLES [SEED [DWELL]]\n");
		return 2;
	}
	patch = (struct patchctl){ argv[1], argv[2], argv[3] };
	wanted = atoi(argv[4]);
	srandom(argc > 5 ? atoi(argv[5]) : 1);
	dwell_us = argc > 6 ? atoi(argv[6]) * 1000 : 0;
	while (cycles < wanted && !bad)
		bad = load_and_unload();
	printf("cycles=%u loads=%u reversals=%u longest=%.1fms\n",
	       cycles, loads, reversals, longest);
	return bad || cycles < wanted;
}
