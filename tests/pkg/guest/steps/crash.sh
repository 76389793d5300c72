#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The machine is reset just after the restore, with nothing written back.
# after: echo b > /proc/sysrq-trigger
. /root/test-lib.sh

finish
