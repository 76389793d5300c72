# SPDX-License-Identifier: GPL-2.0
check "the weather" fine weather
