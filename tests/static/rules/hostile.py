# SPDX-License-Identifier: GPL-2.0
"""What runs inside #BP, NMI, IPI, irq_work and ftrace handlers is closed.

hostile-roots names the handlers and their context. From each, the call graph
of the product's object code is followed:

- every function outside the module that can be reached must be in
  hostile-allowed for that context, or for that handler alone, with the reason
  why it is safe there;
- in #BP, NMI and ftrace handlers no reachable function of ours may be
  traceable: it would re-enter the handler;
- in #BP and NMI handlers each must be on the kprobe blacklist: where the
  handler is entered before the kernel looks for kprobes, one that is hit
  inside of it would trap for ever;
- calls through pointers must be listed too, as *function.

A handler that the sources register and hostile-roots does not name is
reported, and so is a root that does not exist any more.
"""

import re

from lib import tree

NAME = "hostile"
NEEDS = {"build"}
CONTEXTS = {"bp", "nmi", "ftrace", "ipi", "irq_work"}
STRICT = {"bp", "nmi", "ftrace"}
UNPROBED = {"bp", "nmi"}
BOUND = "__SCT__lp_k_"
# Part of every function; whether a function is traceable is judged apart.
ALWAYS = {"__fentry__", "__x86_return_thunk"}


def check(subject):
    roots = _roots(subject)
    allowed = _allowed(subject)
    found = [f"hostile-roots: unknown context '{c}' of {r}"
             for r, c in roots if c not in CONTEXTS]
    for root, context in roots:
        found += _walk(subject.product, root, context, allowed)
    named = {root for root, _ in roots}
    found += [f"{where}: {name}() is registered as a handler; name it and its "
              "context in tests/static/hostile-roots"
              for where, name in _registered(subject.root) if name not in named]
    return sorted(set(found))


def _roots(subject):
    table = tree.table(subject.list_file("hostile-roots"))
    return [(name, context) for name, words in table.items()
            for context in words.split()[0].split(",")]


def _allowed(subject):
    """symbol -> set of contexts and of handlers."""
    rows = tree.table(subject.list_file("hostile-allowed"))
    return {name: set(words.split()[0].split(",")) for name, words in rows.items()
            if len(words.split()) > 1}


def _walk(obj, root, context, allowed):
    start = obj.parts(root)
    if not start:
        return [f"hostile-roots: {root} is not in {obj.name}; remove or rename it"]
    path = {name: [root] for name in start}
    queue, found = list(start), []
    while queue:
        name = queue.pop()
        fn = obj.functions[name]
        found += _judge(obj, fn, path[name], context, allowed)
        for _, target, here in obj.branches(fn):
            if here and not target.startswith("__SCT__") and target not in path:
                path[target] = path[name] + [target]
                queue.append(target)
    return found


def _judge(obj, fn, path, context, allowed):
    chain = " > ".join(path)
    if context in STRICT and fn.name in obj.traced:
        yield (f"{context}: {fn.name}() can be traced (reached by {chain}); "
               "mark it notrace or put its file into src/build_hostile.c")
    if context in UNPROBED and fn.name not in obj.unprobed:
        yield (f"{context}: {fn.name}() can be probed (reached by {chain}); "
               "mark it __kprobes")
    for insn, target, here in obj.branches(fn):
        outside = _outside(target, here)
        if outside and outside not in ALWAYS and \
                not _permits(allowed, outside, context, path[0]):
            where = obj.where(fn, insn)[1]
            yield (f"{context}: {where}: {outside} is called (reached by {chain}); "
                   "avoid it, or list it in hostile-allowed with the reason")
    for insn in filter(lambda i: i.is_indirect, fn.insns):
        names, where = obj.where(fn, insn)
        if not any(_permits(allowed, "*" + n, context, path[0]) for n in names):
            yield (f"{context}: {where}: indirect call in {names[0]}() "
                   f"(reached by {chain}); list *{names[0]} in hostile-allowed")


def _outside(target, here):
    """Name of the kernel's function that a branch target stands for."""
    if target.startswith("__SCT__"):
        return target.removeprefix(BOUND).removeprefix("__SCT__")
    return None if here else target


def _permits(allowed, symbol, context, root):
    where = allowed.get(symbol, ())
    return bool({"all", context, root} & set(where))


# How the sources hand a function to the kernel as such a handler: calls, with
# the number of the argument that is the handler, and members of structures.
_CALLS = {"register_nmi_handler": 1, "init_irq_work": 1, "IRQ_WORK_INIT": 0,
          "IRQ_WORK_INIT_HARD": 0, "INIT_CSD": 1, "CSD_INIT": 0,
          "smp_call_function": 0, "smp_call_function_single": 1,
          "smp_call_function_many": 1, "smp_call_function_any": 1,
          "on_each_cpu": 0, "on_each_cpu_mask": 1, "on_each_cpu_cond": 1,
          "on_each_cpu_cond_mask": 1}
_CALL = re.compile(rf"\b({'|'.join(_CALLS)})\(")
_MEMBERS = [re.compile(p, re.S) for p in (
    r"\bstruct\s+(?:ftrace_ops|irq_work)\s+\w+\s*=\s*\{[^;]*?\.func\s*=\s*(\w+)",
    r"\b(?:ops|work|csd)(?:\.|->)func\s*=\s*(\w+)")]
_DIE = re.compile(r"\bregister_die_notifier\(\s*&(\w+)")


def _registered(root):
    """("file:line", function) of every handler found in src/."""
    codes = {path: tree.code_only(tree.text(root, path))
             for path in tree.c_files(root, "src")}
    everything = "\n".join(codes.values())
    for path, code in codes.items():
        for offset, name in _handlers(code):
            if _is_function(name, everything):
                yield f"{path}:{code.count(chr(10), 0, offset) + 1}", name


def _is_function(name, code):
    return re.search(rf"^[a-z][\w \t*]*\n?\b{re.escape(name)}\s*\(", code, re.M)


def _handlers(code):
    for m in _CALL.finditer(code):
        arguments = tree.arguments(code, m.end())
        if len(arguments) > _CALLS[m.group(1)]:
            yield m.start(), arguments[_CALLS[m.group(1)]].lstrip("&")
    for pattern in _MEMBERS:
        for m in pattern.finditer(code):
            yield m.start(1), m.group(1)
    for block in _DIE.findall(code):
        m = re.search(rf"notifier_block\s+{block}\s*=\s*\{{[^;]*?"
                      r"\.notifier_call\s*=\s*(\w+)", code, re.S)
        if m:
            yield m.start(1), m.group(1)
