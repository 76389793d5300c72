# SPDX-License-Identifier: GPL-2.0
"""Files of a source tree, and C sources without comments or strings."""

import os
import re
import shutil
import subprocess
from fnmatch import fnmatch

# Never part of the sources: products, and the examples that must fail.
SKIP_DIRS = {".git", "build", "__pycache__"}
SKIP_PATHS = {"tests/static/broken"}
C_SUFFIXES = (".c", ".h")


def files(root):
    """Relative paths of all source files, sorted."""
    found = _known_to_git(root)
    if found is None:
        found = _below(root)
    return sorted(f for f in found if is_source(root / f))


def _known_to_git(root):
    """What is tracked, or new and not ignored; None if git cannot tell."""
    if not (root / ".git").exists() or not shutil.which("git"):
        return None
    done = subprocess.run(["git", "ls-files", "-z", "--cached", "--others",
                           "--exclude-standard"], cwd=root, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if done.returncode:
        return None
    return [f for f in done.stdout.split("\0") if f and
            not any(f.startswith(skip + "/") for skip in SKIP_PATHS)]


def _below(root):
    found = []
    for directory, subdirs, names in os.walk(root):
        here = os.path.relpath(directory, root)
        subdirs[:] = [d for d in subdirs if d not in SKIP_DIRS and
                      os.path.normpath(os.path.join(here, d)) not in SKIP_PATHS]
        found += [os.path.normpath(os.path.join(here, n)) for n in names]
    return found


def is_source(path):
    return path.is_file() and not path.is_symlink() and \
        path.name not in ("expect", ".git") and \
        b"\0" not in path.read_bytes()[:4096]


def c_files(root, *tops):
    return [f for f in files(root) if f.endswith(C_SUFFIXES) and
            (not tops or f.split(os.sep)[0] in tops)]


def text(root, path):
    return (root / path).read_text(errors="replace")


def is_shell(root, path):
    if path.endswith(".sh"):
        return True
    first = text(root, path).split("\n", 1)[0]
    return bool(re.match(r"#!\s*/(usr/)?bin/(env\s+)?(sh|bash|dash)\b", first))


_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
                    re.S)


def _blank(match):
    token = match.group(0)
    if token[0] == "/":
        return re.sub(r"[^\n]", " ", token)
    return token[0] + " " * (len(token) - 2) + token[-1]


def code_only(source):
    """The source with comments and strings blanked; line numbers stay."""
    return _TOKEN.sub(_blank, source)


def listed(name, rows):
    """Whether a list names this, itself or by a pattern."""
    return name in rows or any(fnmatch(name, row) for row in rows)


def arguments(code, start):
    """Arguments of the call whose opening bracket is just before start."""
    found, depth, begin = [], 0, start
    for i in range(start, len(code)):
        if code[i] in "([{":
            depth += 1
        elif code[i] in ")]}" and depth:
            depth -= 1
        elif code[i] == "," and not depth or code[i] == ")":
            found.append(" ".join(code[begin:i].split()))
            begin = i + 1
            if code[i] == ")":
                break
    return found


def table(path):
    """Lines `word  rest` of a list file, without comments."""
    rows = {}
    for line in path.read_text().splitlines():
        words = line.split("#", 1)[0].split(None, 1)
        if words:
            rows[words[0]] = words[1].strip() if len(words) > 1 else ""
    return rows
