// SPDX-License-Identifier: GPL-2.0
/*
 * Functions whose blocking would kill the machine or take away the means to
 * undo it, each with its reason.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "klp_block.h"
#include "symbol_name.h"

struct lp_denied {
	const char *name;
	const char *reason;
};

#define LP_NORETURN	"it never returns to its caller, which does not expect it to"
#define LP_SCHEDULER	"without it no task runs any more"
#define LP_WORK		"livepoke's own work, and much of the kernel's, would not be done any more"
#define LP_LOCKING	"callers would enter what it protects at the same time"
#define LP_MEMORY	"the kernel cannot run without its memory management"
#define LP_ENTRY	"every entry into the kernel depends on it"
#define LP_TIME		"the kernel's clocks and timers would stop"
#define LP_CRASH	"reports of a crash depend on it"
#define LP_UNDO		"the block could not be taken back any more"
#define LP_PATCHING	"changing kernel text depends on it"
#define LP_RCU		"memory in use would be freed, or none ever again"

/*
 * Sorted by reason; a trailing '*' stands for any rest of the name. Those that
 * never return are what objtool of some supported kernel takes for that.
 */
static const struct lp_denied lp_deny_list[] = {
	{ "panic", LP_NORETURN },
	{ "nmi_panic", LP_NORETURN },
	{ "do_exit", LP_NORETURN },
	{ "do_group_exit", LP_NORETURN },
	{ "do_task_dead", LP_NORETURN },
	{ "make_task_dead", LP_NORETURN },
	{ "rewind_stack_and_make_dead", LP_NORETURN },
	{ "kthread_exit", LP_NORETURN },
	{ "kthread_complete_and_exit", LP_NORETURN },
	{ "__module_put_and_kthread_exit", LP_NORETURN },
	{ "machine_real_restart", LP_NORETURN },
	{ "cpu_startup_entry", LP_NORETURN },
	{ "start_kernel", LP_NORETURN },
	{ "rest_init", LP_NORETURN },
	{ "stop_this_cpu", LP_NORETURN },
	{ "fortify_panic", LP_NORETURN },
	{ "__stack_chk_fail", LP_NORETURN },
	{ "__ubsan_handle_builtin_unreachable", LP_NORETURN },
	{ "hlt_play_dead", LP_NORETURN },
	{ "x86_64_start_*", LP_NORETURN },
	{ "snp_abort", LP_NORETURN },
	{ "vpanic", LP_NORETURN },
	{ "nmi_panic_self_stop", LP_NORETURN },
	{ "panic_smp_self_stop", LP_NORETURN },
	{ "usercopy_abort", LP_NORETURN },
	{ "__invalid_creds", LP_NORETURN },
	{ "__fortify_panic", LP_NORETURN },
	{ "ex_handler_msr_mce", LP_NORETURN },
	{ "mwait_play_dead", LP_NORETURN },
	{ "acpi_processor_ffh_play_dead", LP_NORETURN },
	{ "cpu_bringup_and_idle", LP_NORETURN },
	{ "xen_cpu_bringup_again", LP_NORETURN },
	{ "xen_start_kernel", LP_NORETURN },
	{ "hv_ghcb_terminate", LP_NORETURN },
	{ "__tdx_hypercall_failed", LP_NORETURN },
	{ "__reiserfs_panic", LP_NORETURN },
	{ "kunit_try_catch_throw", LP_NORETURN },
	{ "__kunit_abort", LP_NORETURN },
	{ "lbug_with_loc", LP_NORETURN },
	{ "mpt_halt_firmware", LP_NORETURN },
	{ "bch2_trans_unlocked_or_in_restart_error", LP_NORETURN },
	{ "bch2_trans_restart_error", LP_NORETURN },
	{ "btrfs_assertfail", LP_NORETURN },
	{ "sev_es_terminate", LP_NORETURN },
	{ "complete_and_exit", LP_NORETURN },
	{ "__module_put_and_exit", LP_NORETURN },
	{ "rewind_stack_do_exit", LP_NORETURN },
	{ "__ia32_sys_exit*", LP_NORETURN },
	{ "__x64_sys_exit*", LP_NORETURN },
	{ "__do_sys_exit*", LP_NORETURN },
	{ "__se_sys_exit*", LP_NORETURN },
	{ "abort", LP_NORETURN },
	{ "arch_call_rest_init", LP_NORETURN },
	{ "arch_cpu_idle_dead", LP_NORETURN },
	{ "play_dead", LP_NORETURN },
	{ "native_play_dead", LP_NORETURN },
	{ "xen_pv_play_dead", LP_NORETURN },
	{ "bch2_trans_in_restart_error", LP_NORETURN },
	{ "bch2_trans_unlocked_error", LP_NORETURN },
	{ "rust_begin_unwind", LP_NORETURN },
	{ "rust_helper_BUG", LP_NORETURN },
	{ "schedule*", LP_SCHEDULER },
	{ "__schedule*", LP_SCHEDULER },
	{ "io_schedule*", LP_SCHEDULER },
	{ "preempt_schedule*", LP_SCHEDULER },
	{ "pick_next_task*", LP_SCHEDULER },
	{ "try_to_wake_up", LP_SCHEDULER },
	{ "wake_up_process", LP_SCHEDULER },
	{ "wake_up_new_task", LP_SCHEDULER },
	{ "ttwu_*", LP_SCHEDULER },
	{ "finish_task_switch*", LP_SCHEDULER },
	{ "update_curr", LP_SCHEDULER },
	{ "enqueue_task*", LP_SCHEDULER },
	{ "dequeue_task*", LP_SCHEDULER },
	{ "do_idle", LP_SCHEDULER },
	{ "worker_thread", LP_SCHEDULER },
	{ "process_one_work", LP_SCHEDULER },
	{ "kthread", LP_SCHEDULER },
	{ "queue_work_on", LP_WORK },
	{ "queue_delayed_work_on", LP_WORK },
	{ "mod_delayed_work_on", LP_WORK },
	{ "delayed_work_timer_fn", LP_WORK },
	{ "__queue_work", LP_WORK },
	{ "__queue_delayed_work", LP_WORK },
	{ "insert_work", LP_WORK },
	{ "wake_up_worker", LP_WORK },
	{ "kick_pool", LP_WORK },
	{ "flush_work*", LP_WORK },
	{ "__flush_work*", LP_WORK },
	{ "drain_workqueue", LP_WORK },
	{ "create_worker", LP_WORK },
	{ "mutex_lock*", LP_LOCKING },
	{ "mutex_trylock", LP_LOCKING },
	{ "mutex_unlock", LP_LOCKING },
	{ "__mutex_*", LP_LOCKING },
	{ "rt_mutex_*", LP_LOCKING },
	{ "_raw_*", LP_LOCKING },
	{ "native_queued_spin_*", LP_LOCKING },
	{ "queued_*_lock_slowpath", LP_LOCKING },
	{ "down*", LP_LOCKING },
	{ "up", LP_LOCKING },
	{ "up_read*", LP_LOCKING },
	{ "up_write*", LP_LOCKING },
	{ "rwsem_*", LP_LOCKING },
	{ "percpu_down_*", LP_LOCKING },
	{ "cpus_read_*", LP_LOCKING },
	{ "cpus_write_*", LP_LOCKING },
	{ "handle_mm_fault", LP_MEMORY },
	{ "__handle_mm_fault", LP_MEMORY },
	{ "do_user_addr_fault", LP_MEMORY },
	{ "__alloc_pages*", LP_MEMORY },
	{ "get_page_from_freelist", LP_MEMORY },
	{ "kfree", LP_MEMORY },
	{ "kmem_cache_*", LP_MEMORY },
	{ "__kmalloc*", LP_MEMORY },
	{ "kmalloc_*", LP_MEMORY },
	{ "vmalloc*", LP_MEMORY },
	{ "vfree*", LP_MEMORY },
	{ "switch_mm*", LP_MEMORY },
	{ "flush_tlb_*", LP_MEMORY },
	{ "native_flush_tlb_*", LP_MEMORY },
	{ "mmput", LP_MEMORY },
	{ "_copy_from_user", LP_MEMORY },
	{ "_copy_to_user", LP_MEMORY },
	{ "memcpy", LP_MEMORY },
	{ "memset", LP_MEMORY },
	{ "memmove", LP_MEMORY },
	{ "do_syscall_64", LP_ENTRY },
	{ "syscall_*", LP_ENTRY },
	{ "irqentry_*", LP_ENTRY },
	{ "exc_*", LP_ENTRY },
	{ "asm_*", LP_ENTRY },
	{ "sysvec_*", LP_ENTRY },
	{ "common_interrupt", LP_ENTRY },
	{ "__do_softirq", LP_ENTRY },
	{ "irq_enter*", LP_ENTRY },
	{ "irq_exit*", LP_ENTRY },
	{ "handle_irq*", LP_ENTRY },
	{ "handle_edge_irq", LP_ENTRY },
	{ "handle_fasteoi_irq", LP_ENTRY },
	{ "handle_level_irq", LP_ENTRY },
	{ "do_nmi", LP_ENTRY },
	{ "default_do_nmi", LP_ENTRY },
	{ "exit_to_user_mode_*", LP_ENTRY },
	{ "generic_smp_call_function_*", LP_ENTRY },
	{ "flush_smp_call_function_queue", LP_ENTRY },
	{ "ktime_get*", LP_TIME },
	{ "tick_*", LP_TIME },
	{ "hrtimer_*", LP_TIME },
	{ "__hrtimer_*", LP_TIME },
	{ "run_timer_softirq", LP_TIME },
	{ "__run_timers", LP_TIME },
	{ "expire_timers", LP_TIME },
	{ "call_timer_fn", LP_TIME },
	{ "mod_timer", LP_TIME },
	{ "add_timer*", LP_TIME },
	{ "update_process_times", LP_TIME },
	{ "timekeeping_*", LP_TIME },
	{ "do_timer", LP_TIME },
	{ "clocksource_*", LP_TIME },
	{ "delay_*", LP_TIME },
	{ "_printk", LP_CRASH },
	{ "vprintk*", LP_CRASH },
	{ "console_*", LP_CRASH },
	{ "die", LP_CRASH },
	{ "oops_*", LP_CRASH },
	{ "show_regs*", LP_CRASH },
	{ "dump_stack*", LP_CRASH },
	{ "ksys_write", LP_UNDO },
	{ "__x64_sys_write*", LP_UNDO },
	{ "__x64_sys_open*", LP_UNDO },
	{ "__x64_sys_execve*", LP_UNDO },
	{ "do_dentry_open", LP_UNDO },
	{ "load_elf_binary", LP_UNDO },
	{ "vfs_write", LP_UNDO },
	{ "vfs_open", LP_UNDO },
	{ "new_sync_write", LP_UNDO },
	{ "rw_verify_area", LP_UNDO },
	{ "security_file_permission", LP_UNDO },
	{ "__fdget*", LP_UNDO },
	{ "do_sys_open", LP_UNDO },
	{ "do_sys_openat2", LP_UNDO },
	{ "build_open_flags", LP_UNDO },
	{ "getname*", LP_UNDO },
	{ "get_unused_fd_flags", LP_UNDO },
	{ "alloc_fd", LP_UNDO },
	{ "__alloc_fd", LP_UNDO },
	{ "fd_install", LP_UNDO },
	{ "alloc_empty_file", LP_UNDO },
	{ "do_filp_open", LP_UNDO },
	{ "path_openat", LP_UNDO },
	{ "path_init", LP_UNDO },
	{ "link_path_walk", LP_UNDO },
	{ "walk_component", LP_UNDO },
	{ "lookup_fast", LP_UNDO },
	{ "step_into", LP_UNDO },
	{ "inode_permission", LP_UNDO },
	{ "security_inode_permission", LP_UNDO },
	{ "may_open", LP_UNDO },
	{ "do_open", LP_UNDO },
	{ "security_file_open", LP_UNDO },
	{ "kernfs_iop_permission", LP_UNDO },
	{ "kernfs_dop_revalidate", LP_UNDO },
	{ "kernfs_get_active", LP_UNDO },
	{ "kernfs_fop_*", LP_UNDO },
	{ "sysfs_kf_write", LP_UNDO },
	{ "kobj_attr_store", LP_UNDO },
	{ "do_execveat_common*", LP_UNDO },
	{ "bprm_execve", LP_UNDO },
	{ "capable", LP_UNDO },
	{ "ns_capable*", LP_UNDO },
	{ "security_capable", LP_UNDO },
	{ "cap_capable", LP_UNDO },
	{ "kstrto*", LP_UNDO },
	{ "wait_for_completion*", LP_UNDO },
	{ "complete", LP_UNDO },
	{ "complete_all", LP_UNDO },
	{ "kobject_put", LP_UNDO },
	{ "stack_trace_save_tsk_reliable", LP_UNDO },
	{ "arch_stack_walk*", LP_UNDO },
	{ "unwind_*", LP_UNDO },
	{ "__unwind_*", LP_UNDO },
	{ "task_call_func", LP_UNDO },
	{ "task_work_*", LP_UNDO },
	{ "kallsyms_*", LP_UNDO },
	{ "module_kallsyms_*", LP_UNDO },
	{ "find_module*", LP_UNDO },
	{ "ftrace_*", LP_PATCHING },
	{ "__ftrace_*", LP_PATCHING },
	{ "arch_ftrace_*", LP_PATCHING },
	{ "register_ftrace_*", LP_PATCHING },
	{ "unregister_ftrace_*", LP_PATCHING },
	{ "text_poke*", LP_PATCHING },
	{ "smp_text_poke*", LP_PATCHING },
	{ "__text_poke", LP_PATCHING },
	{ "kprobe_*", LP_PATCHING },
	{ "jump_label_*", LP_PATCHING },
	{ "arch_jump_label_*", LP_PATCHING },
	{ "static_call_*", LP_PATCHING },
	{ "__static_call_*", LP_PATCHING },
	{ "notifier_call_chain", LP_PATCHING },
	{ "smp_call_function*", LP_PATCHING },
	{ "on_each_cpu*", LP_PATCHING },
	{ "stop_machine*", LP_PATCHING },
	{ "stop_one_cpu*", LP_PATCHING },
	{ "multi_cpu_stop", LP_PATCHING },
	{ "rcu_*", LP_RCU },
	{ "__rcu_*", LP_RCU },
	{ "call_rcu*", LP_RCU },
	{ "synchronize_*", LP_RCU },
	{ "note_gp_changes", LP_RCU },
};

static bool lp_name_matches(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	if (len && pattern[len - 1] == '*')
		return !strncmp(pattern, name, len - 1);
	return lp_is_part_of(name, pattern);
}

/**
 * lp_block_denied() - why a function must not be blocked
 * @module:	where it is, NULL for the kernel image
 * @function:	its name
 *
 * Return: the reason, NULL if nothing is against it.
 */
const char *lp_block_denied(const char *module, const char *function)
{
	unsigned int i;

	if (module && !strcmp(module, KBUILD_MODNAME))
		return LP_UNDO;
	for (i = 0; i < ARRAY_SIZE(lp_deny_list); i++) {
		if (!lp_name_matches(lp_deny_list[i].name, function))
			continue;
		/* The other reasons hold for the kernel's own functions. */
		if (!module || !strcmp(lp_deny_list[i].reason, LP_NORETURN))
			return lp_deny_list[i].reason;
	}
	return NULL;
}
