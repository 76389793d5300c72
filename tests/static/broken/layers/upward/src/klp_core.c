// SPDX-License-Identifier: GPL-2.0
#include "poke_core.h"
