# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
#
# What a patch can consist of: several on one function, replacement of all
# others, callbacks, states, modules that come and go, no per-task phase.
. /lp/lib.sh
. /lp/klp.sh

A=lp_test_klp_any
B=lp_test_klp_any2
T=lp_test_target
FIRST="object=$T name=lp_target_twin sympos=1"
SECOND="object=$T name=lp_target_twin sympos=2"

twins() { lptarget twins; }

# The callbacks that were logged since the mark, on one line
called() { log_since | sed -n "s/.*$1: \([a-z]*_[a-z]*\) .*/\1/p" | xargs; }

check "load livepoke" load livepoke
check "load the target" load $T

diag "two patches of one function"
# shellcheck disable=SC2086 # parameters
check "the first" enable $A $FIRST
is "is in force" "$(twins)" 42
# shellcheck disable=SC2086 # parameters
check "the second" enable $B $FIRST value=50
is "wins" "$(twins)" 52
is "orders" "$(attr $A stack_order)$(attr $B stack_order)" 12
check "disable the upper" remove $B
is "the lower is back" "$(twins)" 42
# shellcheck disable=SC2086 # parameters
check "the upper again" enable $B $FIRST value=50
check "disable the lower" remove $A
is "the upper stays" "$(twins)" 52
is "its order" "$(attr $B stack_order)" 1
check "disable it" remove $B
is "originals" "$(twins)" 3

diag "replacement"
# shellcheck disable=SC2086 # parameters
check "one patch" enable $A $FIRST
# shellcheck disable=SC2086 # parameters
check "one that replaces it" enable $B $SECOND value=50 replace=1
is "only its function is replaced" "$(twins)" 51
is "it says so" "$(attr $B replace)" 1
check "the other is gone" wait_for 20 gone $A
check "and can be unloaded" unload_soon $A
check "disable" remove $B
is "originals" "$(twins)" 3

diag "callbacks"
log_mark
# shellcheck disable=SC2086 # parameters
check "enable" enable $A $FIRST callbacks=1
is "called" "$(called $A)" "pre_patch post_patch"
log_mark
check "disable" remove $A
is "called" "$(called $A)" "pre_unpatch post_unpatch"

diag "states"
# shellcheck disable=SC2086 # parameters
check "version 2" enable $A $FIRST state=2
log_mark
# shellcheck disable=SC2086 # parameters
is "version 1 is refused" "$(load $B $SECOND state=1)" EINVAL
check "the log says so" log_has "not compatible with the already installed"
# shellcheck disable=SC2086 # parameters
is "a replacement without it is refused" "$(load $B $SECOND replace=1)" EINVAL
# shellcheck disable=SC2086 # parameters
check "a replacement with version 3 is taken" enable $B $SECOND state=3 replace=1
check "the other can be unloaded" unload_soon $A
check "disable" remove $B

diag "a module that comes and goes"
check "unload the target" unload $T
# shellcheck disable=SC2086 # parameters
check "patch it in its absence" enable $A $FIRST callbacks=1
log_mark
check "load the target" load $T
is "it is patched" "$(twins)" 42
is "called" "$(called $A)" "pre_patch post_patch"
check "the log says so" log_has "applying patch '$A' to loading module '$T'"
is "shown" "$(attr $A $T/patched)" 1
log_mark
check "unload it" unload $T
check "the log says so" log_has "reverting patch '$A' on unloading module '$T'"
is "called" "$(called $A)" "pre_unpatch post_unpatch"
is "shown" "$(attr $A $T/patched)" 0
check "load it again" load $T
is "patched again" "$(twins)" 42
check "disable" remove $A
is "originals" "$(twins)" 3

diag "a module whose patch fails"
check "unload the target" unload $T
# shellcheck disable=SC2086 # parameters
check "patch it in its absence" enable $A $FIRST wrong=prefails
log_mark
is "it cannot be loaded" "$(load $T)" ENODEV
check "the log says so" log_has "refusing to load module '$T'"
check "disable" remove $A
check "load the target" load $T
is "originals" "$(twins)" 3

diag "no per-task phase"
# shellcheck disable=SC2086 # parameters
check "enable" enable $A $FIRST immediate=1
is "in force" "$(twins)" 42
check "disable" remove $A
is "originals" "$(twins)" 3

diag "symbols that the kernel does not export"
S=lp_test_klp_symbols
check "enable" enable $S
is "they are called and read" "$(twins)" 124
expect EAGAIN "their module stays" rmmod $T
check "disable" remove $S
is "originals" "$(twins)" 3
log_mark
is "missing ones" "$(load $S missing=1)" ENOENT
check "one message names them all" log_has "livepoke: patch '$S' needs symbols that cannot be bound: \
vmlinux:lp_no_such_function \(does not exist\), vmlinux:lp_no_such_variable \(does not exist\), \
$T:lp_target_twin \(ambiguous; give its position\), $T:lp_target_twin \(no symbol at that position\)\$"
is "only one" "$(log_since | grep -c 'cannot be bound')" 1
is "nothing in sysfs" "$(attr $S enabled)" ""
check "unload the target" unload $T
check "enable without the target" enable $S
check "load it" load $T
is "bound in time" "$(twins)" 124
check "disable" remove $S

diag "the helpers of <linux/livepatch_helpers.h>"
check "enable a patch of a system call" enable lp_test_klp_syscall
check "it is called" [ "$(hostname refused 2>&1)" = "hostname: sethostname: Key was rejected by service" ]
check "disable" remove lp_test_klp_syscall
check "the original is back" hostname lp-guest

check "unload the target" unload $T
check "unload livepoke" unload_soon livepoke
done_testing
