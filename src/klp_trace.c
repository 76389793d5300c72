// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints' bodies.
 */
#include <linux/sched.h>
#include "compat/compat.h"
#define CREATE_TRACE_POINTS
#include "klp_trace.h"
