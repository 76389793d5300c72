#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# livepoke.enable=0 on the kernel command line
. /root/test-lib.sh

nothing_is_back
check "systemd says why" unit_is livepoke.service ConditionResult no
check "livepoke too" prints "livepoke.enable=0" livepoke restore
check "what is accepted stays so" grep -q af_alg_sendmsg /var/lib/livepoke/accepted
finish
