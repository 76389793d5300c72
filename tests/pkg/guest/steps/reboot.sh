#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The next boot: both are back, early, and the boot is noted as good when the
# machine was up for two minutes.
. /root/test-lib.sh

early() { [ "$(monotonic livepoke.service)" -lt "$(monotonic network-pre.target)" ]; }
two_minutes() { [ $(($(now_usec) - $(monotonic multi-user.target))) -ge 120000000 ]; }
came_up() { [ "$(restores)" = 0 ]; }

both_are_back
check "the service succeeded" unit_is livepoke.service Result success
check "before the network" early
check "the restore is counted" test "$(restores)" = 1
check "the boot counts as good after a while" until_is 400 came_up
check "not before two minutes" two_minutes
check "stopping the service takes nothing back" systemctl stop livepoke.service
check "the patch is still in force" patched
finish
