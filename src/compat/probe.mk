# SPDX-License-Identifier: GPL-2.0
#
# What the headers of this kernel have, as -DLP_HAVE_X. Stable kernels and
# distributions move interfaces inside one version, so the headers are asked,
# and text is looked for: that costs a millisecond, a trial compilation a
# second.

# $(call lp_probe,X,FILES below include/,PATTERN of grep)
lp_probe = $(if $(shell cd $(srctree)/include && grep -ls -e '$(3)' $(2)),-DLP_HAVE_$(1))

lp-probes :=

# ftrace callbacks are given a struct ftrace_regs instead of a pt_regs. Those
# kernels ask with a flag for the recursion guard; older ones ask to be
# spared it.
lp-probes += $(call lp_probe,FTRACE_REGS,linux/ftrace.h,struct ftrace_regs)

# panic_notifier_list has a header of its own
lp-probes += $(call lp_probe,PANIC_NOTIFIER_H,linux/panic_notifier.h,panic_notifier_list)

# task->__state instead of task->state
lp-probes += $(call lp_probe,TASK___STATE,linux/sched.h,__state;)

# module_kallsyms_on_each_symbol() walks one module
lp-probes += $(call lp_probe,ONE_MODULE_WALK,linux/module.h,module_kallsyms_on_each_symbol.const char .modname)

# and, later, does not tell its callback which one
lp-probes += $(call lp_probe,WALK_WITHOUT_MODULE,linux/module.h,const char .. unsigned long)

# __assign_str() takes the source from __string()
lp-probes += $(call lp_probe,ASSIGN_STR_1,trace/stages/*.h,__assign_str(dst))

# What synchronize_rcu_tasks() waits for in a task that exits
lp-probes += $(call lp_probe,RCU_TASKS_EXIT_LIST,linux/sched.h,rcu_tasks_exit_list)

# Kinds of type information, constants of an enum
lp-probes += $(call lp_probe,BTF_KIND_TYPE_TAG,uapi/linux/btf.h,BTF_KIND_TYPE_TAG)
lp-probes += $(call lp_probe,BTF_KIND_ENUM64,uapi/linux/btf.h,BTF_KIND_ENUM64)

# Names that test modules use
lp-probes += $(call lp_probe,WRMSRQ,../arch/x86/include/asm/msr.h,wrmsrq)
lp-probes += $(call lp_probe,HEX_H,linux/hex.h,hex_to_bin)
lp-probes += $(call lp_probe,FPROBE_RET_IP,linux/fprobe.h,unsigned long ret_ip)
lp-probes += $(call lp_probe,FPROBE_FREGS,linux/fprobe.h,struct ftrace_regs)
lp-probes += $(call lp_probe,VHOST_TASK_KILL,linux/sched/vhost_task.h,handle_kill)
lp-probes += $(call lp_probe,HRTIMER_SETUP,linux/hrtimer.h,hrtimer_setup.struct hrtimer)

# The annotation of addresses in code that no indirect branch goes to
lp-probes += $(call lp_probe,ANNOTATE_NOENDBR,linux/objtool.h linux/annotate.h,ANNOTATE_NOENDBR)

# struct module has an array of regions instead of two layouts
lp-probes += $(call lp_probe,MODULE_MEM,linux/module.h,MOD_TEXT)

ccflags-y += $(lp-probes)
asflags-y += $(lp-probes)
