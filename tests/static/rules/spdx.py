# SPDX-License-Identifier: GPL-2.0
"""Every source file says its licence in its first lines.

A script of one command has no text to license.
"""

from lib import tree

NAME = "spdx"
_SOURCES = (".c", ".h", ".S", ".sh", ".py", ".mk", ".pml", ".litmus", ".awk", ".cocci")
_NAMES = {"Makefile", "Kbuild"}
_TAG = "SPDX-License-" + "Identifier: GPL-2.0"


def check(subject):
    return [f"{path}: no '{_TAG}' in the first three lines"
            for path in tree.files(subject.root)
            if _is_program(subject.root, path) and not _tagged(subject.root, path)]


def _is_program(root, path):
    name = path.rsplit("/", 1)[-1]
    return path.endswith(_SOURCES) or name in _NAMES or \
        tree.text(root, path).startswith("#!")


def _tagged(root, path):
    lines = tree.text(root, path).splitlines()
    return len(lines) <= 2 or any(_TAG in line for line in lines[:3])
