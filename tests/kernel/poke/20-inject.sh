# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Events that execute the site on the patching CPU itself, at every point of
# the protocol: it rolls back, rolls forward, or executes the new instruction
# beside the site, exactly as the point demands. A poker that never rolls diverts
# like everybody else.
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
	INT3:*:emulate | SYNC_*:1:emulate | LOCKED:* | PUBLISHED:* | DEPLOY:*) echo "0 0 0 $n 0" ;;
	*:emulate) echo "0 0 0 0 $n" ;;
	INT3:* | SYNC_*:1:*) echo "$n 0 0 $n 0" ;;
	COMMIT:0:on | TAIL:0:on | SYNC_*:2:on) echo "0 0 $n 0 $n" ;;
	COMMIT:0:off | TAIL:0:off) echo "0 $n $n 0 $n" ;;
	COMMIT_SYNCED:*) echo "0 $n 0 0 $n" ;;
	*) echo "0 0 0 0 $n" ;;
	esac
}

# outcome NAME - how often it fired and was executed old and new; the rolls,
# breakpoints between COMMIT and COMMIT_SYNCED, retries
outcome()
{
	echo "$(pk_get ret) $(awk -v k="$1" '$1 == k { print $2, $3, $4 }' "$PK_OUT") $(pk_stat roll_backs) $(pk_stat roll_forwards) $(pk_stat bp_patch_commit) $(pk_stat retries)"
}

# one HOW MIDDLE NAME POINT SYNC
one()
{
	mode=$2
	pk_rolls || mode=emulate
	pk_clear
	pk inject how="$1" point="$4" which="$5" n="$n" || :
	is "$1 at $3${5#0}, middle sync $2: $n events, outcome" \
		"$(pk_get ret) $(pk_get "$3") $(pk_stat roll_backs) $(pk_stat roll_forwards) $(pk_stat bp_patch_commit) $(awk -v k="$3" '$1 == k { print $3, $4 }' "$PK_OUT") $(pk_stat retries)" \
		"0 $n $(wanted "$3" "$5" "$mode") $(wanted "$3" "$5" "$mode" | cut -d' ' -f1)"
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
# An instruction that crosses a page: the middle sync is needed whatever is set
pk_set poke_middle_sync off
for p in INT3:4:0 COMMIT:9:0 TAIL:10:0 SYNC_SENT:7:2 COMMIT_SYNCED:11:0; do
	name=${p%%:*} which=${p##*:} point=${p#*:}
	point=${point%:*}
	pk_clear
	pk inject how=nmi site=crosspage point="$point" which="$which" n="$n" || :
	case $name:$(cat "$PK_PARAMS/poke_policy") in
	INT3:emulate) wanted="0 $n $n 0 0 0 0 0" ;;
	*:emulate) wanted="0 $n 0 $n 0 0 0 0" ;;
	INT3:*) wanted="0 $n $n 0 $n 0 0 $n" ;;
	COMMIT_SYNCED:*) wanted="0 $n 0 $n 0 $n 0 0" ;;
	*) wanted="0 $n 0 $n 0 0 $n 0" ;;
	esac
	is "crosspage, nmi at $name${which#0}: outcome" "$(outcome "$name")" "$wanted"
done
pk_set poke_middle_sync auto

# A second event, after the roll-back: what is being restored is executed
rolled_back_twice()
{
	for p in ABORT:30 ABORTED:31; do
		for how in nmi irq; do
			pk_clear
			pk inject how=$how point=4 second="${p#*:}" n="$n" || :
			is "$how at INT3 and at ${p%:*}: outcome" "$(outcome INT3)" \
				"0 $((2 * n)) $((2 * n)) 0 $n 0 0 $n"
		done
	done
}

# An event at every attempt: bounded, then without rolling
retried_for_ever()
{
	pk_clear
	check "an event at every attempt ends all the same" \
		pk inject how=nmi point=4 n="$n" always=1
	is "after ten roll-backs each" \
		"$(pk_stat roll_backs) $(pk_stat retry_limit_reached)" "$((n * 10)) $n"
}

if pk_rolls; then
	rolled_back_twice
	retried_for_ever
else
	check_fails "a poker that rolls is refused on PREEMPT_RT" pk_set poke_policy roll
fi

# The poker has stopped rolling, for a sync takes long: others' rules hold for it
pk_set poke_middle_sync on
pk_set poke_hand_over_ms 0
for which in 2 3; do
	pk_clear
	pk inject how=nmi point=32 which=$which n="$n" || :
	fired=$(pk_get STUCK)
	check "nmi in a long sync $which: fired ($fired)" [ "$fired" -gt 0 ]
	is "nmi in a long sync $which: outcome" "$(outcome STUCK)" "0 $fired 0 $fired 0 0 0 0"
done
pk_set poke_hand_over_ms 10000

pk_set poke_policy emulate
for middle in off on; do
	pk_set poke_middle_sync $middle
	for p in INT3:4:0 SYNC_SENT:7:1 COMMIT:9:0 TAIL:10:0 COMMIT_SYNCED:11:0; do
		name=${p%%:*} which=${p##*:} point=${p#*:}
		point=${point%:*}
		case $name in
		INT3 | SYNC_SENT) wanted="0 $n $n 0 0 0 0 0" ;;
		*) wanted="0 $n 0 $n 0 0 0 0" ;;
		esac
		pk_clear
		pk inject how=nmi point="$point" which="$which" n="$n" || :
		is "policy emulate, middle sync $middle, nmi at $name${which#0}: outcome" \
			"$(outcome "$name")" "$wanted"
	done
done

pk_invariants "all of it"
check "both unload" pk_unload
done_testing
