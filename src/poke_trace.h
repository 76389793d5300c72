/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the poke engine, all of them in the poker's context.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM livepoke

#if !defined(_LIVEPOKE_POKE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _LIVEPOKE_POKE_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(livepoke_batch_start,
	TP_PROTO(unsigned int sites, unsigned long addr),
	TP_ARGS(sites, addr),
	TP_STRUCT__entry(
		__field(unsigned int, sites)
		__field(unsigned long, addr)
	),
	TP_fast_assign(
		__entry->sites = sites;
		__entry->addr = addr;
	),
	TP_printk("sites=%u first=%pS", __entry->sites, (void *)__entry->addr)
);

TRACE_EVENT(livepoke_batch_end,
	TP_PROTO(unsigned int sites, int ret),
	TP_ARGS(sites, ret),
	TP_STRUCT__entry(
		__field(unsigned int, sites)
		__field(int, ret)
	),
	TP_fast_assign(
		__entry->sites = sites;
		__entry->ret = ret;
	),
	TP_printk("sites=%u ret=%d", __entry->sites, __entry->ret)
);

TRACE_EVENT(livepoke_sync,
	TP_PROTO(unsigned int which, u64 us),
	TP_ARGS(which, us),
	TP_STRUCT__entry(
		__field(unsigned int, which)
		__field(u64, us)
	),
	TP_fast_assign(
		__entry->which = which;
		__entry->us = us;
	),
	TP_printk("sync=%u us=%llu", __entry->which, __entry->us)
);

/* The handler on the patching CPU has rolled back. */
TRACE_EVENT(livepoke_retry,
	TP_PROTO(unsigned int attempt),
	TP_ARGS(attempt),
	TP_STRUCT__entry(
		__field(unsigned int, attempt)
	),
	TP_fast_assign(
		__entry->attempt = attempt;
	),
	TP_printk("attempt=%u", __entry->attempt)
);

/* A sync takes long: the poker stops rolling and sleeps. */
TRACE_EVENT(livepoke_hand_over,
	TP_PROTO(unsigned int which, int cpu),
	TP_ARGS(which, cpu),
	TP_STRUCT__entry(
		__field(unsigned int, which)
		__field(int, cpu)
	),
	TP_fast_assign(
		__entry->which = which;
		__entry->cpu = cpu;
	),
	TP_printk("sync=%u waits for cpu=%d", __entry->which, __entry->cpu)
);

TRACE_EVENT(livepoke_timeout,
	TP_PROTO(int cpu),
	TP_ARGS(cpu),
	TP_STRUCT__entry(
		__field(int, cpu)
	),
	TP_fast_assign(
		__entry->cpu = cpu;
	),
	TP_printk("cpu=%d has not acknowledged", __entry->cpu)
);

#endif /* _LIVEPOKE_POKE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE poke_trace
#include <trace/define_trace.h>
