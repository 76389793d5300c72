# SPDX-License-Identifier: GPL-2.0
"""docs/ABI describes every attribute and parameter with its mode, and no other."""

import re

from lib import tree

NAME = "abi_doc"
_ATTRIBUTE = re.compile(r"__ATTR_(RW|RO_MODE|RO|WO)\((\w+)(?:,\s*(0\d+))?\)")
_PARAMETER = re.compile(r"\b(?:module_param(?:_named|_cb)?|LP_(?:ENUM|UINT|BOOL)_PARAM)"
                        r"\((\w+),[^;]*?\b(0|0[0-7]{3})\);", re.S)
_MODES = {"RW": "0644", "RO": "0444", "WO": "0200"}
# Parts of test builds only
_TEST = re.compile(r"#ifdef LP_TEST_BUILD.*?#(?:else|endif)", re.S)


def _shown(root):
    """Names and modes of what src/ shows, with the places."""
    for path in tree.c_files(root, "src"):
        text = _TEST.sub("", tree.text(root, path))
        if "test_" in path:
            continue
        for kind, name, mode in _ATTRIBUTE.findall(text):
            yield path, name, mode or _MODES[kind]
        for name, mode in _PARAMETER.findall(text):
            # One of mode 0 has no file.
            if mode != "0":
                yield path, name, mode


def _documented(root):
    """Last part of each What: with the text that describes it, and its place."""
    entries, paths = {}, set()
    for path in tree.files(root):
        if not path.startswith("docs/ABI/"):
            continue
        for entry in re.split(r"\n(?=What:)", tree.text(root, path)):
            head, _, body = entry.partition("Description:")
            for shown in re.findall(r"/sys/\S+$", head, re.M):
                paths.add(shown)
                entries[shown.rsplit("/", 1)[1]] = (body, path, shown)
    directories = {p.rsplit("/", 1)[0] for p in paths}
    return {name: entry for name, entry in entries.items()
            if entry[2] not in directories and name.isidentifier()}


def check(subject):
    entries = _documented(subject.root)
    shown = list(_shown(subject.root))
    found = []
    for path, name, mode in shown:
        if name not in entries:
            found.append(f"{path}: '{name}' is not in docs/ABI")
        elif f"ode {mode}" not in entries[name][0]:
            found.append(f"{path}: docs/ABI does not say that '{name}' has mode {mode}")
    for name in sorted(entries.keys() - {name for _, name, _ in shown}):
        found.append(f"{entries[name][1]}: src/ has no '{name}'")
    return found
