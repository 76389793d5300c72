# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The recorded steps of pokes keep I1..I7. The checker finds a mistake made
# in the record against each of them, and those of the broken variants.
# limit: 600
. /lp/lib.sh
. /lp/poke.sh
. /lp/conform.sh

# record COMMAND... - the record of one command
record()
{
	cf_start
	"$@" || :
	cf_stop
}

check "livepoke and the test module load" pk_load
record pk hammer flips="$(count 100 400)"
cf_accept "task" pokes=100 traps=1000 old=100 new=100
cf_reject_mistakes I1 I1b I2 I3 I3b I4 I5 I6 I7
for ctx in irq nmi; do
	record pk hammer ctx=$ctx flips="$(count 40 400)"
	cf_accept "$ctx" pokes=40 traps=100
done
pk_set poke_middle_sync on
record pk hammer site=crosspage flips="$(count 40 400)"
cf_accept "crosspage" pokes=40 traps=100
for point in 4 10 11; do
	record pk inject how=nmi point=$point n=10
	cf_accept "NMI at point $point of the poker" pokes=10 traps=10
done
pk_set poke_sync_timeout_ms 200
record pk timeout
cf_accept "time-out" pokes=3 errors=1
cf_reject_mistakes I7b
for which in 2 3; do
	record pk stuck which=$which ms=500 pause_us=1000
	cf_accept "stuck in sync $which" pokes=1
done
for what in $(rolling echo late republish mask) forget sync3 quarantine; do
	record pk hold what="$what"
	cf_accept "hold $what" pokes=1
done
check "both unload" pk_unload

# broken NAME RULE TEST...
broken()
{
	pk_name=$1 pk_rule=$2
	shift 2
	pk_load || { not_ok "$pk_name: loads"; return; }
	pk_set poke_hand_over_ms 10000
	pk_set poke_sync_timeout_ms 200
	pk_set lp_break "$pk_name"
	record "$@"
	pk_set lp_break NONE
	cf_reject "$pk_name" "$pk_rule"
	pk_unload >/dev/null || not_ok "$pk_name: unloads"
}

pk_middle_on() { pk_set poke_middle_sync on; "$@"; }
broken TAIL_BEFORE_INT3 I1 pk flip n=5
broken FIRST_BEFORE_TAIL I2 pk flip n=5
broken NO_SYNC1 I2 pk flip n=5
broken NO_SYNC2 I2 pk_middle_on pk flip n=5
broken NO_SYNC3 I6 pk flip n=5
broken ACK_BEFORE_SERIALISE I3 pk flip n=5
broken INT3_BEHIND_GEN I3 pk flip n=5
broken TRAP_WAITS I4 pk hammer flips=20
broken HELPS I5 pk_middle_on pk hammer flips=20
rolling broken ROLL_FORWARD_UNSYNCED I2 pk_middle_on pk inject how=nmi point=10 n=5
broken FORGET_EARLY I6 pk hold what=forget
rolling broken LATE_UNCLAIMED CLAIM pk hold what=late
rolling broken NO_PSEQ CLAIM pk hold what=republish
rolling broken MASK_BITS I3 pk hold what=mask
broken SYNC3_ANY_ACK I6 pk hold what=sync3
broken NO_QUARANTINE SLOT pk hold what=quarantine
broken ONE_IF_SLOT SLOT pk hammer ctx=irqs-off flips=20
broken ABORT_FORGETS_BYTES I7 pk timeout
done_testing
