# SPDX-License-Identifier: GPL-2.0
"""Every memory barrier says in a comment what it pairs with.

The comment ends at most three lines above the barrier or stands beside it,
and contains "pairs with".
"""

import re

from lib import tree

NAME = "barriers"
NEAR = 3
_BARRIER = re.compile(r"\b(smp_(?:mb|rmb|wmb|store_mb|store_release|load_acquire|"
                      r"mb__\w+|acquire__\w+|cond_load_acquire)|"
                      r"atomic\w*_(?:acquire|release)|virt_mb|mb|rmb|wmb)\s*\(")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def check(subject):
    found = []
    for path in tree.c_files(subject.root, "src", "include"):
        source = tree.text(subject.root, path)
        paired = _paired_lines(source)
        for number, line in enumerate(tree.code_only(source).splitlines(), 1):
            barrier = _BARRIER.search(line)
            if barrier and number not in paired and not _is_definition(line):
                found.append(f"{path}:{number}: {barrier.group(1)}() without a "
                             "comment that says what it pairs with")
    return found


def _paired_lines(source):
    """Lines that a comment with "pairs with" speaks of."""
    lines = set()
    for comment in _COMMENT.finditer(source):
        words = re.sub(r"[\s*]+", " ", comment.group(0)).lower()
        if "pairs with" not in words and "paired with" not in words:
            continue
        last = source.count("\n", 0, comment.end()) + 1
        first = source.count("\n", 0, comment.start()) + 1
        lines.update(range(first, last + NEAR + 1))
    return lines


def _is_definition(line):
    return line.lstrip().startswith("#define")
