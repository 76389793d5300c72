# SPDX-License-Identifier: GPL-2.0
"""Coding style: checkpatch.pl of the kernel is silent.

The script comes from Debian's kernel source package. The types of complaint
that do not apply here are in checkpatch-ignore, each with its files and its
reason.
"""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch

from lib import kernel_scripts, tree

NAME = "checkpatch"
NEEDS = {"checkpatch"}


def check(subject):
    script = kernel_scripts.directory() / "checkpatch.pl"
    ignored = _ignored(subject)
    command = ["perl", str(script), "--no-tree", "--no-summary", "--terse",
               "--show-types", "--no-signoff", "--file"]
    paths = tree.c_files(subject.root)
    workers = os.cpu_count() or 2
    with ThreadPoolExecutor(workers) as pool:
        parts = pool.map(lambda i: _run(command, subject.root, paths[i::workers]),
                         range(workers))
    return sorted(line for part in parts for line in part
                  if not _is_ignored(ignored, line))


def _ignored(subject):
    """(type of complaint, pattern of paths) of every line of the list."""
    rows = [line.split("\t") for line in
            subject.list_file("checkpatch-ignore").read_text().splitlines()
            if line and not line.startswith("#")]
    return [(kind, path) for kind, path, _ in rows]


def _is_ignored(ignored, line):
    m = re.match(r"([^:]+):\d+: \w+:(\w+):", line)
    return m and any(kind == m.group(2) and fnmatch(m.group(1), path)
                     for kind, path in ignored)


def _run(command, root, paths):
    if not paths:
        return []
    done = subprocess.run(command + paths, cwd=root, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    if done.returncode and not lines:
        return [f"checkpatch.pl failed with status {done.returncode}",
                *done.stderr.splitlines()]
    return lines
