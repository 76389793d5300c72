#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Thins out the emulator's log of translated blocks while it is written.

blocks.py LOG OUT: a line of OUT is a block, each of them once: its
instructions as ADDRESS:BYTES (of long instructions the first eight bytes).
"""

import re
import sys

_INSN = re.compile(r"0x([0-9a-f]+):  ((?:[0-9a-f]{2} ?)+) *(\S?)")


def blocks(lines):
    block = []
    for line in lines:
        if line.startswith("0x"):
            insn = _INSN.match(line)
            if insn and insn.group(3):
                block.append(f"{insn.group(1)}:{insn.group(2).replace(' ', '')}")
        elif block:
            yield " ".join(block)
            block = []
    if block:
        yield " ".join(block)


def main(log, out):
    seen = set()
    with open(log, errors="replace") as source, open(out, "w") as target:
        for block in blocks(source):
            key = hash(block)
            if key not in seen:
                seen.add(key)
                print(block, file=target)


if __name__ == "__main__":
    main(*sys.argv[1:])
