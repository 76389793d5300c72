# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# A machine check on the patching CPU at every point: it nests in whatever
# the poker does, and the poke comes out right.
# limit: 300
. /lp/lib.sh
. /lp/poke.sh

check "livepoke and the test module load" pk_load
pk_set poke_hand_over_ms 10000
n=$(count 3 20)

# Machine checks that the kernel has handled
mces() { awk '$1 == "MCE:" { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+$/) s += $i } END { print s + 0 }' /proc/interrupts; }

for middle in on off; do
	pk_set poke_middle_sync $middle
	for p in $PK_POINTS; do
		name=${p%%:*} which=${p##*:} point=${p#*:}
		point=${point%:*}
		[ "$middle:$which" != off:2 ] || continue
		before=$(mces)
		pk inject how=mc point="$point" which="$which" n="$n" || :
		is "machine check at $name${which#0}, middle sync $middle: result, raised, handled" \
			"$(pk_get ret) $(pk_get "$name") $(($(mces) - before))" "0 $n $n"
	done
done
pk_invariants "all of it"
check "both unload" pk_unload
done_testing
