# SPDX-License-Identifier: GPL-2.0
"""Every refusal is tested: a test looks for its message in the log.

One string of a test must have words of the message that are worth as much as
its longest literal part, or twenty characters of it. Of a message that
ends in a reason, each reason must be looked for as well. Of the sentences of
poke_why.c, words must be looked for that only that one has.
"""

import re

from lib import messages, tree

NAME = "refusals"
_STRING = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'([^'\n]*)'", re.S)
# What a regular expression or a shell variable puts between plain words
_BETWEEN = re.compile(r"'[^'\s]*'|\b\d+\b|\\?\$\{?\w+\}?|\\?\.[*+?]|\[[^]]*\][*+?]?|[(|)^$*+?]")
_SHORTEST = 6
_ENOUGH = 20
_EDGE = " '("


def _wanted(root):
    """Strings of the tests that stand for a piece of the log."""
    for path in tree.files(root):
        if not path.startswith("tests/") or path.startswith("tests/static/"):
            continue
        for pair in _STRING.findall(tree.text(root, path)):
            text = (pair[0] or pair[1]).replace("\\\n", "")
            yield re.sub(r"\\([().\[\]'\"$])", r"\1", text)


def _words(string):
    """Plain words that it consists of, of some length."""
    words = {w.strip(_EDGE) for w in _BETWEEN.split(string)}
    return {w for w in words if len(w) >= _SHORTEST}


def _common(part, word):
    """How much of a part of a message the word stands for."""
    if word in part:
        return len(word)
    return len(part) if len(part) >= _SHORTEST and part in word else 0


def _tested(message, wanted):
    parts = [part for part in (p.strip(_EDGE) for p in message.words) if part]
    if not parts:
        return True
    enough = min(_ENOUGH, max(len(part) for part in parts))
    return any(message.regex().search(string) or
               sum(max(_common(part, word) for part in parts) for word in words) >= enough
               for string, words in wanted)


def _told_apart(rows, wanted):
    """Sentences of which a test has words that no other has."""
    for word in set().union(*(words for _, words in wanted)):
        hits = [r for r in rows if word in r.form or r.form in word]
        if len(hits) == 1:
            yield hits[0]


def check(subject):
    wanted = [(string, _words(string)) for string in sorted(set(_wanted(subject.root)))]
    exempt = messages.exemptions(subject.list_file("refusals-untested"))
    found = [m for m in (*messages.all_messages(subject.root),
                         *messages.reasons(subject.root))
             if not messages.exempt(m, exempt) and not _tested(m, wanted)]
    rows = messages.rows(subject.root)
    told_apart = set(_told_apart(rows, wanted))
    found += [row for row in rows
              if not messages.exempt(row, exempt) and row not in told_apart]
    return [f"{m.where}: no test looks for '{m.form}'" for m in found]
