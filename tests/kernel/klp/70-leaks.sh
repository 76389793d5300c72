# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 360
# limit-full: 3600
#
# Load, patch, disable, unload, again and again, also from the middle of a
# transition: nothing of it is left in memory, in slabs, in lists.
. /lp/lib.sh
. /lp/klp.sh

P=lp_test_klp_pair
ROUNDS=$(count 15 200)

EVENTS=/sys/kernel/tracing/events/livepoke/enable

# A task in the way, with a callback queued for its return to user space, when
# the patch is taken back.
queued_round()
{
	lptarget hold dsleep > /dev/null &
	held=$!
	wait_for 10 inside 1 && load $P && wait_for 10 queued &&
		kcall write "$LP_SYS/$P/enabled" 0 && wait_for 30 gone $P
	rc=$?
	lptarget release
	wait $held
	[ $rc = 0 ] && unload_soon $P && unload_soon livepoke
}
queued() { attr $P blockers | grep -q "^$held .* tried stack exit"; }

round()
{
	load livepoke || return 1
	# Every second round is traced, every fifth ends with a callback queued.
	[ $(($1 % 2)) = 0 ] || echo 1 > $EVENTS || return 1
	[ $(($1 % 5)) != 4 ] || { queued_round; return; }
	load $P || return 1
	# Every third round goes back before it is there.
	[ $(($1 % 3)) = 0 ] || wait_for 30 settled $P || return 1
	kcall write "$LP_SYS/$P/enabled" 0 > /dev/null
	wait_for 30 gone $P || return 1
	unload_soon $P && unload_soon livepoke
}

rounds()
{
	i=0
	while [ $i -lt "$1" ]; do
		round $i || { echo "in round $i"; return 1; }
		i=$((i + 1))
	done
}

# Objects in use, their size, and how many are in a slab. What CPUs keep for
# themselves is given back before, but all of a CPU's current slab counts as used.
slabs()
{
	settle_memory
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 > "$cache" 2>/dev/null
	done
	awk 'NR > 2 { print $1, $2, $4, $5 }' /proc/slabinfo
}

# grown FILE FILE - slabs with more objects, how many, their kB, and how many the
# current slabs of the CPUs have room for
grown()
{
	awk 'NR == FNR { b[$1] = $2; next }
	     $2 > b[$1] { print $1, $2 - b[$1], ($2 - b[$1]) * $3 / 1024, 4 * $4 }' "$1" "$2"
}
# An object for each round: more of them than rounds, and than the current slabs have
# room for. What the kernel keeps for a while (dentries, files) can look like that
# once or twice, what leaks does so each time.
each_round() { awk -v n="$ROUNDS" '$2 >= n && $2 > $4 { print $1 }' /tmp/grown; }
# leaks_again SUSPECTS - those that have grown again
leaks_again() { each_round | grep -xF "$1"; }
total_kb() { awk '{ n += $3 } END { print int(n) }' /tmp/grown; }
left_in() { grep -i -E 'livepoke|lp_(ftrace|test|pair|target_[fg])' "$1"; }

measured_rounds()
{
	start_load sleepers=50 callers=1
	check "$ROUNDS times load, patch, disable, unload" rounds "$ROUNDS"
	stop_load
}

compare_slabs()
{
	grown /tmp/before /tmp/after > /tmp/grown
	diag "$(cat /tmp/grown)"
}

check "load the target" load lp_test_target
start_load sleepers=50 callers=1
# Each kind of round twice
check "warm up" rounds 10
stop_load
before=$(kernel_kb)
slabs > /tmp/before
measured_rounds
after=$(kernel_kb)
slabs > /tmp/after
diag "kernel memory: $before kB before, $after kB after"
compare_slabs
check "memory is back (within 1 MB)" [ "$after" -le $((before + 1024)) ]
check "all slabs together: at most 256 kB more" [ "$(total_kb)" -le 256 ]
suspects=$(each_round)
for _ in 1 2 3; do
	[ "$suspects" ] || break
	cp /tmp/after /tmp/before
	measured_rounds
	slabs > /tmp/after
	compare_slabs
	suspects=$(leaks_again "$suspects")
done
is "no slab has an object more for each round" "$suspects" ""
for f in enabled_functions set_event; do
	check_fails "nothing of it in $f" left_in /sys/kernel/tracing/$f
done
check_fails "nothing in the kernel's task list" sh -c "ps | grep -v grep | grep '\[livepoke'"
check_fails "no module of it" grep -E "^(livepoke|lp_test_klp)" /proc/modules
check "unload the target" unload_soon lp_test_target
done_testing
