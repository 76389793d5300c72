# SPDX-License-Identifier: GPL-2.0
#
# Rules for building a live patch. The patch's directory has two files:
#
#   Kbuild:    obj-m := my_patch.o
#   Makefile:  LIVEPOKE ?= /usr/share/livepoke
#              include $(LIVEPOKE)/patch.mk
#
# (or obj-m in the Makefile, and no Kbuild.)
#
# The source may also be a patch for the kernel's own livepatch, as it is:
# <linux/livepatch.h> is then ours, with the klp_ names. That takes the second
# form: where there is a Kbuild, kbuild reads no Makefile, and so not this file.
#
# Variables:
#   KDIR              headers of the kernel to build for (the running one)
#   LIVEPOKE_SYMVERS  Module.symvers of livepoke.ko, if it is in none of the
#                     usual places
#   LP_DKMS_TREE      dkms_tree of DKMS, if it has another one
#
# Without a Kbuild this file is read twice: by make in the patch's directory,
# where it gives the targets, and by kbuild, where it gives flags.

LP_MK_DIR := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))

# Installed, the headers are in include/ beside this file; in the source tree
# of livepoke this file is among them.
ifneq ($(wildcard $(LP_MK_DIR)/include/livepoke/livepatch.h),)
LP_INCLUDE := $(LP_MK_DIR)/include
else
LP_INCLUDE := $(patsubst %/,%,$(dir $(LP_MK_DIR)))
endif

ifneq ($(KERNELRELEASE),)
LP_KVER := $(KERNELRELEASE)
else
KREL ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KREL)/build
LP_KVER := $(shell sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
endif
LP_ARCH := $(shell uname -m)

# Checksums of livepoke's exports depend on the kernel that it was built for,
# so there is one Module.symvers for each: from DKMS (3.1.3 and later keep it in
# module/), which goes with the module, from "make install-dev", or from the
# source tree.
LP_DKMS_TREE ?= /var/lib/dkms
LP_SYMVERS_PLACES := \
	$(LP_DKMS_TREE)/livepoke/kernel-$(LP_KVER)-$(LP_ARCH)/module/Module.symvers \
	$(LP_DKMS_TREE)/livepoke/kernel-$(LP_KVER)-$(LP_ARCH)/Module.symvers \
	$(LP_MK_DIR)/symvers/$(LP_KVER)/Module.symvers \
	$(dir $(LP_INCLUDE))build/$(LP_KVER)/product/Module.symvers
ifeq ($(LIVEPOKE_SYMVERS),)
LIVEPOKE_SYMVERS := $(firstword $(wildcard $(LP_SYMVERS_PLACES)))
endif

ifneq ($(KERNELRELEASE),)

ccflags-y += -I$(LP_INCLUDE)
# A patch written for the kernel's own livepatch gets our <linux/livepatch.h>.
LINUXINCLUDE := -I$(LP_INCLUDE)/klp-compat $(LINUXINCLUDE)
# It also renames the tag that makes a module the kernel's live patch; the tag
# may stand in a file that does not include it.
ccflags-y += -Dlivepatch=livepoke
KBUILD_EXTRA_SYMBOLS += $(LIVEPOKE_SYMVERS)

else

ifeq ($(obj-m),)
ifeq ($(wildcard Kbuild),)
$(error livepoke: no obj-m in this directory's Makefile; name the module there (obj-m := my_patch.o), or give the CONFIG_ option that its line depends on (make CONFIG_X=m))
endif
include Kbuild
endif
# Sources for the kernel's own livepatch, where this file is not read by kbuild
LP_NOT_OURS := $(if $(wildcard Kbuild),$(shell grep -qs 'patch\.mk' Kbuild || grep -lsE '<linux/livepatch(_helpers)?\.h>' *.c))
LP_MODULES := $(patsubst %.o,%,$(obj-m))

modules: lp-check
	$(MAKE) -C $(KDIR) M=$(CURDIR) KCFLAGS='$(KCFLAGS) -I$(LP_INCLUDE)' \
		KBUILD_EXTRA_SYMBOLS='$(LIVEPOKE_SYMVERS)' modules

lp-check:
	@test -n "$(LP_KVER)" || { echo "livepoke: no kernel headers in $(KDIR); install linux-headers for your kernel or give KDIR=" >&2; exit 2; }
	@test -z "$(LP_NOT_OURS)" || { echo "livepoke: with a Kbuild, <linux/livepatch.h> in $(LP_NOT_OURS) is the kernel's own; put obj-m into the Makefile and remove Kbuild" >&2; exit 2; }
	@test -n "$(LIVEPOKE_SYMVERS)" || { echo "livepoke: no Module.symvers of livepoke for kernel $(LP_KVER); build livepoke for it (make install-dev, or its DKMS package) or give LIVEPOKE_SYMVERS=" >&2; exit 2; }

clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) clean

# rmmod works once the transition back is over; the directory is gone then.
load: modules
	for m in $(LP_MODULES); do insmod ./$$m.ko || exit; done

unload:
	for m in $(LP_MODULES); do \
		d=/sys/kernel/livepoke/$$(echo $$m | tr - _); \
		if [ -e $$d ]; then echo 0 >$$d/enabled || exit; fi; \
		while [ -e $$d ]; do sleep 0.1; done; \
		rmmod $$m || exit; \
	done

.DEFAULT_GOAL := modules
.PHONY: modules lp-check clean load unload

endif
