# SPDX-License-Identifier: GPL-2.0
"""What the rules need to know of an object file, read with binutils.

Object.functions maps a name to its Function: where it is, its instructions,
and the functions of the same object or outside that it calls or jumps to.
Addresses are (section, offset), for nothing is linked yet.
"""

import re
import subprocess
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

# Compilers split and clone functions; the part belongs to its origin.
_PART = re.compile(r"\.(cold|part|isra|constprop)(\.\d+)?|@.*")
_THUNK = re.compile(r"__x86_indirect_(its_)?(call_|jump_)?thunk")
_BRANCH = re.compile(r"^(bnd |notrack |ds |cs )*(call|jmp|j[a-z]{1,3}|loop\w*)q?(,p[nt])?\b")


def origin(name):
    """The source function that a symbol is (a part of)."""
    return _PART.sub("", name)


def tool(*args):
    done = subprocess.run(args, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, args))}: {done.stderr.strip()}")
    return done.stdout


@dataclass
class Insn:
    offset: int
    text: str
    relocs: list = field(default_factory=list)	# (type, symbol, addend)

    @property
    def is_branch(self):
        return bool(_BRANCH.match(self.text))

    @property
    def is_indirect(self):
        """A call or jump whose target the object code does not fix."""
        if not self.is_branch or self.is_paravirt:
            return False
        return "*" in self.text or \
            any(_THUNK.match(sym) for _, sym, _ in self.relocs)

    @property
    def is_paravirt(self):
        """Written as an indirect call, made direct when a module is loaded."""
        return any(sym == "pv_ops" for _, sym, _ in self.relocs)


@dataclass
class Function:
    name: str
    section: str
    offset: int
    insns: list = field(default_factory=list)


class Object:
    def __init__(self, path):
        self.path = path

    @property
    def name(self):
        return self.path.name

    @cached_property
    def symbols(self):
        """(name, kind letter of nm) of every symbol."""
        rows = (l.split() for l in tool("nm", self.path).splitlines())
        return [(r[-1], r[-2]) for r in rows]

    @cached_property
    def undefined(self):
        return sorted({n for n, kind in self.symbols if kind in "Uwv"})

    @cached_property
    def globals(self):
        return sorted({n for n, kind in self.symbols
                       if kind.isupper() and kind != "U"})

    @cached_property
    def strings(self):
        return set(tool("strings", "-a", "-n", "4", self.path).splitlines())

    @cached_property
    def functions(self):
        return _parse_disassembly(
            tool("objdump", "-drw", "--no-show-raw-insn", self.path))

    @cached_property
    def _starts(self):
        starts = {}
        for fn in self.functions.values():
            starts.setdefault(fn.section, []).append((fn.offset, fn.name))
        return {s: sorted(v) for s, v in starts.items()}

    def function_at(self, section, offset):
        """Name of the function that covers this place, or None."""
        starts = self._starts.get(section, [])
        i = bisect_right(starts, (offset, "\uffff"))
        return starts[i - 1][1] if i else None

    def resolve(self, symbol, addend):
        """A relocation's target: (name, True if defined here)."""
        if symbol in self.functions:
            return symbol, True
        inside = self.function_at(symbol, addend) if symbol in self._starts else None
        return (inside, True) if inside else (symbol, False)

    def branches(self, fn):
        """(insn, target name, defined here) of each direct branch that leaves
        the function or enters one anew."""
        for insn in fn.insns:
            if not insn.is_branch or insn.is_indirect:
                continue
            for name, here in self._targets(fn, insn):
                # .altinstr_aux only jumps back to where it came from
                if name and name != fn.name and not name.startswith(".altinstr"):
                    yield insn, name, here

    def _targets(self, fn, insn):
        for _, symbol, addend in insn.relocs:
            # pc-relative: the addend counts from 4 bytes before the end
            yield self.resolve(symbol, addend + 4)
        if not insn.relocs:
            local = re.search(r"\s([0-9a-f]+)(?: <|$)", insn.text)
            if local:
                yield self.function_at(fn.section, int(local.group(1), 16)), True

    @cached_property
    def traced(self):
        """Functions that ftrace can hook: those that call __fentry__."""
        return {fn.name for fn in self.functions.values()
                if any(sym == "__fentry__" for insn in fn.insns[:3]
                       for _, sym, _ in insn.relocs)}

    @cached_property
    def unprobed(self):
        """Functions on the kprobe blacklist: a section of them, or a list."""
        names = {fn.name for fn in self.functions.values()
                 if fn.section == ".kprobes.text"}
        listed = False
        for line in tool("objdump", "-rw", self.path).splitlines():
            row = re.match(r"[0-9a-f]+ R_X86_64_64\s+([^\s+-]+)([+-]0x[0-9a-f]+)?",
                           line)
            if line.startswith("RELOCATION RECORDS FOR"):
                listed = "[_kprobe_blacklist]" in line
            elif listed and row:
                names.add(self.resolve(row.group(1), int(row.group(2) or "0", 16))[0])
        return names

    @cached_property
    def data_relocs(self):
        """(section, offset, symbol) of relocations outside code and debug."""
        found, section = [], None
        for line in tool("objdump", "-rw", self.path).splitlines():
            head = re.match(r"RELOCATION RECORDS FOR \[(.*)\]:", line)
            row = re.match(r"([0-9a-f]+) R_X86_64_\w+\s+([^\s+-]+)([+-]0x[0-9a-f]+)?",
                           line)
            if head:
                section = head.group(1)
            elif row and section not in self._starts and \
                    not section.startswith(".debug"):
                found.append((section, int(row.group(1), 16), row.group(2)))
        return found

    @cached_property
    def _table(self):
        """(kind F or O, section, start, end, name) of what has a size."""
        found = []
        for line in tool("objdump", "-t", self.path).splitlines():
            row = re.match(r"([0-9a-f]+) .{6}([FO]) (\S+)\s+([0-9a-f]+)\s+"
                           r"(?:\.hidden )?(\S+)", line)
            if row:
                start = int(row.group(1), 16)
                found.append((row.group(2), row.group(3), start,
                              start + int(row.group(4), 16), row.group(5)))
        return found

    def variable_at(self, section, offset):
        """Name of the variable that covers this place, or None."""
        for kind, where, start, end, name in self._table:
            if kind == "O" and where == section and start <= offset < end:
                return name
        return None

    def parts(self, source_name):
        """Functions that a source function became, folded ones included."""
        names = {name for name in self.functions if origin(name) == source_name}
        names |= {self.function_at(where, start) for kind, where, start, _, name
                  in self._table if kind == "F" and origin(name) == source_name}
        return sorted(filter(None, names))

    def where(self, fn, insn):
        """(source functions inlined here, innermost first; "file:line")."""
        out = tool("addr2line", "-fie", self.path, "-j", fn.section,
                   hex(insn.offset)).splitlines()
        names = [n for n in out[0::2] if n != "??"] or [origin(fn.name)]
        return names, out[1].rsplit("/", 1)[-1] if len(out) > 1 else "??"


_HEAD = re.compile(r"^[0-9a-f]+ <([^>]+)>:$")
_INSN = re.compile(r"^\s+([0-9a-f]+):\s+(.*)$")
_RELOC = re.compile(r"([0-9a-f]+): R_X86_64_(\w+)\s+([^\s+-]+)([+-]0x[0-9a-f]+)?")


def _insn(line):
    """One line of objdump -drw: an instruction and, after it, its relocations."""
    m = _INSN.match(line)
    text, relocs = m.group(2), []
    for _, kind, symbol, addend in _RELOC.findall(text):
        relocs.append((kind, symbol, int(addend or "0", 16)))
    text = _RELOC.split(text)[0].strip()
    return Insn(int(m.group(1), 16), " ".join(text.split()), relocs)


def _parse_disassembly(listing):
    functions, fn, section = {}, None, None
    for line in listing.splitlines():
        head = _HEAD.match(line)
        if line.startswith("Disassembly of section "):
            section = line.split()[-1].rstrip(":")
        elif head:
            start = int(line.split()[0], 16)
            name = head.group(1)
            if name in functions:	# static functions may share a name
                name += f"@{section}+{start:#x}"
            fn = functions[name] = Function(name, section, start)
        elif fn and _INSN.match(line):
            fn.insns.append(_insn(line))
    return functions
