/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the transition.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM livepoke

#if !defined(_LIVEPOKE_KLP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _LIVEPOKE_KLP_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(livepoke_transition,
	TP_PROTO(const char *patch, bool to_patched, const char *what, u64 age_us),
	TP_ARGS(patch, to_patched, what, age_us),
	TP_STRUCT__entry(
		__string(patch, patch)
		__string(what, what)
		__field(bool, to_patched)
		__field(u64, age_us)
	),
	TP_fast_assign(
		lp_assign_str(patch, patch);
		lp_assign_str(what, what);
		__entry->to_patched = to_patched;
		__entry->age_us = age_us;
	),
	TP_printk("patch=%s target=%s what=%s age_us=%llu", __get_str(patch),
		  __entry->to_patched ? "patched" : "unpatched",
		  __get_str(what), __entry->age_us)
);

TRACE_EVENT(livepoke_blocker,
	TP_PROTO(struct task_struct *task, u64 age_ms, const char *reason,
		 unsigned long where),
	TP_ARGS(task, age_ms, reason, where),
	TP_STRUCT__entry(
		__array(char, comm, TASK_COMM_LEN)
		__field(pid_t, pid)
		__field(pid_t, tid)
		__field(unsigned int, cpu)
		__field(u64, age_ms)
		__string(reason, reason)
		__field(unsigned long, where)
	),
	TP_fast_assign(
		memcpy(__entry->comm, task->comm, TASK_COMM_LEN);
		__entry->pid = task->tgid;
		__entry->tid = task->pid;
		__entry->cpu = task_cpu(task);
		__entry->age_ms = age_ms;
		lp_assign_str(reason, reason);
		__entry->where = where;
	),
	TP_printk("pid=%d tid=%d comm=%s cpu=%u age_ms=%llu reason=%s where=%ps",
		  __entry->pid, __entry->tid, __entry->comm, __entry->cpu,
		  __entry->age_ms, __get_str(reason), (void *)__entry->where)
);

#endif /* _LIVEPOKE_KLP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE klp_trace
#include <trace/define_trace.h>
