# SPDX-License-Identifier: GPL-2.0
refused EBUSY "bad weather" "patch: it rains" patch
