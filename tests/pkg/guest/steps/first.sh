#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The first boot after the packages were installed: block, patch, accept.
. /root/test-lib.sh

# The figure for "from the packages to a blocked function"
timed_block() {
	start=$(now_usec)
	livepoke block af_alg:af_alg_sendmsg EPERM || return
	say "block: $((($(now_usec) - start) / 1000)) ms"
}

check "nothing is active before the admin says so" not test -e /sys/kernel/livepoke
check "the service is not enabled" not systemctl is-enabled --quiet livepoke.service
check "a program sends through af_alg" through_af_alg
check "livepoke block" timed_block
check "it gets EPERM now" af_alg_is_blocked
check "the patch is loaded by its name" livepoke load patch_cmdline
check "and in force" patched
check "livepoke accept" prints "2 accepted" livepoke accept
check "enables the service" systemctl is-enabled --quiet livepoke.service
check "and is shown" prints "patch_cmdline *yes *patched" livepoke list
finish
