# SPDX-License-Identifier: GPL-2.0
"""checkpatch.pl and its word lists, from Debian's kernel source package."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def directory():
    """Where the scripts are; fetched on first use."""
    source = subprocess.check_output([ROOT / "scripts" / "kernel-source"], text=True)
    return Path(source.strip()) / "scripts"
