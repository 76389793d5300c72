# SPDX-License-Identifier: GPL-2.0
"""Builds of the tree and of the broken examples, all below build/static/."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from lib import objects, rulebook


class Subject:
    """What a rule is applied to: sources, objects, the log of their build.

    product, test: livepoke.ko of each flavour, as objects.Object, or None
    samples:       other modules of the tree that are built out of tree
    log:           lines that compiler and sparse printed
    failure:       why there are no objects, if the build failed
    """

    def __init__(self, root, here, name="tree"):
        self.root = Path(root)
        self.here = Path(here)
        self.name = name
        self.product = self.test = None
        self.samples = []
        self.log = []
        self.failure = []
        self.kdir = kdir()
        self.cache = Path(os.environ.get("LIVEPOKE_CACHE") or
                          self.here.parent.parent / "build" / "cache")

    def list_file(self, name):
        """A list of the suite; a broken example may bring its own."""
        own = self.root / name
        return own if own.exists() else self.here / name


class BuildError(Exception):
    """Its argument is the end of the log."""


def kdir():
    """KDIR, else the headers of the first kernel that is tested."""
    if not os.environ.get("KDIR"):
        ask = Path(__file__).resolve().parents[3] / "scripts" / "vm" / "kernel"
        name = subprocess.check_output([ask, "list"], text=True).split()[0]
        os.environ["KDIR"] = subprocess.check_output(
            [ask, "get", name, "kdir"], text=True).strip()
    return os.environ["KDIR"]


def run_make(args, cwd, log):
    jobs = f"-j{os.cpu_count() or 2}"
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(["make", jobs, "--no-print-directory", *args],
                          cwd=cwd, env=env, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    log += done.stdout.splitlines()
    return done.returncode


def build_flavour(subject, out, flavour, extra):
    """One flavour of livepoke.ko, from scratch, with all warnings on."""
    args = [f"KDIR={subject.kdir}", f"BUILD={out}", "W=1", *extra]
    if run_make(args, subject.root, subject.log):
        raise BuildError(subject.log[-30:])
    return objects.Object(next(out.glob(f"*/{flavour}/livepoke.ko")))


def build_tree(subject, out):
    """Product with samples and test modules; test flavour with its own.

    What both flavours have in common, sparse reads once.
    """
    subject.product = build_flavour(subject, out, "product", ["C=1", "modules"])
    if "__lp_enable_patch" in subject.product.undefined + subject.product.globals:
        build_flavour(subject, out, "product", ["C=1", "samples", "test-modules"])
    subject.samples = [objects.Object(p) for p in
                       sorted(out.glob("*/product/samples/*/*.ko"))]
    subject.test = build_flavour(subject, out, "test", ["LP_TEST=1", "modules"])
    build_flavour(subject, out, "test", ["LP_TEST=1", "C=1", "test-modules"])
    build_apart(subject, subject.product.path.parent)


def build_apart(subject, where):
    """Every source file by itself: none leans on what another file of its
    unit (src/build_*.c) includes or defines before it."""
    files = sorted((where / "src").rglob("*.c"))
    targets = [str(f.relative_to(where).with_suffix(".o")) for f in files
               if not f.name.startswith(("build_", "test_"))]
    if run_make(["-C", subject.kdir, f"M={where}", "W=1", *targets],
                where, subject.log):
        raise BuildError(subject.log[-30:])


def case_object(case, rule):
    return f"{rule}-{case.name}".replace("_", "-")


def build_cases(cases, out):
    """Compile the object.c of every broken example in one kbuild run."""
    out.mkdir(parents=True)
    targets = []
    for rule, case in cases:
        stem = case_object(case, rule)
        shutil.copy(case.root / "object.c", out / f"{stem}.c")
        targets.append(f"{stem}.o")
    (out / "Kbuild").write_text(f"obj-m := {' '.join(targets)}\n")
    log = []
    if run_make(["-C", kdir(), f"M={out}", "W=1", "C=1", *targets], out, log):
        raise BuildError(log)
    for rule, case in cases:
        stem = case_object(case, rule)
        case.product = objects.Object(out / f"{stem}.o")
        case.test = case.product
        case.samples = []
        case.log = [l for l in log if re.search(rf"\b{stem}\.c\b", l)]


def find_cases(here, rules):
    cases = {}
    for rule in rules:
        top = here / "broken" / rule.NAME
        cases[rule.NAME] = [Subject(d, here, d.name) for d in
                            sorted(top.iterdir()) if d.is_dir()] \
            if top.is_dir() else []
    return cases


def subjects(root, here, rules):
    """The tree and the broken examples of these rules, built if needed."""
    tree = Subject(root, here)
    cases = find_cases(here, rules)
    out = root / "build" / "static"
    shutil.rmtree(out, ignore_errors=True)
    compiled = [(name, c) for name, many in cases.items() for c in many
                if (c.root / "object.c").exists()]
    if rulebook.needs(rules, "build"):
        attempt([tree], lambda: build_tree(tree, out))
    if compiled:
        attempt([c for _, c in compiled],
                lambda: build_cases(compiled, out / "broken"))
    return tree, cases


def other_kernels(root, here):
    """The tree as the harness has built it for the other kernels of the run:
    livepoke.ko of each flavour, samples and test modules."""
    found = []
    out = Path(os.environ.get("BUILD") or root / "build")
    for name in os.environ.get("KERNELS", "").split()[1:]:
        tree = Subject(root, here, name)
        info = (tree.cache / "kernels" / name / "info").read_text()
        release = re.search("^release=(.*)$", info, re.M).group(1)
        try:
            tree.product = objects.Object(out / release / "product" / "livepoke.ko")
            tree.test = objects.Object(out / release / "test" / "livepoke.ko")
            tree.samples = [objects.Object(p) for p in
                            sorted((out / release / "product" / "samples").glob("*/*.ko"))]
            missing = [o.path for o in (tree.product, tree.test) if not o.path.exists()]
        except OSError as error:
            missing = [error]
        tree.failure = [f"no {path}" for path in missing]
        found.append(tree)
    return found


def attempt(subjects_of_build, work):
    try:
        work()
    except BuildError as error:
        for subject in subjects_of_build:
            subject.failure = error.args[0]
