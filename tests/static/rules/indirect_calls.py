# SPDX-License-Identifier: GPL-2.0
"""The only indirect calls and jumps are those in the list indirect-allowed.

The list names source functions. The compiler may have inlined them; debug
information says which function an instruction comes from.
"""

from lib import objects, tree

NAME = "indirect_calls"
NEEDS = {"build"}


def check(subject):
    allowed = tree.table(subject.list_file("indirect-allowed"))
    found = []
    for obj in filter(None, (subject.product, subject.test)):
        for fn, insn in indirect(obj):
            names, where = obj.where(fn, insn)
            if not any(tree.listed(n, allowed) for n in [*names, objects.origin(fn.name)]):
                found.append(f"{where}: indirect '{insn.text}' in {names[0]}() "
                             f"({obj.name}: {fn.name}); bind the function with "
                             "lp_k(), or list it in indirect-allowed with a reason")
    return sorted(set(found))


def indirect(obj):
    for fn in obj.functions.values():
        for insn in fn.insns:
            if insn.is_indirect:
                yield fn, insn
