// SPDX-License-Identifier: GPL-2.0
/*
 * CPU hotplug callbacks.
 *
 * A poke holds cpus_read_lock() from before its first store to after its
 * last sync, so a hotplug request made meanwhile completes after it, and the
 * CPUs that a round asks are the CPUs that it waits for. What remains for
 * the callback: a CPU that arrives has taken part in no round, and must
 * serialise before an acknowledgement of it may count. One that leaves is no
 * longer in the online mask and owes nothing.
 */
#include <linux/cpuhotplug.h>

#include "hotplug_cb.h"
#include "poke_sync.h"

static enum cpuhp_state lp_hotplug_state;

/* On the arriving CPU, in its hotplug thread. */
static int poke_cpu_up(unsigned int cpu)
{
	poke_acknowledge(POKE_FROM_HOTPLUG);
	return 0;
}

int lp_hotplug_init(void)
{
	int ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "livepoke:online",
				    poke_cpu_up, NULL);

	if (ret < 0)
		return ret;
	lp_hotplug_state = ret;
	return 0;
}

void lp_hotplug_exit(void)
{
	cpuhp_remove_state(lp_hotplug_state);
}
