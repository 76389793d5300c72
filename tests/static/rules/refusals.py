# SPDX-License-Identifier: GPL-2.0
"""Every refusal is tested: a test looks for its message in the log."""

import re

from lib import messages, tree

NAME = "refusals"
_STRING = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'([^'\n]*)'", re.S)
# What a regular expression or a shell variable puts between plain words
_BETWEEN = re.compile(r"'[^'\s]*'|\\?\$\{?\w+\}?|\\?\.[*+?]|\[[^]]*\][*+?]?|[(|)^$*+?]")
_SHORTEST = 9
_EDGE = " '"


def _wanted(root):
    """Strings of the tests that stand for a piece of the log."""
    for path in tree.files(root):
        if not path.startswith("tests/") or path.startswith("tests/static/"):
            continue
        for pair in _STRING.findall(tree.text(root, path)):
            text = (pair[0] or pair[1]).replace("\\\n", "")
            yield re.sub(r"\\([().\[\]'\"$])", r"\1", text)


def _words(strings):
    """Plain words that they consist of, of some length."""
    words = {w.strip(_EDGE) for s in strings for w in _BETWEEN.split(s)}
    return {w for w in words if len(w) >= _SHORTEST}


def _tested(message, strings, words):
    parts = [part.strip(_EDGE) for part in message.words]
    if any(word in part or (part in word and len(part) >= _SHORTEST)
           for part in parts for word in words):
        return True
    return any(message.regex().search(s) for s in strings)


def check(subject):
    strings = sorted(set(_wanted(subject.root)))
    words = _words(strings)
    rows = messages.exemptions(subject.list_file("refusals-untested"))
    found = [m for m in messages.all_messages(subject.root)
             if not messages.exempt(m, rows) and not _tested(m, strings, words)]
    return [f"{m.where}: no test looks for '{m.form}'" for m in found]
