# SPDX-License-Identifier: GPL-2.0
"""Bound kernel functions are only called, and only through their static call.

On machines with IBT a call through a pointer to an unexported function
faults. So the address of a bound function's trampoline is taken by nothing
but the binding itself, and the function's own name is not used at all, not
even where some distribution exports it.
"""

import re

from lib import objects, tree

NAME = "bound_calls"
NEEDS = {"build"}
TABLE = "src/kernel_syms.h"
TRAMPOLINE = "__SCT__lp_k_"
# The binding: the table, and the functions that fill the static calls.
BINDERS = {"lp_ksyms", "lp_kernel_syms_bind", "lp_ksym_bind", "lp_walk_kallsyms"}
_ROW = re.compile(r"\bF\(\s*(\w+)\s*,\s*(?:0|LP_KSYM_\w+)\s*,")


def check(subject):
    bound = bound_names(subject)
    found = []
    for obj in filter(None, (subject.product, subject.test)):
        found += [f"{obj.name} uses {name} itself; write lp_k({name})(...)"
                  for name in obj.undefined if name in bound]
        found += _taken_in_code(obj)
        found += _taken_in_data(obj)
    return sorted(set(found))


def bound_names(subject):
    """Every name in the table of unexported functions."""
    source = tree.text(subject.root, TABLE).replace("\\\n", " ")
    return set(_ROW.findall(source))


def _taken_in_code(obj):
    for fn in obj.functions.values():
        if objects.origin(fn.name) in BINDERS:
            continue
        for insn in fn.insns:
            for _, symbol, _ in insn.relocs:
                if symbol.startswith(TRAMPOLINE) and \
                        (not insn.is_branch or insn.is_indirect):
                    where = obj.where(fn, insn)[1]
                    yield (f"{where}: {fn.name}() takes the address of "
                           f"{symbol}: '{insn.text}'; call it directly")


def _taken_in_data(obj):
    for section, offset, symbol in obj.data_relocs:
        if not symbol.startswith(TRAMPOLINE) or section.startswith(".static_call"):
            continue
        variable = obj.variable_at(section, offset)
        if variable not in BINDERS:
            yield (f"{obj.name}: {variable or section} holds the address of "
                   f"{symbol}; only the binding may")
