# SPDX-License-Identifier: GPL-2.0
check "rain" log_has "rain is forecast"
check "any weather" log_has "is forecast for the site"
