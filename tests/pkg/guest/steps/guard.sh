#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Two boots in a row did not come up: the third restores nothing.
. /root/test-lib.sh

nothing_is_back
check "the log says so" prints "nothing is restored: the machine did not come up" log_of_service
check "coming up without a restore does not bring it back" systemctl start livepoke-came-up.service
check "the next restore would be skipped too" prints "nothing is restored" livepoke restore
check "livepoke came-up arms it again" livepoke came-up
check "and all is restored" livepoke restore
both_are_back
check "the machine came up" livepoke came-up
finish
