# SPDX-License-Identifier: GPL-2.0
refused EBUSY "bad weather" "is refused because of the weather" patch
