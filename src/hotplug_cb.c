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
 *
 * A transition does not disable hotplug. The idle task of a CPU that is down
 * runs nothing; it is settled right before the CPU comes up and right after
 * it went down, in the section where the control CPU does the work.
 */
#include <linux/cpuhotplug.h>

#include "hotplug_cb.h"
#include "klp_switch.h"
#include "poke_sync.h"

static enum cpuhp_state lp_online_state, lp_prepare_state;

/* On the arriving CPU, in its hotplug thread. */
static int poke_cpu_up(unsigned int cpu)
{
	poke_acknowledge(POKE_FROM_HOTPLUG);
	return 0;
}

/* On the control CPU, while @cpu is down. */
static int lp_cpu_down(unsigned int cpu)
{
	lp_switch_idle_offline(cpu);
	return 0;
}

int lp_hotplug_init(void)
{
	int ret;

	ret = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "livepoke:prepare",
					lp_cpu_down, lp_cpu_down);
	if (ret < 0)
		return ret;
	lp_prepare_state = ret;
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "livepoke:online",
				poke_cpu_up, NULL);
	if (ret < 0) {
		cpuhp_remove_state_nocalls(lp_prepare_state);
		return ret;
	}
	lp_online_state = ret;
	return 0;
}

void lp_hotplug_exit(void)
{
	cpuhp_remove_state(lp_online_state);
	cpuhp_remove_state_nocalls(lp_prepare_state);
}
