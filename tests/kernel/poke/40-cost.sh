# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# IPIs per batch, by our own counter and by the kernel's, and beside them what
# the kernel's own updates of code cost.
# limit: 400
. /lp/lib.sh
. /lp/poke.sh

check "livepoke and the test module load" pk_load

# Function-call interrupts of all CPUs
cal() { awk '$1 == "CAL:" { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+$/) s += $i } END { print s }' /proc/interrupts; }

others=$(($(grep -c ^processor /proc/cpuinfo) - 1))
n=$(count 100 1000)

# batches SITES N - IPIs of the whole run: the kernel's count, ours, batches
batches()
{
	pk_clear
	before=$(cal)
	pk batch n="$1" flips="$2" hammer=0 || return 1
	echo "$(($(cal) - before)) $(pk_stat ipis_sent) $(pk_stat batches) $(pk_stat retries)" > /tmp/run
	read -r k o b r < /tmp/run
}

# measured MIDDLE SITES LIMIT - per batch, at most LIMIT IPIs to each other CPU.
# Preparing and releasing the sites costs IPIs of RCU: two runs of different
# length, of which the difference counts.
measured()
{
	pk_set poke_middle_sync "$1"
	for try in 1 2 3 4 5; do
		batches "$2" 10 || { not_ok "batches of $2 sites"; return; }
		k0=$k o0=$o b0=$b r0=$r
		batches "$2" $((n + 10)) || { not_ok "batches of $2 sites"; return; }
		k=$((k - k0)) o=$((o - o0)) b=$((b - b0))
		# Others send IPIs too, the more the longer it takes; in the shorter
		# run, what they sent is missing in the difference.
		[ "$k" -gt $((o + o / 10 + 100)) ] || [ "$k" -lt $((o - o / 10)) ] || break
		diag "try $try: $k IPIs of which we sent $o"
	done
	is "$2 sites, middle sync $1: $n batches, none with a retry" "$b $r $r0" "$n 0 0"
	is "ours: $3 IPIs per batch and other CPU" "$o" $((n * others * $3))
	check "/proc/interrupts: $k, of which we sent $o" [ "$k" -le $((o + o / 10 + 100)) ]
	# A CPU that is idle, or has another IPI pending, may take ours without one
	check "/proc/interrupts: shows what we sent" [ "$k" -ge $((o - o / 10)) ]
	diag "middle sync $1, $2 sites: per batch $((o / n)) sent, $((k * 100 / n)) hundredths counted by the kernel"
}

measured off 1 2
measured off 256 2
measured on 1 3
measured on 256 3
pk_set poke_middle_sync auto

for what in key call; do
	check "static_$what, once there and back" pk cost what=$what n=2
	before=$(cal)
	check "static_$what, $n times" pk cost what=$what n="$n"
	is "it is as it was" "$(pk_get value)" 1
	diag "kernel, static_$what: $(($(cal) - before)) IPIs for $n updates of one site"
done
pk_invariants "all of it"
check "both unload" pk_unload
done_testing
