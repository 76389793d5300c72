# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What the tests of live patching share: ". /lp/klp.sh" after
# lib.sh.

# shellcheck disable=SC2034 # for the scripts
LP_PATCHED_LINE='livepoke: this line comes from a live patch'
LP_LOADS=
LP_LIVING=

# attr PATCH ATTRIBUTE - its value, empty if the patch is gone
attr() { cat "$LP_SYS/$1/$2" 2>/dev/null; }

# The patch is there, and its transition is over. One that is disabled may be
# gone by then: over.
settled() { [ "$(attr "$1" transition)" = 0 ]; }
in_transition() { [ "$(attr "$1" transition)" = 1 ]; }
over() { ! in_transition "$1"; }
gone() { [ ! -e "$LP_SYS/$1" ]; }
is_gone() { ! loaded "$1"; }

# Does RCU-tasks hold an exiting task until it is gone? Elsewhere patches of
# functions on the exit path are refused.
exits_are_held() { grep -q ' tasks_rcu_exit_srcu$' /proc/kallsyms; }

# enable NAME [PARAMETER...] - load a patch and wait for its transition
enable()
{
	load "$@" || return 1
	wait_for 60 settled "$1" || { attr "$1" blockers; return 1; }
}

# disable NAME - and wait until it is gone from sysfs
disable()
{
	kcall write "$LP_SYS/$1/enabled" 0 || return 1
	wait_for 60 gone "$1" || { attr "$1" blockers; return 1; }
}

# delay POINT MICROSECONDS [EVERY] - one of EVERY passages of a point. Delays
# where nothing can sleep must outlast the time slice that an emulated CPU
# gets, or nothing happens meanwhile. TP are the parameters of tp_klp.
delay()
{
	echo 0 > "$TP/delay_us"
	echo "${3:-1}" > "$TP/delay_every"
	echo "$1" > "$TP/delay_point"
	echo "$2" > "$TP/delay_us"
}

# mistake MISTAKE SCENARIO - a function of the script fails with a livepoke that
# makes the mistake, which it is told; clean_up, of the script too, mends what
# that has left
mistake()
{
	echo "$1" > /sys/module/livepoke/parameters/lp_break
	("$2" "$1") > /tmp/broken 2>&1
	echo NONE > /sys/module/livepoke/parameters/lp_break
	clean_up > /dev/null 2>&1
	check "$1: $2 notices" grep -q '^not ok' /tmp/broken
	diag "$(grep -m 1 '^not ok' /tmp/broken)"
}

# answers - the files of the patch can be read, which takes its lock
answers()
{
	cat "$LP_SYS/$P/timing" > /dev/null 2>&1 &
	lp_reader=$!
	wait_for 10 is_over $lp_reader
}
is_over() { ! kill -0 "$1" 2>/dev/null; }

# The last reference to a patch goes a moment after its directory.
unload_soon() { wait_for 20 unload_now "$1" || { echo "rmmod $1: $LP_WHY"; return 1; }; }
unload_now() { LP_WHY=$(unload "$1"); }

# remove NAME - disable and unload
remove() { disable "$1" && unload_soon "$1"; }

# start_load KIND=N... - in the background, running when this returns, or the test
# fails. Not under check: a command whose output is read must not leave
# processes.
start_load()
{
	lp_ready=/tmp/ready.$$.$(echo "$LP_LOADS" | wc -w)
	rm -f "$lp_ready"
	lpload "$@" > "$lp_ready" 2>&1 &
	LP_LOADS="$LP_LOADS $!"
	LP_LIVING="$LP_LIVING $!"
	wait_for 200 grep -qs ready "$lp_ready" || not_ok "the load runs: $*" "$(cat "$lp_ready")"
}

# background COMMAND... - started with a load's lifetime; its pid is in $!
background()
{
	"$@" > /dev/null 2>&1 &
	LP_LOADS="$LP_LOADS $!"
}

# load_lives PID - a load, and not what is left of one
load_lives()
{
	grep -qs '^Name:.*lpload' "/proc/$1/status" &&
		! grep -qs '^State:.*[ZX] (' "/proc/$1/status"
}

# load_left PID - a load that has ended by itself: the test was made without it
load_left()
{
	case " $LP_LIVING " in
	*" $1 "*) ! load_lives "$1" ;;
	*) return 1 ;;
	esac
}

stop_load()
{
	for lp_pid in $LP_LOADS; do
		! load_left "$lp_pid" ||
			not_ok "the load runs to the end" "$(cat /tmp/ready.$$.* 2>/dev/null)"
		kill "$lp_pid" 2>/dev/null
	done
	for lp_pid in $LP_LOADS; do
		wait "$lp_pid" 2>/dev/null
	done
	LP_LOADS=
}

# counter NAME - one counter of the target module
counter() { lptarget stats | tr ' ' '\n' | sed -n "s/^$1=//p"; }

inside() { [ "$(counter inside)" = "$1" ]; }

# Suspends as far as taking all other CPUs down, and wakes up. Kernels without
# PM_DEBUG can go all the way only.
can_test_suspend() { [ -e /sys/power/pm_test ]; }
suspend_test()
{
	echo 1 > /sys/module/suspend/parameters/pm_test_delay
	echo processors > /sys/power/pm_test
	kcall write /sys/power/state mem
	rc=$?
	echo none > /sys/power/pm_test
	return $rc
}

settle_memory()
{
	sync
	echo 3 > /proc/sys/vm/drop_caches
	sleep 1
}

# kB in use by what only the kernel allocates
kernel_kb()
{
	settle_memory
	awk '/^(SUnreclaim|VmallocUsed|Percpu|KernelStack|PageTables):/ { n += $2 }
		END { print n }' /proc/meminfo
}
