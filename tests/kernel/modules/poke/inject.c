// SPDX-License-Identifier: GPL-2.0
/*
 * Events on the patching CPU at every point of the protocol.
 */
#include <linux/module.h>

#include <asm/mce.h>
#include <asm/msr.h>

#include "compat/tests.h"
#include "tp_poke.h"

/*
 * @point, @which: where, and in which of the syncs; 0 outside of them
 * @how: the event
 * @armed: one event per poke, or @always
 * @second: another one at this point, after the first
 */
static struct {
	int point;
	unsigned long which;
	void (*how)(void);
	bool armed, always;
	int second;
	bool second_armed;
	struct tp_site *site;
	u64 fired, before, after;
} tp_inj;

/* Which instruction does the interrupting context execute? */
static void tp_inject_execute(void)
{
	unsigned int val = tp_inj.site->fn();

	tp_inj.before += val == (tp_inj.site->on ? TP_NEW : TP_OLD);
	tp_inj.after += val == (tp_inj.site->on ? TP_OLD : TP_NEW);
}

static void tp_inject_nmi(void)
{
	tp_in_nmi(tp_inject_execute);
}

static void tp_inject_irq(void)
{
	tp_in_irq(tp_inject_execute);
}

/*
 * A machine check that software raises: no bank has an error, the status says
 * that the interrupted code can go on.
 */
static void tp_inject_mc(void)
{
	wrmsrq(MSR_IA32_MCG_STATUS,
	       MCG_STATUS_RIPV | MCG_STATUS_EIPV | MCG_STATUS_MCIP);
	asm volatile("int $18");
	tp_inject_execute();
}

/* The points of a quiescence round have which = 0. */
static bool tp_inject_here(int point, unsigned long arg)
{
	bool sync = (point >= LP_PT_POKE_SYNC_SELF &&
		     point <= LP_PT_POKE_SYNC_DONE) ||
		    point == LP_PT_POKE_STUCK;

	if (point == tp_inj.second && tp_inj.second_armed) {
		tp_inj.second_armed = false;
		return true;
	}
	if (point != tp_inj.point || !READ_ONCE(tp_inj.armed) ||
	    (sync && arg != tp_inj.which))
		return false;
	tp_inj.armed = tp_inj.always;
	tp_inj.second_armed = tp_inj.second;
	return true;
}

/* On the poker's CPU only. */
static void tp_inject_hook(int point, unsigned long arg)
{
	if (!tp_inject_here(point, arg))
		return;
	tp_inj.fired++;
	preempt_disable();
	tp_inj.how();
	preempt_enable();
}

/* One point, n pokes. */
static int tp_inject_point(int point, unsigned long which, unsigned long n)
{
	struct tp_site *s = tp_inj.site;
	unsigned long i;
	int ret = 0;

	tp_inj.point = point;
	tp_inj.which = which;
	tp_inj.fired = tp_inj.before = tp_inj.after = 0;
	for (i = 0; i < n && !ret; i++) {
		tp_inj.armed = true;
		ret = tp_flip(s);
		if (!tp_bytes_right(s) || s->fn() != (s->on ? TP_NEW : TP_OLD))
			ret = -EILSEQ;
	}
	tp_out("%s %llu %llu %llu\n", tp_point_name(point), tp_inj.fired,
	       tp_inj.before, tp_inj.after);
	return ret;
}

/* inject how= point= which= second= n=: name, fired, executed old, executed new */
int tp_cmd_inject(void)
{
	const char *how = tp_arg("how", "nmi");
	int ret;

	tp_inj.site = tp_find_site(tp_arg("site", "plain"));
	tp_inj.how = !strcmp(how, "nmi") ? tp_inject_nmi :
		     !strcmp(how, "irq") ? tp_inject_irq : tp_inject_mc;
	ret = tp_inj.site ? tp_prepare(tp_inj.site) : -EINVAL;
	if (ret)
		return ret;
	tp_inj.always = tp_num("always", 0);
	tp_inj.second = tp_num("second", 0);
	tp_inj.second_armed = false;
	tp_set_hook(tp_inject_hook);
	ret = tp_inject_point(tp_num("point", 1), tp_num("which", 0),
			      tp_num("n", 10));
	tp_set_hook(NULL);
	tp_release(tp_inj.site);
	return ret;
}
