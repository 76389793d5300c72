# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# shellcheck disable=SC2086,SC2048 # parameters
# limit: 600
# limit-full: 3600
#
# Every step of loading livepoke.ko fails once: binding each symbol, each
# allocation, each registration. A load that fails gives the errno of the step,
# a message, and leaves nothing; the next one works, down to the patch and the
# poke that need what was registered.
. /lp/lib.sh
. /lp/klp.sh
. /lp/fault.sh

# works - livepoke is loaded: it patches, pokes and goes
works()
{
	load $T && load tp_fault && load $P && wait_for 30 settled $P || return 1
	[ "$(lptarget call)" = "f=1 g=1,1" ] || { echo "f is not patched"; return 1; }
	remove $P || return 1
	for what in prepare new; do
		kcall write $TP/sites $what || return 1
	done
	[ "$(cat $TP/sites)" = nnn ] || { echo "the sites are not poked"; return 1; }
	kcall write $TP/sites release && unload tp_fault && unload $T
}

goes() { unload_soon livepoke && [ "$(flt_allocations_left)" = 0 ]; }

# Steps that only look symbols up have nothing to undo.
is_lookup() { case $FLT_STEP in *" in lp_lookup_name") return 0 ;; esac; return 1; }

# To init_module() EEXIST means that the module is loaded already: newer kernels
# turn a module's own into EBUSY.
load_error() { [ "$FLT_ERR" = "$FLT_WANT" ] || [ "$FLT_WANT:$FLT_ERR" = EEXIST:EBUSY ]; }

# load_cell K PARAMETERS - fails if there is no step K
load_cell()
{
	FLT_K=$1 FLT_STEP='' FLT_RESULT=''
	shift
	dmesg -c > /dev/null
	FLT_RC=0
	FLT_ERR=$(load livepoke fault_nth=$FLT_K $*) || FLT_RC=1
	flt_read_log
	left=$(sed -n 's/.*test fault: \(-*[0-9]*\) allocations left.*/\1/p' /tmp/cell.log)
	[ -n "$FLT_STEP" ] || { unload_soon livepoke; return 1; }
	FLT_CELLS=$((FLT_CELLS + 1))
	FLT_RESULT="does without"
	if [ $FLT_RC != 0 ]; then
		FLT_RESULT="$FLT_ERR, as before"
		load_error || flt_bad "fails with $FLT_ERR instead of $FLT_WANT"
		flt_said || flt_bad "no message that says why: $FLT_SAID"
		[ "${left:-0}" = 0 ] || flt_bad "$left allocations left"
		flt_state_is "$FLT_BASE" || flt_bad "not as before: $(flt_state | xargs)"
		FLT_ERR=$(load livepoke $*) || flt_bad "fails again without a fault: $FLT_ERR"
	fi
	if [ $FLT_RC = 0 ] || ! is_lookup; then
		why=$(works 2>&1) || flt_bad "does not work afterwards: $why"
	fi
	why=$(goes 2>&1) || flt_bad "does not go: $why"
	diag "cell | $FLT_NAME | $FLT_K | $FLT_STEP | $FLT_RESULT"
}

# load_scenario NAME DESC FIRST STRIDE PARAMETERS - of the lookups from step
# FIRST on every STRIDEth, past them every one or, of the kernels that get a
# PART, every third; LOOKUPS is set to the last lookup
load_scenario()
{
	FLT_NAME=$1 FLT_BAD='' desc=$2 k=$3 stride=$4 first=$FLT_CELLS
	later=$(count 1 1 3)
	shift 4
	if ! { load livepoke $* && works && goes; }; then
		flt_bad "does not work at all"
	fi
	FLT_BASE=$(flt_state)
	while [ -z "$FLT_BAD" ] && load_cell $k $*; do
		if is_lookup; then
			LOOKUPS=$k
			k=$((k + stride))
		elif [ $stride -gt $later ]; then
			k=$((k - stride + later)) stride=$later
		else
			k=$((k + later))
		fi
	done
	n=$((FLT_CELLS - first))
	diag "scenario | $FLT_NAME | $desc | $n | $n"
	if [ -z "$FLT_BAD" ]; then ok "$desc: $n steps failed in turn"; else not_ok "$desc" "$FLT_BAD"; fi
}

use test
load_scenario load "load livepoke.ko" 1 "$(count 9 1 27)"
load_scenario load-ftrace "the same with the hook at the entry of the trap" \
	"$(count $((LOOKUPS + 1)) 1)" 1 poke_hook=ftrace
diag "cells: $FLT_CELLS"
done_testing
