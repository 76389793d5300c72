# SPDX-License-Identifier: GPL-2.0
"""No version test outside src/compat/.

Stable series and distributions move interfaces inside one version, so a
version says little. Only src/compat/ may ask, everything else uses the names
of capabilities. Lines that may mention a version are in version-allowed.
"""

import re

from lib import tree

NAME = "version_tests"
COMPAT = "src/compat/"
# Brackets keep this file from finding itself.
_TEST = re.compile(r"LINUX_VERSION[_]|KERNEL[_]VERSION\b|RHEL[_]RELEASE|"
                   r"UTS[_]RELEASE|UTS[_]UBUNTU|LINUX_PACKAGE[_]ID|"
                   r"\bSUB[L]EVEL\b|uname[ ]-r|uname\(\)[.]release")
_PROSE = (".md", ".rst", ".txt", ".1", ".8")


def check(subject):
    allowed = _allowed(subject)
    found = []
    for path in tree.files(subject.root):
        if path.startswith(COMPAT) or path.endswith(_PROSE) or \
                path.endswith("version-allowed"):
            continue
        for number, line in enumerate(_lines(subject.root, path), 1):
            if _TEST.search(line) and not _is_allowed(allowed, path, line):
                found.append(f"{path}:{number}: version test outside {COMPAT}: "
                             f"{line.strip()}; name the capability in {COMPAT}")
    return found


def _lines(root, path):
    source = tree.text(root, path)
    if path.endswith(tree.C_SUFFIXES):
        source = tree.code_only(source)
    return source.splitlines()


def _allowed(subject):
    """(path, text that the line contains) of each permitted line, blanks squeezed."""
    rows = []
    for line in subject.list_file("version-allowed").read_text().splitlines():
        parts = line.split("\t")
        if line and not line.startswith("#"):
            rows.append((parts[0], parts[1]))
    return rows


def _is_allowed(allowed, path, line):
    line = " ".join(line.split())
    return any(path == where and what in line for where, what in allowed)
