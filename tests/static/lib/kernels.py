# SPDX-License-Identifier: GPL-2.0
"""Kernels whose headers are on this machine."""

from functools import lru_cache
from pathlib import Path


def at_hand(subject):
    """KDIR, and the headers that the testbed has fetched."""
    found = {str(Path(subject.kdir).resolve())}
    pattern = "kernels/*/usr/src/linux-headers-*/Module.symvers"
    found |= {str(p.parent) for p in subject.cache.glob(pattern)}
    return sorted(found)


@lru_cache(maxsize=None)
def exports(kdir):
    with open(f"{kdir}/Module.symvers") as symvers:
        return {line.split("\t")[1] for line in symvers}
