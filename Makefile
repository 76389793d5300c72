# SPDX-License-Identifier: GPL-2.0
#
# User targets. What kbuild compiles is in Kbuild.

KREL  ?= $(shell uname -r)
KDIR  ?= /lib/modules/$(KREL)/build
BUILD := $(CURDIR)/build

# The release that KDIR was made for, so that several kernels can be built
# side by side: build/<release>/<flavour>/
KVER   = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
FLAVOUR := $(if $(LP_TEST),test,product)
OBJ    = $(BUILD)/$(KVER)/$(FLAVOUR)

.DEFAULT_GOAL := modules

modules: ## build livepoke.ko for KDIR (default: the running kernel)
	@test -n "$(KVER)" || { echo "make: no kernel headers in $(KDIR); install linux-headers or give KDIR=" >&2; exit 2; }
	@mkdir -p $(OBJ)
	@cp -asuf $(CURDIR)/Kbuild $(CURDIR)/src $(CURDIR)/include $(OBJ)/
	$(MAKE) -C $(KDIR) M=$(OBJ) $(if $(W),W=$(W)) $(if $(LP_TEST),LP_TEST=y) modules

samples: modules ## build the sample patches for KDIR
	@mkdir -p $(BUILD)/$(KVER)/samples
	@cp -asuf $(CURDIR)/samples/. $(BUILD)/$(KVER)/samples/
	@for d in $(BUILD)/$(KVER)/samples/*/; do \
		$(MAKE) -C $$d KDIR=$(KDIR) LIVEPOKE=$(CURDIR)/include/livepoke modules || exit; \
	done

install-dev: modules ## install headers, Module.symvers and patch.mk (DESTDIR=)
	DESTDIR=$(DESTDIR) scripts/install-dev $(KVER) $(OBJ)/Module.symvers

clean: ## remove build products, keep the package cache
	rm -rf $(filter-out $(BUILD)/cache,$(wildcard $(BUILD)/*))

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-16s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

.PHONY: samples install-dev
.PHONY: modules clean help
