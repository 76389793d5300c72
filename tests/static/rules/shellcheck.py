# SPDX-License-Identifier: GPL-2.0
"""shellcheck is silent on every shell script of the tree.

Codes that do not apply are in shellcheck-ignore, each with its reason.
"""

import subprocess

from lib import tree

NAME = "shellcheck"


def check(subject):
    scripts = [f for f in tree.files(subject.root)
               if tree.is_shell(subject.root, f)]
    if not scripts:
        return []
    ignore = ",".join(tree.table(subject.list_file("shellcheck-ignore")))
    done = subprocess.run(["shellcheck", "-x", "-f", "gcc", "-e", ignore, *scripts],
                          cwd=subject.root, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.splitlines() if done.returncode else []
