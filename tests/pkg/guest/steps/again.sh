#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The next boot: both are back.
. /root/test-lib.sh

both_are_back
check "the service succeeded" unit_is livepoke.service Result success
# As if two minutes had passed
check "the machine came up" systemctl start livepoke-came-up.service
check "and that is noted" test "$(restores)" = 0
finish
