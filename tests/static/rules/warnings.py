# SPDX-License-Identifier: GPL-2.0
"""Compiler (W=1) and sparse (C=1) print nothing about our sources."""

import re

NAME = "warnings"
NEEDS = {"build"}
_COMPLAINT = re.compile(r"\b(warning|error):", re.I)
# Paths of the kernel's headers, below KDIR.
_HEADERS = re.compile(r"^(\./|/usr/src/|arch/|include/)")


def check(subject):
    return [line for line in subject.log
            if _COMPLAINT.search(line) and not _HEADERS.match(line)]
