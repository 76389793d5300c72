# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For the tests of the poke engine: ". /lp/poke.sh" after lib.sh.

PK_FILE=/sys/kernel/debug/lp_test_poke
PK_STATS=/sys/kernel/debug/livepoke/poke
PK_PARAMS=/sys/module/livepoke/parameters
PK_OUT=/tmp/pk.out

[ -d /sys/kernel/debug/tracing ] || mount -t debugfs none /sys/kernel/debug 2>/dev/null || :

# The product has no protocol points, and a test module that only hammers.
PK_FLAVOUR='test'
PK_MODULE=tp_poke
pk_use_product() { PK_FLAVOUR=product PK_MODULE=lp_test_hammer; }

# pk_load [PARAMETER...] - livepoke and its test module
pk_load()
{
	use $PK_FLAVOUR
	load livepoke "$@" && load $PK_MODULE
}

pk_unload() { unload $PK_MODULE && unload livepoke; }

# pk COMMAND... - one command of the test module; its results are kept
pk()
{
	lp_rc=0
	echo "$*" > "$PK_FILE" 2>/dev/null || lp_rc=1
	cat "$PK_FILE" > "$PK_OUT"
	return $lp_rc
}

# pk_get KEY - a result of the last command; pk_stat KEY - a counter of livepoke
pk_get() { awk -v k="$1" '$1 == k { print $2; f = 1 } END { if (!f) print "missing" }' "$PK_OUT"; }
pk_stat() { awk -v k="$1" '$1 == k { print $2 }' "$PK_STATS"; }
pk_clear() { echo > "$PK_STATS"; }
pk_set() { echo "$2" > "$PK_PARAMS/$1"; }

is_realtime() { [ -e /sys/kernel/realtime ]; }
# pk_rolls - has this kernel the policy "roll"? PREEMPT_RT has "emulate" only.
pk_rolls() { ! is_realtime; }
pk_policies() { ! pk_rolls || echo roll; echo emulate; }
# rolling COMMAND... - what a poker that rolls is needed for
rolling() { ! pk_rolls || "$@"; }

# pk_mces - machine checks that the kernel has handled; fails if it handles none
pk_mces()
{
	awk '$1 == "MCE:" { f = 1; for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+$/) s += $i }
		END { print s + 0; exit !f }' /proc/interrupts
}

# pk_show - what went wrong, for the reader
pk_show()
{
	cat "$PK_OUT"
	awk '$2 != 0' "$PK_STATS"
}

# pk_invariants DESC - no invariant failed, no breakpoint was left unclaimed
pk_invariants()
{
	is "$1: invariants hold, every breakpoint was claimed" \
		"$(pk_stat invariant_failures) $(pk_stat not_ours) $(sed -n 's/^invariant //p' "$PK_STATS")" "0 0 none"
}

# pk_least KEY N - a result is there and at least N; the minimum over no
# hammer at all is no number of the shell's
pk_least() { [ "$(pk_get "$1")" -ge "$2" ] 2>/dev/null; }

# pk_saw_enough - each hammer has executed both instructions often enough, and
# has met the breakpoint in both phases. Beside the product nobody counts that by
# CPU: there each phase must have been met by the hammers together.
pk_saw_enough()
{
	pk_least hammers $(($(grep -c ^processor /proc/cpuinfo) - 1)) &&
		pk_least min_old 1000 && pk_least min_new 1000 || return 1
	if [ $PK_FLAVOUR = product ]; then
		[ "$(pk_stat bp_deploy)" -ge 50 ] && [ "$(pk_stat bp_commit)" -ge 50 ]
	else
		pk_least min_deploy 50 && pk_least min_commit 50
	fi
}

# pk_phases - the breakpoints of each CPU, which only the test flavour counts
pk_phases()
{
	[ $PK_FLAVOUR = product ] ||
		echo ", $(pk_get min_deploy) #BP in deploy, $(pk_get min_commit) in commit"
}

# pk_hammer DESC ARGUMENTS... - runs of the hammers that must show no torn
# execution; they go on until in one of them each hammer has seen enough
pk_hammer()
{
	lp_desc=$1
	shift
	for lp_run in 1 2 3 4; do
		pk hammer "$@" || break
		[ "$(pk_get torn) $(pk_get bad_if)" = "0 0" ] || break
		! pk_saw_enough || break
	done
	if [ "$(pk_get ret)" != 0 ]; then
		not_ok "$lp_desc" "$(pk_show)"
	elif [ "$(pk_get torn) $(pk_get bad_if)" != "0 0" ]; then
		not_ok "$lp_desc: torn, or interrupts wrong" "$(pk_show)"
	elif ! pk_saw_enough; then
		not_ok "$lp_desc: the hammers saw too little" "$(pk_show)"
	else
		ok "$lp_desc: $(pk_get flips) flips, $(pk_get executed) executed, 0 torn"
		diag "run $lp_run, least per CPU: $(pk_get min_old) old, $(pk_get min_new) new$(pk_phases); $(pk_get ms) ms"
	fi
}

# pk_hammer_ctx CTX N - N flips that are met in a context
pk_hammer_ctx()
{
	if [ "$1" = softirq ] && is_realtime; then
		# a thread has to be woken each time
		pk_hammer softirq ctx=softirq flips=$((4 * $2)) pause_us=500
	else
		pk_hammer "$1" ctx="$1" flips="$2"
	fi
}

# shellcheck disable=SC2034 # for the scripts
# Numbers of the poker's points, from src/test_points.h: name, number, sync
PK_POINTS='LOCKED:1:0 PUBLISHED:2:0 DEPLOY:3:0 INT3:4:0
SYNC_SELF:5:1 SYNC_GEN:6:1 SYNC_SENT:7:1 SYNC_DONE:8:1 COMMIT:9:0 TAIL:10:0
SYNC_SELF:5:2 SYNC_GEN:6:2 SYNC_SENT:7:2 SYNC_DONE:8:2 COMMIT_SYNCED:11:0
FIRST:12:0 SYNC_SELF:5:3 SYNC_GEN:6:3 SYNC_SENT:7:3 SYNC_DONE:8:3 RETIRE:13:0
DRAINED:14:0'
