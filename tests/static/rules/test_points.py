# SPDX-License-Identifier: GPL-2.0
"""Test points, parameters, broken variants, the recorder of the protocols'
steps and failures on purpose exist in test builds only.
"""

NAME = "test_points"
NEEDS = {"build"}
SYMBOLS = ("lp_test_hook", "lp_break_now", "lp_record_add", "lp_record_on",
           "lp_fault")
PREFIXES = ("lp_test", "lp_point", "lp_pt", "lp_break", "lp_record", "lp_fault")
STRINGS = ("parmtype=hide_symbol:charp", "parm=lp_break:",
           "parm=lp_record_max:", "parm=fault_nth:")


def check(subject):
    missing = [f"test build {subject.test.name} lacks '{what}'"
               for what in (*SYMBOLS, *STRINGS) if not _has(subject.test, what)]
    return missing + [f"product {subject.product.name} contains '{what}', "
                      "which is for test builds only"
                      for what in _test_only(subject.product)]


def _has(obj, what):
    return any(what == name for name, _ in obj.symbols) or \
        any(what in s for s in obj.strings)


def _test_only(obj):
    names = {name for name, _ in obj.symbols if name.startswith(PREFIXES)}
    return sorted(names | {s for s in STRINGS if _has(obj, s)})
