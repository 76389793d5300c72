# SPDX-License-Identifier: GPL-2.0
"""checkpatch.pl and its word lists, from Debian's kernel source package.

The package is large and only four small files of it are wanted, so it is
streamed through tar and thrown away; the files stay in the package cache.
"""

import fcntl
import shutil
import subprocess
import tempfile
from pathlib import Path

PACKAGE = "linux-source-6.1"
TARBALL = f"./usr/src/{PACKAGE}.tar.xz"
WANTED = ["checkpatch.pl", "const_structs.checkpatch", "spelling.txt"]


def directory(cache):
    """Where the scripts are; fetched on first use."""
    target = Path(cache) / "kernel-scripts"
    target.mkdir(parents=True, exist_ok=True)
    with open(target / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((target / name).exists() for name in WANTED):
            _fetch(target)
    return target


def _fetch(target):
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        scratch = Path(scratch)
        subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root",
                        "download", PACKAGE], cwd=scratch,
                       check=True, stdout=subprocess.DEVNULL)
        package = next(scratch.glob("*.deb"))
        _unpack(package, scratch)
        for name in WANTED:
            shutil.move(str(scratch / name), target / name)


def _unpack(package, where):
    """Stop reading as soon as all files were seen (--occurrence=1)."""
    members = [f"{PACKAGE}/scripts/{name}" for name in WANTED]
    script = ('dpkg-deb --fsys-tarfile "$1" | tar -xO "$2" | '
              'tar -xJ -C "$3" --strip-components=2 --occurrence=1 "${@:4}"')
    subprocess.run(["bash", "-c", script, "unpack", package, TARBALL, where,
                    *members], check=True, stderr=subprocess.DEVNULL)
