# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2086,SC2329 # for the library; names; called by name
# limit: 600
# limit-full: 2400
#
# Every IPI of an operation is refused, lost or late once; and every task in
# turn finds the table full. Nothing of that is an error.
. /lp/lib.sh
. /lp/klp.sh
. /lp/fault.sh

loaded_patch() { load "$@" && wait_for 60 settled "$1"; }
enable_op() { loaded_patch $P; }
enable_after() { [ "$(lptarget call)" = "f=1 g=1,1" ]; }
enable_undo() { remove $P; }
poke_pre() { kcall write $TP/sites prepare; }
poke_op() { kcall write $TP/sites new; }
poke_after() { [ "$(cat $TP/sites)" = nnn ]; }
poke_undo() { kcall write $TP/sites release; }

table_op() { enable_op; }
table_after() { enable_after; }
table_undo() { enable_undo; }
table_round() { table_op && table_after && table_undo; }

# Every task that is entered into the table, up to the last.
table_cells()
{
	FLT_NAME=table FLT_BAD='' first=$FLT_CELLS
	flt_baseline || flt_bad "does not work at all"
	k=1
	while [ -z "$FLT_BAD" ] && [ $k -le "$(count 9 1000)" ]; do
		FLT_K=$k FLT_STEP="task $k finds the table full"
		echo $k > $FLT/fault_table
		FLT_ERR=$(table_op) || flt_bad "fails with $FLT_ERR"
		left=$(flt_value fault_table)
		echo 0 > $FLT/fault_table
		flt_finished || :
		[ "$left" -le 0 ] || break
		FLT_CELLS=$((FLT_CELLS + 1))
		diag "cell | table | $k | lp_task_insert | does without"
		k=$((k + 1))
	done
	diag "scenario | table | the table of tasks is full | $((k - 1)) | $((FLT_CELLS - first))"
	if [ -z "$FLT_BAD" ]; then
		ok "the table is full for $((k - 1)) tasks in turn"
	else
		not_ok "the table is full" "$FLT_BAD"
	fi
}

flt_start
echo on > $FLT/poke_middle_sync
for how in busy lost late; do
	echo $how > $FLT/fault_ipi
	flt_scenario poke "poke, an IPI is $how"
	# Tasks that run have to be asked by IPI.
	start_load spinners=4
	flt_scenario enable "enable a patch, an IPI is $how"
	stop_load
done
echo fine > $FLT/fault_ipi
echo auto > $FLT/poke_middle_sync
table_cells
is "no invariant failed" "$(sed -n 's/^invariant //p' /sys/kernel/debug/livepoke/poke)" none
diag "cells: $FLT_CELLS"
check "unload" flt_stop
is "allocations that are left" "$(flt_allocations_left)" 0
done_testing
