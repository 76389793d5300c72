# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What the statistics and the tracepoints say of pokes that are known.
# limit: 400
. /lp/lib.sh
. /lp/poke.sh

T=/sys/kernel/tracing
mount -t tracefs none $T 2>/dev/null || :
check "livepoke and the test module load" pk_load
pk_set poke_middle_sync on
pk_set poke_hand_over_ms 10000	# however slow the machine
pk_set poke_sync_timeout_ms 10000
others=$(($(grep -c ^processor /proc/cpuinfo) - 1))

# synced SYNC - syncs in its histogram
synced()
{
	awk -v k="sync$1_us" '$1 == k { for (i = 2; i <= NF; i++) { split($i, a, ":"); s += a[2] } print s + 0 }' "$PK_STATS"
}

# events NAME - in the trace
events() { grep -c " livepoke_$1: " $T/trace; }

# pk_acked KIND COMMAND... - some CPU has acknowledged in that way
pk_acked()
{
	kind=$1
	shift
	pk_clear
	"$@" && [ "$(pk_stat "acks_$kind")" -gt 0 ]
}

# Pokes in nobody's way; an even number leaves nothing for the release
echo 0 > $T/events/enable
echo > $T/trace
echo 1 > $T/events/livepoke/livepoke_batch_start/enable
echo 1 > $T/events/livepoke/livepoke_batch_end/enable
echo 1 > $T/events/livepoke/livepoke_sync/enable
pk_clear
check "six pokes" pk flip n=6
echo 0 > $T/events/livepoke/enable
is "batches and sites" "$(pk_stat batches) $(pk_stat pokes)" "6 6"
is "syncs of each kind in the histogram" "$(synced 1) $(synced 2) $(synced 3)" "6 6 6"
is "IPIs: three per batch and other CPU" "$(pk_stat ipis_sent)" $((6 * 3 * others))
is "each was acknowledged by IPI" "$(pk_stat acks_ipi)" $((6 * 3 * others))
is "no breakpoint, roll-back, retry, late hit, time-out" \
	"$(awk '/^bp_|^roll_|^retries|^late_hits|^timeouts|^not_ours|^hand_overs/ { s += $2 } END { print s }' "$PK_STATS")" 0
is "traced: start and end of each batch, three syncs in each" \
	"$(events batch_start) $(events batch_end) $(events sync)" "6 6 18"
check "the trace names the site" grep -q "livepoke_batch_start: sites=1 first=tp_at_plain" $T/trace
is "and the result" "$(grep -c 'livepoke_batch_end: sites=1 ret=0' $T/trace)" 6

# What goes wrong
echo > $T/trace
for event in retry hand_over timeout; do
	echo 1 > $T/events/livepoke/livepoke_$event/enable
done
n=5
pk_rolls || n=0
check "five breakpoints of the poker's own" pk inject how=nmi point=4 n=5
is "traced: each roll-back" "$(events retry) $(grep -c 'livepoke_retry: attempt=1$' $T/trace)" "$n $n"
pk_set poke_hand_over_ms 50
check "a CPU stuck in sync 3" pk stuck which=3 ms=500
is "traced: the CPU and the sync" \
	"$(grep -c 'livepoke_hand_over: sync=3 waits for cpu=3' $T/trace)" 1
pk_set poke_hand_over_ms 10000
pk_set poke_sync_timeout_ms 100
check "a CPU that does not acknowledge" pk timeout
is "traced: the CPU" "$(grep -c 'livepoke_timeout: cpu=3 has not' $T/trace)" 1
pk_set poke_sync_timeout_ms 10000
echo 0 > $T/events/livepoke/enable

# Each way to acknowledge, each role of a CPU at a breakpoint
pk_clear
# who has interrupts off meets the breakpoint before the IPI
check "a hammered site" pk hammer ctx=irqs-off flips=50
check "acknowledged at breakpoints ($(pk_stat acks_bp))" [ "$(pk_stat acks_bp)" -gt 0 ]
check "others trapped in DEPLOY and in COMMIT" \
	[ "$(pk_stat bp_deploy)" -gt 0 -a "$(pk_stat bp_commit)" -gt 0 ]
is "all of them ran out of line, and came back" \
	"$(pk_stat slot_ends)" "$(pk_stat out_of_line)"
check "an NMI" pk_acked nmi pk hold what=nmi ms=20000
check "and poke_sync_poll() acknowledge" pk_acked poll pk hold what=sync3
pk_clear
check "the patching CPU at breakpoints of its own" pk inject how=nmi point=4 n=5
is "counted by phase and role; rolled back and retried" \
	"$(pk_stat bp_patch_deploy) $(pk_stat roll_backs) $(pk_stat retries)" "$n $n $n"
pk_set poke_middle_sync off
pk_clear
check "the same after COMMIT" pk inject how=nmi point=9 n=5
is "rolled forward" "$(pk_stat bp_patch_commit) $(pk_stat roll_forwards) $(pk_stat retries)" "$n $n 0"
pk_clear
is "cleared" "$(awk 'NF > 1 && $2 != 0 && $2 != "none"' "$PK_STATS")" ""
pk_invariants "all of it"
check "both unload" pk_unload
done_testing
