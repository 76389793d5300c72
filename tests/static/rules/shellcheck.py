# SPDX-License-Identifier: GPL-2.0
"""shellcheck is silent on every shell script of the tree."""

import subprocess

from lib import tree

NAME = "shellcheck"


def check(subject):
    scripts = [f for f in tree.files(subject.root)
               if tree.is_shell(subject.root, f)]
    if not scripts:
        return []
    done = subprocess.run(["shellcheck", "-x", "-f", "gcc", *scripts],
                          cwd=subject.root, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.splitlines() if done.returncode else []
