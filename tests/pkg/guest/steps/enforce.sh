#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The kernel takes modules only with a signature it trusts, as with Secure
# Boot, and nobody has enrolled the key of dkms.
. /root/test-lib.sh

check "modules of the distribution load" modprobe af_alg
check "livepoke.ko does not" not modprobe livepoke
check "for want of a trusted key" prints "not permitted\|rejected\|Required key not available" sh -c "! modprobe livepoke"
check "livepoke says what helps" prints "mokutil --import" sh -c "livepoke doctor || :"
check "the restore failed, the machine came up" unit_is livepoke.service Result exit-code
nothing_is_back
finish
