# SPDX-License-Identifier: GPL-2.0
"""Functions stay short: median, 95th percentile and maximum of their lines."""

import statistics

from lib import objects, tree

NAME = "function_length"
TOPS = ("src", "include", "tools", "samples", "tests")
MEDIAN, P95, MAXIMUM = 16, 70, 120


def check(subject):
    lengths = sorted(_lengths(subject))
    if not lengths:
        return []
    sizes = [size for size, _ in lengths]
    found = [f"{where}: {size} lines, at most {MAXIMUM}"
             for size, where in lengths if size > MAXIMUM]
    median = statistics.median(sizes)
    if median > MEDIAN:
        found.append(f"the median function has {median:g} lines, at most {MEDIAN}")
    p95 = sizes[max(0, -(-len(sizes) * 95 // 100) - 1)]
    if p95 > P95:
        found.append(f"5 % of the functions have {p95} lines or more, "
                     f"at most {P95}; the longest: "
                     + ", ".join(f"{w} ({s})" for s, w in lengths[-5:]))
    return found


def _lengths(subject):
    """(lines, "file:line name") of every C function."""
    paths = [f for f in tree.c_files(subject.root, *TOPS)]
    if not paths:
        return
    out = objects.tool("ctags-universal", "-x", "--language-force=C", "--kinds-C=f",
                       "--_xformat=%n %{end} %N %F",
                       *[str(subject.root / p) for p in paths])
    for line in out.splitlines():
        start, end, name, path = line.split(None, 3)
        where = path.replace(f"{subject.root}/", "")
        if end.isdigit():
            yield int(end) - int(start) + 1, f"{where}:{start} {name}()"
