#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""From translated blocks to lines of src/.

lines.py BUILD MEASURED REASONS PAGE

A block belongs to a load of livepoke.ko if its addresses are instructions of
a section that was loaded there, and of those that are not relocated at least
half have the bytes of the file: the kernel patches some when it loads a module.
"""

import re
import subprocess
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

FLAVOURS = ("product", "test")
LEAST = 85
_INSN = re.compile(r"^ *([0-9a-f]+):\t((?:[0-9a-f]{2} )+)")
_RELOC = re.compile(r"^\t+[0-9a-f]+: R_X86_64_")
_SYMBOL = re.compile(r"^([0-9a-f]+) <([^>.]+)([^>]*)>:$")


def tool(*args, **kwargs):
    return subprocess.run(args, check=True, text=True, errors="replace",
                          stdout=subprocess.PIPE, **kwargs).stdout


class Section:
    """Instructions of one section: offset -> bytes, None if relocated.

    where is their (file, line, function of the source, function they are in),
    entries has where functions begin.
    """

    def __init__(self, ko, name):
        self.insns, self.entries = {}, {}
        symbols, symbol = {}, ""
        for line in tool("objdump", "-dwr", "-j", name, ko).splitlines():
            m = _INSN.match(line)
            head = _SYMBOL.match(line)
            if head:
                symbol = head.group(2)
                if not head.group(3):
                    self.entries[symbol] = int(head.group(1), 16)
            elif m:
                last = int(m.group(1), 16)
                symbols[last] = symbol
                self.insns[last] = None if "R_X86_64_" in line else \
                    m.group(2).replace(" ", "")[:16]
            elif _RELOC.match(line):
                self.insns[last] = None
        self.size = max(self.insns, default=-1) + 1
        self.where = self._lines(ko, name, symbols)

    def _lines(self, ko, name, symbols):
        offsets = sorted(self.insns)
        out = tool("addr2line", "-f", "-e", ko, "-j", name,
                   input="\n".join(f"{o:#x}" for o in offsets)).splitlines()
        where = {}
        root = f"{Path(ko).resolve().parent}/"
        for offset, function, place in zip(offsets, out[0::2], out[1::2]):
            place = place.split(" ")[0]
            path, _, line = place.rpartition(":")
            path = first_of_unit(path.replace("/./", "/"))
            if path.startswith(root + "src/") and line.isdigit() and int(line):
                where[offset] = (path[len(root):], int(line), function, symbols[offset])
        return where


@cache
def first_of_unit(path):
    """binutils 2.40 takes the second name in DWARF 5's table of files, which
    is the first file that a unit includes, for the unit itself: that has no
    code of its own."""
    if not Path(path).name.startswith("build_"):
        return path
    include = re.search(r'^#include "(.*)"$', Path(path).read_text(), re.M)
    return str(Path(path).with_name(include.group(1)))


def sections_of(ko):
    names = [l.split()[1] for l in tool("objdump", "-hw", ko).splitlines()
             if "CODE" in l.split("2**")[-1]]
    return {name: Section(ko, name) for name in names
            if not name.startswith(".altinstr")}


def loads_of(path):
    """Each line: lp-cover: FLAVOUR SECTION=ADDRESS..."""
    loads = set()
    for line in path.read_text().splitlines():
        flavour, *places = line.split()[1:]
        loads.add((flavour, tuple(p for p in places if "=" in p)))
    return [(flavour, {n: int(a, 16) for n, a in (p.rsplit("=", 1) for p in places)})
            for flavour, places in loads]


def execute(block, ranges, executed):
    """Enters the instructions of a block into the load where it fits."""
    start = block[0][0]
    i = bisect_right(ranges, (start, chr(0x10ffff))) - 1
    # Loads may overlap: look at all whose section begins near enough below.
    while i >= 0 and start - ranges[i][0] < 1 << 20:
        base, key, section = ranges[i]
        i -= 1
        if start - base >= section.size:
            continue
        if not all(a - base in section.insns for a, _ in block):
            continue
        wanted = [(section.insns[a - base], b) for a, b in block]
        fixed = [w == b for w, b in wanted if w]
        if 2 * sum(fixed) >= len(fixed):
            executed[key].update(a - base for a, _ in block)


def measure(measured, modules):
    executed = defaultdict(set)
    for loads in sorted(measured.glob("*.loads")):
        ranges = []
        for flavour, places in loads_of(loads):
            for name, base in places.items():
                section = modules.get(flavour, {}).get(name)
                if section:
                    ranges.append((base, (flavour, name), section))
        ranges.sort(key=lambda r: (r[0], r[1]))
        keyed = [(b, str(k), s) for b, k, s in ranges]
        names = {str(k): k for _, k, _ in ranges}
        found = defaultdict(set)
        for line in loads.with_suffix(".blocks").open():
            block = [(int(a, 16), b) for a, b in
                     (insn.split(":") for insn in line.split())]
            execute(block, keyed, found)
        for key, offsets in found.items():
            executed[names[key]] |= offsets
    return executed


def collect(modules, executed):
    """file -> line -> [covered, function]"""
    files = defaultdict(dict)
    for flavour, sections in modules.items():
        unused = unused_copies(sections, flavour, executed)
        for name, section in sections.items():
            done = executed[(flavour, name)]
            for offset, (path, line, function, symbol) in section.where.items():
                if symbol not in unused:
                    entry = files[path].setdefault(line, [False, function])
                    entry[0] |= offset in done
    return files


def unused_copies(sections, flavour, executed):
    """Functions that were executed where they are inlined, and nowhere else.

    Where all callers are in the same unit, the copy for others is dead. A first
    instruction alone says nothing: it is relocated, and fits any block."""
    inlined, entered = set(), set()
    for name, section in sections.items():
        done = executed[(flavour, name)]
        count = Counter(section.where[o][3] for o in done & section.where.keys())
        entered |= {f for f, offset in section.entries.items()
                    if offset in done and count[f] > 1}
        for offset in done & section.where.keys():
            _, _, function, symbol = section.where[offset]
            if function != symbol:
                inlined.add(function)
    return inlined - entered


def spans(lines):
    out = []
    for line in sorted(lines):
        if out and line - out[-1][1] <= 2:
            out[-1][1] = line
        else:
            out.append([line, line])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in out)


def reasons_of(path):
    rows = [r.split("\t") for r in path.read_text().splitlines()
            if r and not r.startswith("#")]
    return [(r[0], r[1], r[-1]) for r in rows]


def why(reasons, path, function):
    for file, name, reason in reasons:
        if path == f"src/{file}" and name in ("*", function):
            return reason
    return None


def unseen(modules, executed):
    """Sections of the product of which nothing was executed: then kcall, which
    notes where they are, does not know them."""
    return [name for name, section in modules["product"].items()
            if section.where and not executed[("product", name)]]


def unexplained(files, reasons):
    """What was not executed, and nobody says why."""
    return sorted({f"{path}, {function}" for path, lines in files.items()
                   for covered, function in lines.values()
                   if not covered and not why(reasons, path, function)})


def page(files, reasons):
    yield "# Which lines of src/ the guests execute"
    yield ""
    yield "Written by `make coverage`; the reasons are in `tests/coverage/reasons`."
    yield ""
    yield "The suites poke, klp, api, cli and fault run on the stock 6.1 kernel. The emulator"
    yield "logs each block of module code when it is about to be executed for the first"
    yield "time, whatever the context, so the #BP, NMI, IPI and ftrace handlers count"
    yield "like everything else; the module is the same as without the measurement. A"
    yield "line is executed if an instruction of it is. Lines without an instruction of"
    yield "their own do not count, nor do copies of a function that all callers have"
    yield "inlined. Conditions that only a fault inside a block would"
    yield "leave early count as executed to the block's end. A line that was not executed"
    yield "and has no reason fails the measurement."
    yield ""
    yield "| file | lines | executed | |"
    yield "|---|---|---|---|"
    total = done = 0
    for path in sorted(files):
        lines = files[path]
        hit = sum(c for c, _ in lines.values())
        total += len(lines)
        done += hit
        yield f"| {path} | {len(lines)} | {hit} | {100 * hit / len(lines):.0f} % |"
    yield f"| **all** | {total} | {done} | **{100 * done / total:.1f} %** |"
    yield ""
    yield "## Lines that were not executed"
    yield ""
    yield "| where | lines | reason |"
    yield "|---|---|---|"
    for path in sorted(files):
        missed = defaultdict(list)
        for line, (covered, function) in files[path].items():
            if not covered:
                missed[function].append(line)
        for function in sorted(missed, key=lambda f: min(missed[f])):
            reason = why(reasons, path, function) or "no test gets there"
            yield f"| {path}, `{function}` | {spans(missed[function])} | {reason} |"


def main(build, measured, reasons, out):
    modules = {f: sections_of(f"{build}/{f}/livepoke.ko") for f in FLAVOURS}
    executed = measure(Path(measured), modules)
    files = collect(modules, executed)
    text = list(page(files, reasons_of(Path(reasons))))
    Path(out).write_text("\n".join(text) + "\n")
    print("\n".join(l for l in text if l.startswith("| ") and "%" in l))
    lines = [c for f in files.values() for c, _ in f.values()]
    share = 100 * sum(lines) / len(lines)
    print(f"coverage: {sum(lines)} of {len(lines)} lines, {share:.1f} %, at least {LEAST} wanted")
    missing = unexplained(files, reasons_of(Path(reasons)))
    for place in missing:
        print(f"coverage: no reason for {place}: write a test, or the reason into {reasons}")
    dark = unseen(modules, executed)
    if dark:
        print(f"coverage: nothing was executed of {' '.join(dark)}: note it in tests/kernel/progs/kcall.c")
    return share < LEAST or bool(missing or dark)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
