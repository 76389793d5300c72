# SPDX-License-Identifier: GPL-2.0
"""docs/ABI describes every attribute and parameter, with the right mode."""

import re

from lib import tree

NAME = "abi_doc"
_ATTRIBUTE = re.compile(r"__ATTR_(RW|RO_MODE|RO|WO)\((\w+)(?:,\s*(0\d+))?\)")
_PARAMETER = re.compile(r"\b(?:module_param(?:_cb)?|LP_ENUM_PARAM)\((\w+),[^;]*?\b(0[0-7]{3})\)", re.S)
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
            yield path, name, mode


def _documented(root):
    """Last part of each What: with the text that describes it."""
    entries = {}
    for path in tree.files(root):
        if not path.startswith("docs/ABI/"):
            continue
        for entry in re.split(r"\n(?=What:)", tree.text(root, path)):
            head, _, body = entry.partition("Description:")
            for name in re.findall(r"/(\w+)$", head, re.M):
                entries[name] = body
    return entries


def check(subject):
    entries = _documented(subject.root)
    found = []
    for path, name, mode in _shown(subject.root):
        if name not in entries:
            found.append(f"{path}: '{name}' is not in docs/ABI")
        elif f"ode {mode}" not in entries[name]:
            found.append(f"{path}: docs/ABI does not say that '{name}' has mode {mode}")
    return found
