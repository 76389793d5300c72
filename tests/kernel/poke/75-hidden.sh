# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# A kernel whose kallsyms knows functions only (KALLSYMS_ALL=n): the module does
# without its data, and text_mutex is taken by a function of ftrace.
# limit: 300
. /lp/lib.sh
. /lp/klp.sh
. /lp/poke.sh

use test
DATA=text_mutex,kprobe_mutex,init_mm,kgdb_io_module_registered
DATA=$DATA,ftrace_ops_list,ftrace_enabled,saved_command_line,klp_patches,klp_mutex

check "livepoke and the test module load" pk_load hide_symbol=$DATA
n=$(count 100 2000)
pk_hammer "task" ctx=task flips="$n"
pk_hammer "crosspage" site=crosspage flips="$n"
pk_hammer "kernel image" site=kernel flips="$n"
pk_invariants "all of it"
check "the test module unloads" unload tp_poke

before=$(cat /proc/cmdline)
check "a patch" enable patch_cmdline
is "is in force" "$(cat /proc/cmdline)" "$LP_PATCHED_LINE"
check "and can be taken back" remove patch_cmdline
is "as it was" "$(cat /proc/cmdline)" "$before"
check "livepoke unloads" unload_soon livepoke

expect ENOENT "what has no substitute is refused" insmod "$LP_KO/livepoke.ko" \
	hide_symbol=text_mutex,ftrace_arch_code_modify_prepare
check "by name" log_has "'ftrace_arch_code_modify_prepare' not found; needed for writing text where text_mutex is not visible"
done_testing
