# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Events that execute the site on the patching CPU itself, at every point of
# the protocol: it rolls back, rolls forward, or executes the new instruction
# beside the site, exactly as the point demands.
# limit: 900
. /lp/lib.sh
. /lp/poke.sh

check "livepoke and the test module load" pk_load
pk_set poke_hand_over_ms 10000	# a slow machine must not end the rolling

n=$(count 40 300)

# wanted POINT SYNC MIDDLE - roll-backs, roll-forwards, own breakpoints between
# COMMIT and COMMIT_SYNCED, executed old, executed new
wanted()
{
	case $1:$2:$3 in
	LOCKED:* | PUBLISHED:* | DEPLOY:*) echo "0 0 0 $n 0" ;;
	INT3:* | SYNC_*:1:*) echo "$n 0 0 $n 0" ;;
	COMMIT:0:on | TAIL:0:on | SYNC_*:2:on) echo "0 0 $n 0 $n" ;;
	COMMIT:0:off | TAIL:0:off) echo "0 $n $n 0 $n" ;;
	COMMIT_SYNCED:*) echo "0 $n 0 0 $n" ;;
	*) echo "0 0 0 0 $n" ;;
	esac
}

# one HOW MIDDLE NAME POINT SYNC
one()
{
	pk_clear
	pk inject how="$1" point="$4" which="$5" n="$n" || :
	is "$1 at $3${5#0}, middle sync $2: $n events, outcome" \
		"$(pk_get ret) $(pk_get "$3") $(pk_stat roll_backs) $(pk_stat roll_forwards) $(pk_stat bp_patch_commit) $(awk -v k="$3" '$1 == k { print $3, $4 }' "$PK_OUT") $(pk_stat retries)" \
		"0 $n $(wanted "$3" "$5" "$2") $(wanted "$3" "$5" "$2" | cut -d' ' -f1)"
}

for middle in off on; do
	pk_set poke_middle_sync $middle
	for how in nmi irq; do
		for p in $PK_POINTS; do
			name=${p%%:*} which=${p##*:} point=${p#*:}
			point=${point%:*}
			[ "$middle:$which" != off:2 ] || continue
			one $how $middle "$name" "$point" "$which"
		done
	done
done
# An event at every attempt: bounded, then without rolling
pk_set poke_middle_sync auto
pk_clear
check "an event at every attempt ends all the same" pk inject how=nmi point=4 n="$n" always=1
is "after ten roll-backs each" "$(pk_stat roll_backs) $(pk_stat retry_limit_reached)" "$((n * 10)) $n"

pk_invariants "all of it"
check "both unload" pk_unload
done_testing
