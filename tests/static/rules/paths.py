# SPDX-License-Identifier: GPL-2.0
"""Nothing in the tree depends on the machine on which it was written."""

import re

from lib import tree

NAME = "paths"
# Brackets keep this file from finding itself.
_HOME = re.compile(r"(?<![\w.$}/-])/(?:wor[k]|hom[e]|User[s])/[\w.-]+")
_URL = re.compile(r"\b(?:https?|ftp|git|ssh)://([\w.-]+)")


def check(subject):
    hosts = set(tree.table(subject.list_file("hosts")))
    found = []
    for path in tree.files(subject.root):
        for number, line in enumerate(tree.text(subject.root, path).splitlines(), 1):
            for home in _HOME.findall(line):
                found.append(f"{path}:{number}: path of one machine: {home}")
            found += [f"{path}:{number}: host '{host}' is not in tests/static/hosts"
                      for host in _URL.findall(line) if host not in hosts]
    return found
