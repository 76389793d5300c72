# SPDX-License-Identifier: GPL-2.0
"""No global name of livepoke.ko is, or can become, one of the kernel's."""

import re

from lib import kernels

NAME = "global_names"
NEEDS = {"build"}
_OURS = re.compile(r"^(__pfx_|__cfi_)?(__SC[KT]__(tp_func_)?|__traceiter_|__probestub_|__tracepoint_|__ksymtab_|__kstrtab(ns)?_|__crc_)?"
                   r"(__)?(lp|poke|livepoke)_")
_KBUILD = {"init_module", "cleanup_module", "__this_module", "__pfx_init_module",
           "__pfx_cleanup_module", "__start_alloc_tags", "__stop_alloc_tags"}


def check(subject):
    kernel = set().union(*map(kernels.exports, kernels.at_hand(subject)))
    found = []
    for obj in filter(None, (subject.product, subject.test)):
        for name in obj.globals:
            if name in kernel and name not in _KBUILD:
                found.append(f"{obj.name}: the kernel exports {name} too")
            elif not _OURS.match(name) and name not in _KBUILD:
                found.append(f"{obj.name}: global name {name} lacks our prefix "
                             "(lp_, poke_, livepoke_); make it static or rename it")
    return sorted(set(found))
