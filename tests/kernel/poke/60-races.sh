# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# CPUs held in the middle of the handler or of an acknowledgement.
# limit: 400
. /lp/lib.sh
. /lp/poke.sh

check "livepoke and the test module load" pk_load
pk_set poke_hand_over_ms 10000

# what=late: trapped in an attempt that was rolled back; what=republish: the next
# attempt puts the INT3 back meanwhile
rolled_back()
{
	check "$1: ends well" pk hold what="$1"
	is "$1: it executed the old instruction, and this hit was counted" \
		"$(pk_get executed_old) $(pk_stat "$2")" "1 1"
}
rolling rolled_back late late_hits
rolling rolled_back republish republished_hits

check "forget: trapped after COMMIT, looks in sync 3" pk hold what=forget
is "it executed the new instruction" "$(pk_get executed_new)" 1

check "sync3: a CPU with interrupts off that polls" pk hold what=sync3
is "holds sync 3 up" "$(pk_get in_sync) $(pk_get premature)" "1 0"

check "sync3nmi: a CPU with interrupts off that takes an NMI" pk hold what=sync3nmi
is "holds sync 3 up" "$(pk_get in_sync) $(pk_get premature)" "1 0"
check "nmi: the same in sync 1" pk hold what=nmi ms=20000
is "is an acknowledgement there" "$(pk_get in_sync) $(pk_get premature)" "1 1"

overtaken()
{
	check "mask: an acknowledgement that is overtaken by a retry" pk hold what=mask
	is "does not count for it" "$(pk_get in_sync) $(pk_get premature)" "1 0"
}
rolling overtaken

pk_set poke_sync_timeout_ms 100
check "quarantine: on the way into a slot when its poke times out" pk hold what=quarantine
is "both pokes time out, and the old instruction is what it executes" \
	"$(pk_get first) $(pk_get second) $(pk_get executed_old)" "-110 -110 1"

pk_invariants "all of it"
check "both unload" pk_unload
done_testing
