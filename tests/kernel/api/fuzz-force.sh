# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 400
# limit-full: 1200
# vm: --smp 4 --mem 768M
#
# The same as fuzz.sh with forced transitions among the writes. What was forced
# stays until reboot, so this has a guest of its own.
. /lp/lib.sh
. /lp/klp.sh

SEED=${LP_FUZZ_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
WRITES=$(count 600 3000)
diag "seed $SEED, $WRITES writes"

no_transition() { ! cat "$LP_SYS"/*/transition 2>/dev/null | grep -q 1; }

back()
{
	for b in "$LP_SYS"/block-*; do
		[ -d "$b" ] || continue
		name=${b#"$LP_SYS"/block-}
		err=$(kcall write "$LP_SYS/control" "disengage $name")
		# An error is right if it is out already, but for its directory.
		wait_for 60 gone "block-$name" || { echo "$b: $err"; attr "block-$name" blockers; return 1; }
	done
}

version=$(cat /proc/version)
check "load livepoke" load livepoke
fuzz() { lpfuzz "$SEED" "$WRITES" force > /tmp/fuzz; }
check "$WRITES writes" fuzz
diag "$(cat /tmp/fuzz)"
forced() { awk '$1 == "forced" { n = $4 } END { exit !n }' /tmp/fuzz; }
check "transitions were forced" forced
forced_by() { dmesg | grep -qE "livepoke: [^ ]*/force: lpfuzz\[[0-9]+\] uid 0: '1'$"; }
check "the log has by whom" forced_by
check "transitions end" wait_for 120 no_transition
check "all functions are given back" back
is "they work" "$(cat /proc/version)" "$version"
check "block once more" kcall write "$LP_SYS/control" "engage version_proc_show 0"
check "the transition ends" wait_for 60 settled block-version_proc_show
is "it is blocked" "$(cat /proc/version)" ""
check "give it back" kcall write "$LP_SYS/control" "disengage version_proc_show"
check "the transition ends" wait_for 60 gone block-version_proc_show
is "it works" "$(cat /proc/version)" "$version"
done_testing
