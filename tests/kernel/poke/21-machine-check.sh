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

at_every_point()
{
	for p in $PK_POINTS; do
		name=${p%%:*} which=${p##*:} point=${p#*:}
		point=${point%:*}
		[ "$1:$which" != off:2 ] || continue
		before=$(pk_mces)
		pk inject how=mc point="$point" which="$which" n="$n" || :
		is "machine check at $name${which#0}, middle sync $1: result, raised, handled" \
			"$(pk_get ret) $(pk_get "$name") $(($(pk_mces) - before))" "0 $n $n"
	done
}

for middle in on off; do
	pk_set poke_middle_sync $middle
	if pk_mces > /dev/null; then
		at_every_point $middle
	else
		skip "machine checks, middle sync $middle" "this kernel handles none"
	fi
done
pk_invariants "all of it"
check "both unload" pk_unload
done_testing
