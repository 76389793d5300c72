# SPDX-License-Identifier: GPL-2.0
"""Our modules need nothing that some supported kernel does not export.

allowed-exports lists what mainline exports on every supported kernel, plus
what the kernel's own headers bring in on one kernel or another. The list is
itself compared with the exports of every kernel whose headers are at hand.
"""

from pathlib import Path

from lib import kernels, tree

NAME = "exports"
NEEDS = {"build"}
# Exported by patches of Debian for its binder module, not by mainline.
DISTRIBUTION = {"__close_fd_get_file", "can_nice", "close_fd_get_file",
                "get_files_struct", "get_vm_area", "init_ipc_ns",
                "map_kernel_range_noflush", "mmput_async", "put_files_struct",
                "put_ipc_ns", "task_work_add", "zap_page_range",
                "zap_page_range_single"}
# Groups of names that differ from kernel to kernel.
VARY = {"inline", "compiler"}


def check(subject):
    allowed = tree.table(subject.list_file("allowed-exports"))
    found = [*_wrong_rows(allowed), *_not_exported(subject, allowed)]
    own = set(subject.product.globals) | set(subject.test.globals)
    for obj in [subject.product, subject.test, *subject.samples]:
        for name in obj.undefined:
            if name not in own and not tree.listed(name, allowed):
                found.append(
                    f"{obj.name} needs {name}, which is not in allowed-exports: "
                    "if mainline exports it from 5.10 to 7.3, add it there with "
                    "its group; if not, bind it in src/kernel_syms.h")
    return sorted(set(found))


def _wrong_rows(allowed):
    for name, group in allowed.items():
        if not group:
            yield f"allowed-exports: {name} has no group"
        if name in DISTRIBUTION:
            yield (f"allowed-exports: {name} is exported by a patch of a "
                   "distribution, not by mainline; bind it instead")


def _not_exported(subject, allowed):
    for kdir in kernels.at_hand(subject):
        exported = kernels.exports(kdir)
        for name, group in allowed.items():
            if group not in VARY and name not in exported:
                yield (f"allowed-exports: {name} is not exported by "
                       f"{Path(kdir).name}; bind it instead, or say 'inline' if "
                       "the kernel's headers replace it there")
