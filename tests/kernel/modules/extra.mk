# SPDX-License-Identifier: GPL-2.0
#
# Modules of more than one file.

obj-m += lp_test_target.o
lp_test_target-y := target/core.o target/loops.o target/twin.o
