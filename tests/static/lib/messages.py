# SPDX-License-Identifier: GPL-2.0
"""Messages of refusal: what src/ logs as an error or a warning."""

import re

from lib import tree

_CALL = re.compile(r"\b(?:pr_(?:err|warn)(?:_ratelimited|_once)?|lp_refuse)\(\s*((?:\"(?:\\.|[^\"\\])*\"\s*)+)")
# Sentences that end up behind a "%s" of such a message: chosen among several,
# or in a table of which function is refused and why
_REASON = re.compile(r"(?:\b(?:reason|wrong) = |^\t+return (?:[^;\"]*\? )?|^#define LP_[A-Z]+\s+)"
                     r"\"((?:\\.|[^\"\\])*)\"", re.M)
_REASONED = ("klp_block_deny.c", "klp_block_type.c", "klp_control_file.c",
             "klp_resolve.c", "klp_symbols.c")
# A row of the table of why a site is refused
_ROW = re.compile(r"\{ -E\w+,\s*\"((?:\\.|[^\"\\])*)\"")
_TABLE = "poke_why.c"
_PART = re.compile(r'"((?:\\.|[^"\\])*)"')
# A conversion of printk, with what %p may be followed by
_CONVERSION = re.compile(r"%(?:\*?p[a-zA-Z]*|[-+#0 ]*[*\d]*(?:\.[*\d]+)?(?:hh|h|ll|l|z)?[a-zA-Z])")


class Message:
    """One message: where it is, and the words between its conversions."""

    def __init__(self, where, form):
        self.where = where
        self.form = form
        self.words = [w for w in _CONVERSION.split(form) if w]

    def regex(self):
        """What a line of the log with this message looks like."""
        return re.compile("livepoke: " + ".*".join(
            re.escape(w) for w in _CONVERSION.split(self.form)))


def all_messages(root):
    found = []
    for path in tree.c_files(root, "src"):
        text = tree.text(root, path)
        for match in _CALL.finditer(text):
            form = "".join(_PART.findall(match.group(1)))
            line = text.count("\n", 0, match.start()) + 1
            found.append(Message(f"{path}:{line}",
                                 form.replace("\\n", "").replace('\\"', '"')))
    return found


def _in_files(root, names, form):
    found = []
    for path in tree.c_files(root, "src"):
        text = tree.text(root, path) if path.endswith(names) else ""
        for match in form.finditer(text):
            line = text.count("\n", 0, match.start(1)) + 1
            found.append(Message(f"{path}:{line}", match.group(1)))
    return found


def reasons(root):
    return _in_files(root, _REASONED, _REASON)


def rows(root):
    return _in_files(root, _TABLE, _ROW)


def exempt(message, rows):
    """Rows of a list: part of a message, a tab, why no test can have it."""
    return any(part in message.form for part in rows)


def exemptions(path):
    if not path.exists():
        return {}
    lines = [line for line in path.read_text().splitlines()
             if line.strip() and not line.startswith("#")]
    return dict(line.split("\t", 1) for line in lines)
