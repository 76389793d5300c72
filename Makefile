# SPDX-License-Identifier: GPL-2.0
#
# User targets. What kbuild compiles is in Kbuild.
#
# Nothing is built inside the sources: each flavour of the module gets a tree
# of symbolic links, build/<kernel release>/<flavour>/, and kbuild works there.
#
#   KDIR=       headers of the kernel to build for
#   W=1         kbuild's extra warnings
#   LP_TEST=1   the test flavour, with the numbered protocol points
#   LP_BREAK=x  a flavour broken on purpose (-DLP_BREAK_X), to see a test fail

KREL  ?= $(shell uname -r)
KDIR  ?= /lib/modules/$(KREL)/build
BUILD := $(CURDIR)/build
export TESTS KERNELS LP_BREAK LIVEPOKE_CACHE LIVEPOKE_ACCEL

KVER    = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
BREAK  := $(if $(LP_BREAK),-break-$(LP_BREAK))
FLAVOUR = $(if $(LP_TEST),test,product)$(BREAK)
OBJ     = $(BUILD)/$(KVER)/$(FLAVOUR)
DEFS    = $(if $(LP_BREAK),-DLP_BREAK_$(shell echo '$(LP_BREAK)' | tr 'a-z-' 'A-Z_'))
VERSION := $(shell sed -n 's/^MODULE_VERSION("\(.*\)");/\1/p' src/main.c)

CFLAGS_PROGS := -O2 -Wall -Wextra -static -pthread
PROGS   := $(patsubst tests/kernel/progs/%.c,$(BUILD)/progs/%,$(wildcard tests/kernel/progs/*.c))
PROGS   += $(BUILD)/progs/lpconform
# Both flavours export the same functions, with the same checksums: a module is
# built against the product (first), and against the test flavour if it asks for
# that.
# tp_*.c uses the protocol points: it exists for the test flavour only.
ALL_MODULES := $(notdir $(basename $(wildcard tests/kernel/modules/*.c)))
ASK_FLAVOUR := $(notdir $(basename $(shell grep -l LP_TEST_BUILD tests/kernel/modules/*.c)))
OF_PRODUCT = $(BUILD)/$(KVER)/product$(BREAK)/tests/Module.symvers
TEST_MODULES = $(if $(LP_TEST),$(filter tp_% $(ASK_FLAVOUR),$(ALL_MODULES)),$(filter-out tp_%,$(ALL_MODULES)))
# A sample may have been built where it is: its products are left there.
sources_of = $(filter-out %.mod.c,$(wildcard $(addprefix $(1)/,Kbuild *.c *.h *.S)))
SAMPLES := $(notdir $(patsubst %/,%,$(dir $(wildcard samples/*/Kbuild))))

# The outermost make decides on the number of jobs.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
KBUILD = $(MAKE) --no-print-directory -C $(KDIR) $(if $(W),W=$(W)) $(if $(LP_TEST),LP_TEST=y) $(NO_BTF)
# Without a vmlinux there can be no BTF; kbuild would say so for each module.
NO_BTF = $(if $(wildcard $(KDIR)/vmlinux),,CONFIG_DEBUG_INFO_BTF_MODULES=)
# Versions of our symbols that modules in DIR were linked with are out of date:
# kbuild looks at that when it makes the list of their own symbols only.
relink = [ ! $(OBJ)/Module.symvers -nt $(1)/Module.symvers ] || rm -f $(1)/Module.symvers
# locked DIR, TARGET: make it when nobody else does in that directory. Tests of
# "make check" build the same flavour side by side, and two kbuilds in one
# directory take each other's files away.
locked = mkdir -p $(1) && flock $(1) $(MAKE) --no-print-directory $(2)
# put TEXT in FILE unless it is there already, so that nothing is rebuilt
put = printf '%b' '$(1)' | cmp -s - $(2) 2>/dev/null || printf '%b' '$(1)' > $(2)

# What of the build directory the package cache is in, if it is anywhere there
CACHE_TOP = $(addprefix $(BUILD)/,$(firstword $(subst /, ,$(patsubst $(BUILD)/%,%,$(filter $(BUILD)/%,$(abspath $(LIVEPOKE_CACHE)))))))

# The kernel of targets that need one guest
GUEST_KERNEL = $(or $(firstword $(KERNELS)),$(shell scripts/vm/kernel list | head -n 1))

.DEFAULT_GOAL := modules

modules: headers ## build livepoke.ko for KDIR (default: the running kernel)
	+@$(call locked,$(OBJ),build-modules)

build-modules:
	@find $(OBJ) -xtype l -delete
	@cp -asuf $(CURDIR)/Kbuild $(CURDIR)/src $(CURDIR)/include $(OBJ)/
	+$(KBUILD) M=$(OBJ) KCFLAGS='$(DEFS)' modules

headers:
	@test -n "$(KVER)" || { echo "make: no kernel headers in $(KDIR); install linux-headers or give KDIR=" >&2; exit 2; }

samples: modules ## build the sample patches against this tree
	+@$(call locked,$(OBJ)/samples,build-samples)

build-samples:
	@mkdir -p $(OBJ)/samples $(addprefix $(OBJ)/samples/,$(SAMPLES))
	@find $(OBJ)/samples -xtype l -delete
	@$(foreach s,$(SAMPLES),cp -asuf $(call sources_of,$(CURDIR)/samples/$(s)) $(OBJ)/samples/$(s)/ &&) :
	@$(call relink,$(OBJ)/samples)
	@$(call put,$(foreach s,$(SAMPLES),obj-m += $(s)/\n)subdir-ccflags-y := -I$(OBJ)/include $(DEFS)\n,$(OBJ)/samples/Kbuild)
	+$(if $(SAMPLES),$(KBUILD) M=$(OBJ)/samples KBUILD_EXTRA_SYMBOLS=$(OBJ)/Module.symvers modules)

install-dev: modules ## install headers, Module.symvers and patch.mk (DESTDIR=)
	DESTDIR=$(DESTDIR) scripts/install-dev $(KVER) $(OBJ)/Module.symvers

dkms-install: ## build and install livepoke.ko with dkms for the running kernel (root)
	scripts/dkms-install $(VERSION) $(KREL)

dkms-uninstall: ## remove livepoke.ko and its dkms sources (root)
	scripts/dkms-uninstall $(VERSION)

deb: ## build the Debian packages (in build/deb)
	scripts/make-deb $(BUILD)/deb

sign: modules ## sign livepoke.ko with the key that dkms uses (root)
	+@$(MAKE) --no-print-directory tools
	$(BUILD)/tools/livepoke sign --kernel=$(KVER) $(OBJ)/livepoke.ko

check-packages: ## install the packages in Debian root file systems (root, network)
	scripts/check-packages

test-modules: modules
	+@$(call locked,$(OBJ)/tests,build-test-modules)

build-test-modules:
	@find $(OBJ)/tests -xtype l -delete
	@$(if $(TEST_MODULES),cp -asuf $(CURDIR)/tests/kernel/modules/. $(OBJ)/tests/)
	@$(call relink,$(OBJ)/tests)
	@$(call put,$(foreach m,$(TEST_MODULES),obj-m += $(m).o\n)ccflags-y := -I$(OBJ)/include -I$(OBJ)/src $(if $(LP_TEST),-DLP_TEST_BUILD) $(DEFS)\n-include $$(src)/extra.mk\n,$(OBJ)/tests/Kbuild)
	+$(if $(TEST_MODULES),$(KBUILD) M=$(OBJ)/tests KBUILD_EXTRA_SYMBOLS='$(OBJ)/Module.symvers $(if $(LP_TEST),$(OF_PRODUCT))' modules)

progs: $(PROGS)

$(BUILD)/progs/%: tests/kernel/progs/%.c $(wildcard tests/kernel/progs/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_PROGS) -o $@ $< $(LDLIBS_PROG)

$(BUILD)/progs/lpbpf: LDLIBS_PROG := -lbpf -lelf -lz

$(BUILD)/progs/lpconform: $(wildcard tests/conformance/*.[ch]) src/test_record.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_PROGS) -o $@ $(filter %.c,$^)

tools: ## build the livepoke command
	+@$(MAKE) --no-print-directory -C tools/livepoke O=$(BUILD)/tools

guest-tools: tools
	+@$(MAKE) --no-print-directory -C tools/livepoke O=$(BUILD)/tools-asan SANITIZE=1
	@scripts/vm/pack-tools

payload: headers progs guest-tools ## build all that a test guest gets, for KDIR
	+@$(MAKE) --no-print-directory LP_TEST= samples test-modules
	+@$(MAKE) --no-print-directory LP_TEST=1 test-modules
	@flock $(OBJ) scripts/vm/pack $(KVER) '$(BREAK)' '$(BREAK)' product test

demo-payload: samples $(BUILD)/progs/demoload $(BUILD)/progs/demoalg
	@flock $(OBJ) scripts/vm/pack $(KVER) '$(BREAK)-demo' '$(BREAK)' product

demo: ## live-patch a stock kernel in a virtual machine, step by step
	@scripts/vm/demo

check: ## build and run every test (TESTS="klp poke" KERNELS="6.1" select)
	@LP_COUNTS=ci scripts/run-checks

check-long: ## the same with the full repetition counts
	@LP_COUNTS=full scripts/run-checks

check-matrix: ## run every test on every kernel, newest and rt included (hours)
	@LP_COUNTS=ci LP_MATRIX=1 scripts/run-checks

check-config: ## poke and klp on kernels built without LIVEPATCH, KALLSYMS_ALL, or with PREEMPT
	@scripts/check-built config

check-debug: ## all suites of guests on kernels built to find mistakes (KASAN, lockdep, KCSAN...)
	@scripts/check-built debug

check-bare: ## scripts/demo and scripts/check in a Debian with nothing but apt (root, hours)
	@scripts/check-bare

check-smp: ## poke and klp on CPUs that really run at once (QEMU 10)
	@scripts/check-smp

check-strip: ## show that src/compat can be stripped for one kernel
	@scripts/strip-compat --check

models: ## search all models of the protocols, write docs/proof.md
	@LP_COUNTS=full tests/models/run --doc

coverage: ## measure which lines of src/ the guests execute, write docs/coverage.md
	@tests/coverage/measure

litmus: ## check the data ordering against the kernel's memory model (network)
	@tests/litmus/herd

silicon: ## the poke protocol on this machine's processors (DURATION=60)
	@tests/silicon/run $(or $(DURATION),60)

faults: ## make every step of every operation fail once, write docs/faults.md
	@rc=0; \
	LP_COUNTS=full scripts/vm/run --kernel '$(GUEST_KERNEL)' --suite fault || rc=$$?; \
	LP_RELEASE="$$(scripts/vm/kernel get '$(GUEST_KERNEL)' release)" \
		tests/kernel/fault/doc build/run/fault-$(GUEST_KERNEL).1/ktap.log > docs/faults.md || rc=$$?; \
	exit $$rc

soak: ## everything at once for MINUTES= (default 10), as SEED= says
	@LP_COUNTS=full scripts/vm/run --kernel '$(GUEST_KERNEL)' --suite soak --test 10-soak \
		--append 'soak_minutes=$(or $(MINUTES),10) $(if $(SEED),soak_seed=$(SEED))'

bench-transition: ## time transitions beside the kernel's own livepatch
	@tests/kernel/bench/transition

clean: ## remove build products, keep the package cache
	rm -rf $(filter-out $(BUILD)/cache $(CACHE_TOP),$(wildcard $(BUILD)/*))

distclean: clean ## remove build products and the package cache
	rm -rf $(BUILD) $(LIVEPOKE_CACHE)

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-16s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

# Parts of other targets, not for the user
STEPS := headers build-modules build-samples build-test-modules test-modules progs guest-tools demo-payload
.PHONY: $(STEPS)
.PHONY: bench-transition check-bare check-config check-debug check-matrix check-smp check-strip coverage faults litmus silicon soak modules samples install-dev dkms-install dkms-uninstall deb sign check-packages tools payload demo check check-long models clean distclean help
