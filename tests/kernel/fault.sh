# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# The fault matrix: ". /lp/fault.sh" after lib.sh and klp.sh.
#
# A scenario NAME is a set of functions:
#   NAME_setup, NAME_teardown	around all of its cells (may be missing)
#   NAME_pre	before each cell (may be missing)
#   NAME_op	the operation: prints an errno and fails, or succeeds
#   NAME_after	is its effect there?
#   NAME_undo	takes it back
#
# Cell k fails step k of the operation. The operation must then give the
# errno of that step and one message, and leave nothing; or it can do without
# that step, and has its whole effect. Then it succeeds without a fault.
# Cells are run for k = 1, 2, ... until there is no such step.

FLT=/sys/module/livepoke/parameters
TP=/sys/module/tp_fault/parameters
FLT_STRIDE=$(count 9 1 27)
FLT_CELLS=0
FLT_BAD=
FLT_ANY_NUMBER=
# shellcheck disable=SC2034 # for the scripts
{
T=lp_test_target
P=lp_test_klp_pair
A=lp_test_klp_any
B=lp_test_klp_any2
FIRST="object=$T name=lp_target_twin sympos=1"
SECOND="object=$T name=lp_target_twin sympos=2"
}

# flt_call SCENARIO_STEP - if there is such a function
flt_call()
{
	! type "$1" > /dev/null 2>&1 || "$1"
}

# flt_value NAME - of a parameter, empty if livepoke is not loaded
flt_value() { cat "$FLT/$1" 2>/dev/null; }

# What an operation may change: modules and their users, patches, redirects,
# kprobes; the memory that livepoke holds.
flt_state()
{
	awk 'FILENAME != "/proc/modules" { print FILENAME, $0 }
		/^(livepoke|lp_|poke_|tp_)/ { print $1, $3 }' \
		/proc/modules /sys/kernel/tracing/enabled_functions \
		/sys/kernel/debug/kprobes/list 2>/dev/null | sort
	echo "$LP_SYS"/*
}

# The same and what the code does
flt_effects()
{
	flt_state
	lptarget call 2>&1
	lptarget twins 2>&1
	cat $TP/sites $TP/shadow 2>/dev/null
}

flt_state_is() { [ "$(flt_state)" = "$1" ]; }
flt_effects_are() { [ "$(flt_effects)" = "$1" ]; }
flt_live_is() { [ "$(flt_value fault_live)" = "$1" ]; }

# flt_sum - over the text of the kernel, and of the target
flt_sum()
{
	echo "$FLT_TEXT" > $TP/text
	cat $TP/text
	[ -d /sys/module/$T ] || return 0
	at=$(cat /sys/module/$T/sections/.text)
	printf '%s %x' "$at" $((at + 4096)) > $TP/text
	cat $TP/text
}

flt_errno()
{
	case $1 in
	-2) echo ENOENT ;; -11) echo EAGAIN ;; -12) echo ENOMEM ;;
	-14) echo EFAULT ;; -16) echo EBUSY ;; -17) echo EEXIST ;; -19) echo ENODEV ;;
	-22) echo EINVAL ;; -28) echo ENOSPC ;; *) echo "$1" ;;
	esac
}

# flt_bad WHAT... - this cell is wrong
flt_bad()
{
	FLT_RESULT="WRONG: $*"
	FLT_BAD="$FLT_BAD
$FLT_NAME $FLT_K, $FLT_STEP: $*"
	return 1
}

# flt_read_log - of the cell: which step failed, and what was said of it
flt_read_log()
{
	dmesg -c -r > /tmp/cell.log
	FLT_STEP=$(sed -n 's/.*test fault: step [0-9]*, \(.*\), expect .*/\1/p' /tmp/cell.log)
	FLT_WANT=$(flt_errno "$(sed -n 's/.*test fault: step .*, expect //p' /tmp/cell.log)")
	FLT_SAID=$(grep -E '^<[34]>.*livepoke: ' /tmp/cell.log)
}

# What tells why an operation failed, each part where the step is made
FLT_SAYS="no memory to look for kernel symbols|cannot start|not found; needed for"
FLT_SAYS="$FLT_SAYS|refused: no memory|stays enabled: no memory for its transition"
FLT_SAYS="$FLT_SAYS|failed to register ftrace handler for function"
FLT_SAYS="$FLT_SAYS|no memory, refusing to load module|failed to apply patch|failed to initialize patch"
FLT_SAYS="$FLT_SAYS|not found in symbol table of|kallsyms size lookup failed for|needs symbols that cannot be bound"
FLT_SAYS="$FLT_SAYS|no memory for the request|is being unloaded"
FLT_SAYS="$FLT_SAYS|sites: no memory|not enough memory to check the site"
FLT_SAYS="$FLT_SAYS|its text cannot be made writable|no slot is free; try again"
FLT_SAYS="$FLT_SAYS|cannot register or change a call or a branch: no memory"

flt_said() { echo "$FLT_SAID" | grep -qE "$FLT_SAYS"; }

# The operation failed: right errno, a message, nothing has changed
flt_refused()
{
	[ "$FLT_ERR" = "$FLT_WANT" ] || flt_bad "fails with $FLT_ERR instead of $FLT_WANT" || return
	flt_said || [ -n "${FLT_QUIET:-}" ] || flt_bad "no message that says why: $FLT_SAID" || return
	wait_for 10 flt_effects_are "$FLT_PRE" ||
		flt_bad "not as before: $(flt_effects | xargs)" || return
	[ "$(flt_value fault_live)" -le $((FLT_PRE_LIVE + ${FLT_CACHED:-0})) ] ||
		wait_for 20 flt_live_is "$FLT_PRE_LIVE" ||
		flt_bad "$(flt_value fault_live) allocations instead of $FLT_PRE_LIVE" || return
	FLT_RESULT="$FLT_ERR, as before"
	FLT_ERR=$("${FLT_NAME}_op" 2>&1) || flt_bad "fails again without a fault: $FLT_ERR" || return
}

# What it did is there, can be undone, and then nothing is left
flt_finished()
{
	wait_for 10 "${FLT_NAME}_after" || flt_bad "no effect" || return
	flt_out=$(flt_call "${FLT_NAME}_undo" 2>&1) || flt_bad "cannot be undone: $flt_out" || return
	wait_for 10 flt_state_is "$FLT_BASE" || flt_bad "left behind: $(flt_state | xargs)" || return
	wait_for 10 flt_live_is "$FLT_LIVE" ||
		flt_bad "$(flt_value fault_live) allocations at the end instead of $FLT_LIVE" || return
}

# flt_cell K - fails if there is no step K
flt_cell()
{
	FLT_K=$1 FLT_STEP='' FLT_RESULT=''
	flt_call "${FLT_NAME}_pre" || flt_bad "cannot prepare" || return
	dmesg -c > /dev/null
	echo "$FLT_K" > $FLT/fault_nth
	FLT_RC=0
	FLT_ERR=$("${FLT_NAME}_op" 2>&1) || FLT_RC=1
	[ ! -e $FLT/fault_nth ] || echo 0 > $FLT/fault_nth
	flt_read_log
	if [ -n "$FLT_STEP" ]; then
		FLT_CELLS=$((FLT_CELLS + 1))
	elif [ $FLT_RC != 0 ]; then
		flt_bad "fails without a fault: $FLT_ERR"
	fi
	if [ $FLT_RC = 0 ]; then
		FLT_RESULT="does without"
		flt_finished
	else
		flt_refused && flt_finished
	fi
	[ -z "$FLT_STEP" ] || diag "cell | $FLT_NAME | $FLT_K | $FLT_STEP | $FLT_RESULT"
	[ -n "$FLT_STEP" ]
}

# A run without a fault: the states to compare with
flt_baseline()
{
	"${FLT_NAME}_round" > /dev/null 2>&1 || return 1
	FLT_BASE=$(flt_state)
	flt_call "${FLT_NAME}_pre" || return 1
	FLT_PRE=$(flt_effects)
	FLT_PRE_LIVE=$(flt_value fault_live)
	echo 0 > $FLT/fault_nth
	"${FLT_NAME}_op" || return 1
	FLT_STEPS=$(flt_value fault_seen)
	wait_for 10 "${FLT_NAME}_after" || return 1
	flt_call "${FLT_NAME}_undo" || return 1
	wait_for 10 flt_state_is "$FLT_BASE" || return 1
	sleep 0.3
	FLT_LIVE=$(flt_value fault_live)
}

# flt_cells SCENARIO - all of its cells; complaints are in FLT_BAD
flt_cells()
{
	FLT_NAME=$1 FLT_BAD='' FLT_K=0 FLT_STEP=clean
	flt_before=$FLT_CELLS
	flt_call "$1_setup" || flt_bad "cannot set up" || return 0
	eval "$1_round() { flt_call $1_pre && $1_op && wait_for 10 $1_after && flt_call $1_undo; }"
	flt_baseline || flt_bad "does not work at all" || return 0
	flt_text=$(flt_sum)
	flt_k=1
	while flt_cell $flt_k && [ -z "$FLT_BAD" ]; do
		flt_k=$((flt_k + FLT_STRIDE))
	done
	[ -n "$FLT_BAD" ] || [ "$(flt_sum)" = "$flt_text" ] || flt_bad "text is not as before"
	flt_call "$1_teardown" || flt_bad "cannot be torn down"
	return 0
}

# flt_scenario NAME DESC
flt_scenario()
{
	flt_cells "$1"
	# Whether an IPI is needed is a matter of the moment, a step is not.
	flt_least=$(((FLT_STEPS + FLT_STRIDE - 1) / FLT_STRIDE))
	[ -z "$FLT_ANY_NUMBER" ] || flt_least=1
	if [ -z "$FLT_BAD" ] && [ $((FLT_CELLS - flt_before)) -lt $flt_least ]; then
		flt_bad "$((FLT_CELLS - flt_before)) cells for $FLT_STEPS steps, one of $FLT_STRIDE in turn"
	fi
	diag "scenario | $1 | $2 | $FLT_STEPS | $((FLT_CELLS - flt_before))"
	if [ -z "$FLT_BAD" ]; then
		ok "$2: $FLT_STEPS steps, $((FLT_CELLS - flt_before)) of them failed in turn"
	else
		not_ok "$2" "$FLT_BAD"
		sed 's/^/#   /' /tmp/cell.log
	fi
}

# All is loaded that the scenarios need. Reading all symbols takes seconds: once.
flt_start()
{
	FLT_TEXT=$(awk '$3 == "_stext" { s = $1 } $3 == "_etext" { print s, $1; exit }' /proc/kallsyms)
	use test
	if ! { load livepoke && load $T && load tp_fault; }; then
		bail "cannot load"
	fi
}

flt_stop() { unload tp_fault && unload $T && unload_soon livepoke; }

flt_allocations_left() { dmesg | sed -n 's/.*test fault: \(-*[0-9]*\) allocations left/\1/p' | tail -n 1; }
