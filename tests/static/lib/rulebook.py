# SPDX-License-Identifier: GPL-2.0
"""Loading of rules, and the proof that each catches its broken examples.

A rule is a module with
    NAME           name of the rule, also of its directory in broken/
    check(subject) a list of complaints, one line each
    NEEDS          optional set of "build", "checkpatch": what must be ready

A broken example is a small tree broken/<rule>/<case>/ with a file `expect`:
each line of it must be part of some complaint.
"""

import importlib
import sys


# Rules that are applied to the objects for every kernel.
EVERY_KERNEL = {"bound_calls", "exports", "global_names", "hostile",
                "indirect_calls", "test_points"}


def load(directory, names):
    rules = []
    for path in sorted(directory.glob("[a-z]*.py")):
        if names and path.stem not in names:
            continue
        rules.append(importlib.import_module(f"rules.{path.stem}"))
    if not rules:
        sys.exit(f"no such rule: {' '.join(names)}")
    return rules


def needs(rules, what):
    return any(what in getattr(rule, "NEEDS", ()) for rule in rules)


def complaints(rule, subject):
    """What the rule says of this subject."""
    if subject.failure and "build" in getattr(rule, "NEEDS", ()):
        return ["not checked, the build failed"]
    return rule.check(subject)


def unproven(rule, cases):
    """A rule that nothing shows to fail is no rule."""
    return [] if cases else [f"no tests/static/broken/{rule.NAME}/CASE/"]


def uncaught(rule, case):
    """What the rule should have said of this broken example and did not."""
    said = complaints(rule, case)
    lines = (case.root / "expect").read_text().splitlines()
    missing = [f"not reported: {line}" for line in lines
               if line and not any(line in s for s in said)]
    if missing:
        missing += [f"reported instead: {s}" for s in said]
    return missing if lines else ["empty file: expect"]
