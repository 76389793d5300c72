# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Each deliberate mistake is caught by one of the tests of this suite: here
# the same test is made once more with the mistake, and must fail.
# limit: 400
. /lp/lib.sh
. /lp/poke.sh

# caught NAME BY TEST... - load, make the mistake, test; what the test has seen shows it
caught()
{
	pk_name=$1 pk_by=$2
	shift 2
	# shellcheck disable=SC2086 # a list
	pk_load $PK_LOAD || { not_ok "$pk_name: loads"; return; }
	pk_set poke_hand_over_ms 10000
	pk_set poke_sync_timeout_ms 200
	pk_set lp_break "$pk_name"
	"$@" || :	# whether it fails or not: what counts is what it has seen
	pk_set lp_break NONE
	case $pk_by in
	torn) pk_seen="$(pk_get torn) torn"; [ "$(pk_get torn)" -gt 0 ] ;;
	bad_if) pk_seen="interrupts wrong $(pk_get bad_if) times"; [ "$(pk_get bad_if)" -gt 0 ] ;;
	invariant) pk_seen=$(sed -n 's/^invariant //p' "$PK_STATS"); [ "$(pk_stat invariant_failures)" -gt 0 ] ;;
	unclaimed) pk_seen="$(pk_stat not_ours) unclaimed"; [ "$(pk_stat not_ours)" -gt 0 ] ;;
	premature) pk_seen="premature"; [ "$(pk_get premature)" = 1 ] ;;
	new) pk_seen="the new instruction after a time-out"; [ "$(pk_get executed_old)" = 0 ] ;;
	bytes) pk_seen="wrong bytes"; [ "$(pk_get bytes_right)" = 0 ] ;;
	error-*) pk_seen="error $(pk_get ret)"; [ "$(pk_get ret)" = "-${pk_by#error-}" ] ;;
	early) pk_seen="hotplug in a poke"; [ "$(pk_get early)" = 1 ] ;;
	stuck) pk_seen="it has not waited"; [ "$(pk_get blocked_at_end)" = 1 ] ;;
	ipis) pk_seen="$(pk_stat ipis_sent) IPIs"; [ "$(pk_stat ipis_sent)" -gt "$(($(pk_stat batches) * 9))" ] ;;
	rolls) pk_seen="no roll-back of $(pk_get INT3) events"; [ "$(pk_get INT3) $(pk_stat roll_backs)" = "5 0" ] ;;
	hook)
		pk_seen="nothing by ftrace, $(pk_stat hook_die) by the notifier"
		[ "$(pk_get executed)" -gt 0 ] && [ "$(pk_stat hook_die)" -gt 0 ] && [ "$(pk_stat hook_ftrace)" = 0 ] ;;
	esac
	pk_ok=$?
	if [ $pk_ok = 0 ]; then
		ok "$pk_name is caught: $pk_seen"
	else
		not_ok "$pk_name is caught by $pk_by" "$(pk_show)"
	fi
	pk_unload >/dev/null || not_ok "$pk_name: unloads"
}

n=$(count 30 100)
caught TAIL_BEFORE_INT3 torn pk hammer flips="$n"
caught FIRST_BEFORE_TAIL torn pk hammer flips="$n"
caught NO_SYNC1 invariant pk flip n=5
PK_LOAD=
pk_hand_over() { pk_set poke_hand_over_ms 50; "$@"; }
pk_cpu_goes()
{
	pk_set poke_policy emulate	# so that the poker may sleep
	pk hotplug point=1 sleep=1 wait_ms=60000
	echo 1 > /sys/devices/system/cpu/cpu3/online
}
pk_middle_on() { pk_set poke_middle_sync on; "$@"; }
caught NO_SYNC2 invariant pk_middle_on pk flip n=5
caught NO_SYNC3 invariant pk flip n=5
caught ACK_BEFORE_SERIALISE invariant pk flip n=5
rolling caught ROLL_FORWARD_UNSYNCED invariant pk_middle_on pk inject how=nmi point=10 n=5
caught FORGET_EARLY unclaimed pk hold what=forget
rolling caught LATE_UNCLAIMED unclaimed pk hold what=late
rolling caught NO_PSEQ unclaimed pk hold what=republish
rolling caught MASK_BITS premature pk hold what=mask ms=5000
caught SYNC3_ANY_ACK premature pk hold what=sync3 ms=5000
caught SYNC3_ANY_ACK premature pk hold what=sync3nmi ms=5000
caught NO_QUARANTINE new pk hold what=quarantine
caught ONE_IF_SLOT bad_if pk hammer ctx=irqs-off flips="$n"
caught ABORT_FORGETS_BYTES bytes pk timeout
caught STUCK_GIVES_UP stuck pk_hand_over pk stuck which=3 ms=20000
rolling caught NEVER_ROLLS_BACK rolls pk inject how=nmi point=4 n=5
if pk_mces > /dev/null; then
	rolling caught ROLL_FORWARD_UNSYNCED invariant pk_middle_on pk inject how=mc point=10 n=2
fi
caught BATCH_FORGETS_LAST error-84 pk batch n=256 flips=2 hammer=0
caught TWO_AT_ONCE error-84 pk two n=100
caught KPROBE_UNSEEN error-18 pk kprobe point=1
caught NO_CPUS_LOCK early pk_cpu_goes
caught SYNC_PER_SITE ipis pk batch n=256 flips=2 hammer=0
PK_LOAD=poke_hook=ftrace
caught HOOK_PASSES hook pk hammer flips="$n"

# A client that exits with its site in place: the GOING notifier must restore
use test
load livepoke lp_break=GOING_FORGETS && load lp_test_poke_value && load lp_test_poke_left && unload lp_test_poke_left
is "GOING_FORGETS is caught: the poked bytes stay" "$(cat /sys/module/lp_test_poke_value/parameters/value)" 77
unload lp_test_poke_value && unload livepoke

load livepoke lp_break=NO_MODULE_REF && load lp_test_poke_loose
check "NO_MODULE_REF is caught: livepoke goes while a site is held" unload livepoke
unload lp_test_poke_loose

pk_load && pk flip n=1
pk_set lp_break EXIT_AT_ONCE
log_mark
pk_unload
check "EXIT_AT_ONCE is caught: an invariant failed" log_has "I6: livepoke leaves without a last round"
done_testing
