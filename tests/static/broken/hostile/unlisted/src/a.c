// SPDX-License-Identifier: GPL-2.0
static int lp_nmi(unsigned int type, struct pt_regs *regs)
{
	return NMI_DONE;
}

static int lp_die(struct notifier_block *nb, unsigned long event, void *data)
{
	return NOTIFY_DONE;
}

static struct notifier_block lp_die_nb = {
	.notifier_call = lp_die,
};

static void lp_ack(void *info)
{
}

static void notrace lp_redirect(unsigned long ip, unsigned long parent,
				struct ftrace_ops *ops, struct ftrace_regs *regs)
{
}

static struct ftrace_ops lp_ops = {
	.func = lp_redirect,
};

static void lp_ping(void *info)
{
}

void lp_start(int cpu)
{
	INIT_CSD(per_cpu_ptr(&lp_csd, cpu), lp_ping, NULL);
	register_nmi_handler(NMI_LOCAL, lp_nmi, 0, "lp");
	register_die_notifier(&lp_die_nb);
	smp_call_function_single(cpu, lp_ack, NULL, 1);
}
