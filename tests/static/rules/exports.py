# SPDX-License-Identifier: GPL-2.0
"""Our modules need nothing that some supported kernel does not export.

allowed-exports lists what mainline exports on every supported kernel, plus
what the kernel's own inline functions bring in on one kernel or another.
"""

from fnmatch import fnmatch

from lib import tree

NAME = "exports"
NEEDS = {"build"}


def check(subject):
    allowed = tree.table(subject.list_file("allowed-exports"))
    found = [f"allowed-exports: {name} has no group" for name, group
             in allowed.items() if not group]
    own = set(subject.product.globals) | set(subject.test.globals)
    for obj in [subject.product, subject.test, *subject.samples]:
        for name in obj.undefined:
            if name not in own and not any(fnmatch(name, a) for a in allowed):
                found.append(
                    f"{obj.name} needs {name}, which is not in allowed-exports: "
                    "if mainline exports it from 5.10 to 7.3, add it there with "
                    "its group; if not, bind it in src/kernel_syms.h")
    return sorted(set(found))
