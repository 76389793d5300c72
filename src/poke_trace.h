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

#endif /* _LIVEPOKE_POKE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE poke_trace
#include <trace/define_trace.h>
