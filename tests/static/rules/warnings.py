# SPDX-License-Identifier: GPL-2.0
"""Compiler (W=1) and sparse (C=1) print nothing about our sources."""

import re

NAME = "warnings"
NEEDS = {"build"}
_COMPLAINT = re.compile(r"\b(warning|error):", re.I)
# The kernel's own headers, named from KDIR or in full.
_HEADERS = re.compile(r"^(\./)?(arch|include)/|/linux-headers-[^/]+/")


def check(subject):
    return [line for line in subject.log
            if _COMPLAINT.search(line) and not _HEADERS.search(line)]
