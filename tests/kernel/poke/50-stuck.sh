# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# A CPU that does not acknowledge: before COMMIT the poke gives up, after it
# the poke waits, says so, and the code in use is correct.
# limit: 300
. /lp/lib.sh
. /lp/poke.sh

check "livepoke and the test module load" pk_load
echo 0 > /proc/sys/kernel/watchdog
echo 180 > /sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
for site in plain cross64 crosspage; do
	pk_set poke_sync_timeout_ms 100
	log_mark
	check "$site: works before, after and around a time-out" pk timeout site=$site
	is "$site: the poke that meets the laggard ends in ETIMEDOUT, with the old bytes" \
		"$(pk_get first) $(pk_get bytes_right) $(pk_get old)" "-110 1 1"
	is "$site: the next one succeeds" "$(pk_get second) $(pk_get new)" "0 1"
	check "$site: the log names the CPU" log_has "CPU 3 has not acknowledged the first sync"
done
is "three time-outs were counted" "$(pk_stat timeouts)" 3
is "the quarantine has ended" "$(pk_stat slots_in_quarantine)" 0

pk_set poke_sync_timeout_ms 1000
pk_set poke_report_ms "$(count 500 10000)"
for which in 2 3; do
	[ $which = 3 ] || pk_set poke_middle_sync on
	# Below a loaded host the poker has its turn seldom: then the CPU is stuck longer.
	for times in 1 2 4; do
		ms=$((times * $(count 1800 30000)))
		pk_clear
		log_mark
		pk stuck which=$which ms="$ms"
		completed=$?
		[ "$(pk_stat stuck_reports)" -lt 2 ] || break
	done
	is "a CPU stuck for $ms ms in sync $which: completes" "$completed" 0
	is "it was waited for, and nobody executed the old instruction" \
		"$(pk_get blocked_at_end) $(pk_get wrong)" "0 0"
	check "the site was executed all the while ($(pk_get executed))" [ "$(pk_get executed)" -gt 100 ]
	check "for $(pk_get ms) ms" [ "$(pk_get ms)" -ge $((ms - 50)) ]
	check "it was named: $(pk_stat stuck_reports) times" [ "$(pk_stat stuck_reports)" -ge 2 ]
	every=$(cat "$PK_PARAMS/poke_report_ms")
	check "and no more often than every $every ms" \
		[ "$(pk_stat stuck_reports)" -le $(($(pk_get ms) / every)) ]
	check "in the log" log_has "CPU 3 has not acknowledged sync $which for"
	is "no time-out" "$(pk_stat timeouts)" 0
done
pk_set poke_middle_sync auto
pk_invariants "all of it"
check "both unload" pk_unload
done_testing
