# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# A CPU is asked to go, or to come, at every point of a poke: the request is
# carried out after the poke, never in it, and pokes go on working.
# limit: 300
. /lp/lib.sh
. /lp/poke.sh
. /lp/conform.sh

check "livepoke and the test module load" pk_load
pk_set poke_middle_sync on
pk_set poke_sync_timeout_ms 10000

# at POINT WHICH NAME UP
at()
{
	what="CPU $([ "$4" = 1 ] && echo comes || echo goes), asked at $3"
	if ! pk hotplug point="$1" which="$2" up="$4"; then
		not_ok "$what" "$(pk_show)"
	elif [ "$(pk_get early) $(pk_get began) $(pk_get request)" = "0 1 0" ]; then
		ok "$what: after the poke"
	else
		not_ok "$what: after the poke" "$(pk_show)"
	fi
}

for policy in $(pk_policies | head -n "$(count 1 2)"); do
	pk_set poke_policy "$policy"
	for p in $PK_POINTS; do
		name=${p%%:*} which=${p##*:} point=${p#*:}
		point=${point%:*}
		at "$point" "$which" "$name${which#0}, policy $policy" 0
		at "$point" "$which" "$name${which#0}, policy $policy" 1
	done
done
pk_set poke_policy "$(pk_policies | head -n 1)"
# Once more, with a record of what the protocol does.
cf_start
at 4 0 "INT3, recorded" 0
at 4 0 "INT3, recorded" 1
at 9 0 "COMMIT, recorded" 0
at 9 0 "COMMIT, recorded" 1
cf_stop
cf_accept "CPUs go and come" pokes=4 rounds=12
pk_set poke_middle_sync auto
check "every CPU that came has serialised ($(pk_stat acks_hotplug))" [ "$(pk_stat acks_hotplug)" -ge 22 ]
pk_invariants "all of it"
check "both unload" pk_unload
done_testing
