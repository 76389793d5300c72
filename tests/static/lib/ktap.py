# SPDX-License-Identifier: GPL-2.0
"""KTAP output: a case passes if it finds nothing to complain about."""

import traceback


class Report:
    def __init__(self):
        self.results = []

    def case(self, title, find):
        """Run find(); every string it returns is one complaint."""
        try:
            complaints = find()
        except Exception:  # a crash of a rule is a failure of that rule
            complaints = traceback.format_exc().splitlines()
        self.results.append((title, complaints))

    def finish(self):
        """Print everything; return the exit status."""
        print("KTAP version 1")
        print(f"1..{len(self.results)}")
        for number, (title, complaints) in enumerate(self.results, 1):
            print(f"{'not ok' if complaints else 'ok'} {number} {title}")
            for line in complaints:
                print(f"# {line}")
        return 1 if any(c for _, c in self.results) else 0
