// SPDX-License-Identifier: GPL-2.0
#include "klp_core.h"
#include <livepoke/livepatch.h>
#include "kernel_syms.h"
