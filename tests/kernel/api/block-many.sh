# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 400
#
# As many blocks at once as there are stubs, each with its own value and its
# own counter. 32-bit system calls, which nothing in the guest makes, but for
# those that never return.
. /lp/lib.sh
. /lp/klp.sh

MANY=256

blocks() { find "$LP_SYS" -maxdepth 1 -name 'block-*' | wc -l; }

# values - of all blocks, that differ from what was asked for
wrong_values() { cat "$LP_SYS"/block-*/value | grep -vcx -- -38; }

grep -E '^__ia32_(compat_)?sys_[a-z0-9_]*( |$)' /sys/kernel/tracing/available_filter_functions |
	cut -d' ' -f1 | grep -v '_sys_exit' | sort -u > /tmp/all
is "there are enough functions" "$(head -n $((MANY + 1)) /tmp/all | wc -l)" $((MANY + 1))
head -n $MANY /tmp/all > /tmp/functions
one_more=$(sed -n "$((MANY + 1))p" /tmp/all)

check "load livepoke" load livepoke
# One of the blocks is called, so that its counter can be told from the others.
sed -i '$d' /tmp/functions
echo version_proc_show >> /tmp/functions
check "block $MANY functions" lpblocks engage "ENOSYS override=type" < /tmp/functions
is "so many blocks are there" "$(blocks)" $MANY
is "each has its value" "$(wrong_values)" 0
cat /proc/version > /dev/null 2>&1
is "one was called, with its own counter" \
	"$(grep -vlx 0 "$LP_SYS"/block-*/hits)" "$LP_SYS/block-version_proc_show/hits"
log_mark
is "one more: ENOSPC" "$(kcall write "$LP_SYS/control" "engage $one_more 0 override=type")" ENOSPC
check "the log says what to do" log_has "$MANY functions are blocked, .* disengage one"
echo version_proc_show | lpblocks disengage
is "one less" "$(blocks)" $((MANY - 1))
check "there is room again" sh -c "echo $one_more | lpblocks engage 'ENOSYS override=type'"
check "give that back" sh -c "echo $one_more | lpblocks disengage"
sed -i '$d' /tmp/functions
check "give all back" lpblocks disengage < /tmp/functions
is "nothing is left" "$(cd "$LP_SYS" && ls)" control
check "unload livepoke" unload_soon livepoke
done_testing
