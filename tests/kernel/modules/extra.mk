# SPDX-License-Identifier: GPL-2.0
#
# What the headers have, for compat.h; modules of more than one file.

include $(src)/../src/compat/probe.mk
asflags-y += -I$(src)/../src

# Patches need a livepoke.ko that can patch.
ifeq ($(shell grep __lp_enable_patch $(KBUILD_EXTRA_SYMBOLS)),)
obj-m := $(filter-out lp_test_klp_any% lp_test_klp_pair%,$(obj-m))
endif

# The product has no protocol points: beside it the module only hammers.
tp_hammer := poke/main.o poke/ctx.o poke/hammer.o poke/sites.o
ifneq ($(findstring -DLP_TEST_BUILD,$(ccflags-y)),)
obj-m += tp_poke.o
tp_poke-y := $(tp_hammer) poke/points.o poke/inject.o poke/misc.o poke/hold.o poke/hotplug.o poke/refuse.o
else
obj-m += lp_test_target.o
lp_test_target-y := target/core.o target/loops.o target/timers.o target/twin.o \
	target/vhost.o
obj-m += lp_test_hammer.o
lp_test_hammer-y := $(tp_hammer)
endif
