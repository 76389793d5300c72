# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# For the soak: ". /lp/soak.sh" after lib.sh and klp.sh.

SOAK_OUT=/tmp/soak.out
SOAK_POKE=/sys/kernel/debug/livepoke/poke
SOAK_PARAMS=/sys/module/livepoke/parameters

# soak_option NAME DEFAULT - soak_NAME= of the kernel's command line
soak_option() { tr ' ' '\n' < /proc/cmdline | sed -n "s/^soak_$1=//p" | grep . || echo "$2"; }

# A patch for a module that comes and goes is there all the time.
soak_load()
{
	use test
	# An emulated machine beside others is slow; what does not end at all
	# is found all the same.
	echo 180 > /sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
	echo 60 > /proc/sys/kernel/watchdog_thresh
	load livepoke && load lp_test_target && load tp_poke || return 1
	echo 60000 > $SOAK_PARAMS/poke_sync_timeout_ms
	load lp_test_klp_any object=lp_test_poke_value name=value_get value=2
}

soak_unload()
{
	remove lp_test_klp_any || return 1
	unload tp_poke && unload lp_test_target && unload_soon livepoke
}

# soak_run SECONDS SEED - what it found is told by soak_wrong
soak_run()
{
	lptarget kthreads call 2 spin 20
	background lptarget hammer 2 5 spin 20
	start_load callers=2 forkers=1
	lpsoak "$1" "$2" > $SOAK_OUT 2>&1 || :
	stop_load
	lptarget kstop
	cpus_up
}

soak_count() { tail -n 1 $SOAK_OUT | tr ' ' '\n' | sed -n "s/^$1=//p"; }
soak_stat() { awk -v k="$1" '$1 == k { print $2 }' $SOAK_POKE; }

soak_wrong()
{
	grep '^#' $SOAK_OUT
	tail -n 1 $SOAK_OUT | grep -q '^pokes=' || cat $SOAK_OUT
	[ "$(counter mixed) $(counter backward)" = "0 0" ] || lptarget stats
	[ "$(soak_stat invariant_failures) $(soak_stat not_ours)" = "0 0" ] || sed -n '/^in\|^not_ours/p' $SOAK_POKE
}

soak_state()
{
	awk '/^(livepoke|lp_|poke_|tp_)/ { print $1, $3 }' /proc/modules
	echo "$LP_SYS"/*
	cat /sys/kernel/debug/kprobes/list
	wc -l < /sys/kernel/tracing/enabled_functions
	lptarget call
	lptarget twins
}

soak_before()
{
	SOAK_STATE=$(soak_state)
	SOAK_KB=$(kernel_kb)
}

soak_same() { [ "$(soak_state)" = "$SOAK_STATE" ]; }

soak_after()
{
	check "everything is as before" wait_for 20 soak_same
	soak_kb=$(kernel_kb)
	diag "kernel memory: $SOAK_KB kB before, $soak_kb kB after"
	check "memory is back (within 4 MB)" [ "$soak_kb" -le $((SOAK_KB + 4096)) ]
}
