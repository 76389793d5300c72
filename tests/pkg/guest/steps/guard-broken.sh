#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The same with a guard that forgets.
# before: rm -f /var/lib/livepoke/restores
. /root/test-lib.sh

nothing_is_back
finish
