# SPDX-License-Identifier: GPL-2.0
"""No version test outside src/compat/.

Stable series and distributions move interfaces inside one version, so a
version says little. Only src/compat/ may ask, everything else uses the names
of capabilities. A script may pass a kernel's release on, as the name of a
directory or of a package, but not compare it or take it apart. Lines that
only look like a test are in version-allowed.
"""

import re

from lib import tree

NAME = "version_tests"
COMPAT = "src/compat/"
# Brackets keep this file from finding itself.
_TEST = re.compile(r"LINUX_VERSION[_]|KERNEL[_]VERSION\b|RHEL[_]RELEASE|"
                   r"UTS[_]RELEASE|UTS[_]UBUNTU|LINUX_PACKAGE[_]ID|"
                   r"\bSUB[L]EVEL\b|uname\(\)[.]release")
_RELEASE = r"uname[ ]-r|/proc/sys/kernel/osrelease"
_VARIABLE = re.compile(rf"\b(\w+)=[^;]*?(?:{_RELEASE})")
# What compares a word, or takes it apart.
_JUDGE = re.compile(r"\bcase\b|(^|\s)\[|\btest\s|\bsort\b|\bcut\b|\bsed\b|\bawk\b|"
                    r"\bgrep\b|\bexpr\b|\bIFS=|%%|##|dpkg --compare")
_PROSE = (".md", ".rst", ".txt", ".1", ".8")


def check(subject):
    allowed = _allowed(subject)
    found = []
    for path in tree.files(subject.root):
        if path.startswith(COMPAT) or path.endswith(_PROSE) or \
                path.endswith("version-allowed"):
            continue
        lines = _lines(subject.root, path)
        for number in sorted(_tests(lines)):
            line = lines[number - 1]
            if not _is_allowed(allowed, path, line):
                found.append(f"{path}:{number}: version test outside {COMPAT}: "
                             f"{line.strip()}; name the capability in {COMPAT}")
    return found


def _tests(lines):
    """Numbers of the lines that test a version."""
    release = _RELEASE
    names = {m.group(1) for line in lines for m in _VARIABLE.finditer(line)}
    for name in sorted(names):
        release += rf"|\$\{{?{name}\b"
    release = re.compile(release)
    return {number for number, line in enumerate(lines, 1)
            if _TEST.search(line) or release.search(line) and _JUDGE.search(line)}


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
