// SPDX-License-Identifier: GPL-2.0
#if RHEL_RELEASE_CODE
#endif
