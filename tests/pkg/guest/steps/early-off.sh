#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The machine came to multi-user.target, but not for two minutes.
. /root/test-lib.sh

both_are_back
check "the second restore in a row" test "$(restores)" = 2
finish
