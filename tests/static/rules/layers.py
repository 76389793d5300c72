# SPDX-License-Identifier: GPL-2.0
"""Includes run down only: no file includes a header of a layer above it.

The list `layers` names the layers from top to bottom.
"""

import os
import re
from fnmatch import fnmatch

from lib import tree

NAME = "layers"
ANY = "any:"
_INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<(livepoke/[^>]+)>)', re.M)


def check(subject):
    layers, free = _read(subject.list_file("layers"))
    found = []
    for path in tree.c_files(subject.root, "src", "include"):
        unit = _unit(path)
        if _matches(unit, free):
            continue
        level = _level(layers, unit)
        if level is None:
            found.append(f"{path}: in no layer; add it to tests/static/layers")
            continue
        found += _upward(subject.root, path, level, layers, free)
    return found


def _upward(root, path, level, layers, free):
    for number, name in _includes(root, path):
        unit = _unit(name)
        other = None if _matches(unit, free) else _level(layers, unit)
        if other is not None and other < level:
            yield (f"{path}:{number}: includes {name} of a layer above "
                   f"({' '.join(layers[other])})")


def _includes(root, path):
    source = tree.text(root, path)
    for m in _INCLUDE.finditer(source):
        yield source.count("\n", 0, m.start()) + 1, m.group(1) or m.group(2)


def _read(path):
    layers, free = [], []
    for line in path.read_text().splitlines():
        words = line.split("#", 1)[0].split()
        if words and words[0] == ANY:
            free += words[1:]
        elif words:
            layers.append(words)
    return layers, free


def _unit(path):
    """(klp_core, .c) for src/klp_core.c; compat/x, livepoke/x keep their parts."""
    path = path.replace("../", "")
    for top in ("src/", "include/"):
        path = path.removeprefix(top)
    return os.path.splitext(path)


def _matches(unit, globs):
    """A pattern with .h or .c at its end stands for that file only."""
    name, suffix = unit
    return any(fnmatch(name + suffix if g.endswith((".h", ".c")) else name, g)
               for g in globs)


def _level(layers, unit):
    for number, globs in enumerate(layers):
        if _matches(unit, globs):
            return number
    return None
