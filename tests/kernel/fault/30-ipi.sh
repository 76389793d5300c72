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

disable_pre() { loaded_patch $P; }
disable_op() { kcall write $LP_SYS/$P/enabled 0 && wait_for 60 gone $P; }
disable_after() { [ "$(lptarget call)" = "f=0 g=0,0" ]; }
disable_undo() { unload_soon $P; }

# Somebody sleeps in f, so that there is time to turn back.
reverse_pre()
{
	loaded_patch $P || return 1
	background lptarget hold sleep
	sleeper=$!
	wait_for 20 grep -qs lp_target /proc/$sleeper/stack
}
reverse_op()
{
	kcall write $LP_SYS/$P/enabled 0 && kcall write $LP_SYS/$P/enabled 1 || return 1
	lptarget release
	wait_for 60 settled $P
}
reverse_after() { enable_after; }
reverse_undo() { remove $P; }

# The first sync is given up, its slots go to quarantine; the next poke is
# made while they may be there. After an IPI that is only late there is none.
quarantine_pre() { echo 300 > $FLT/poke_sync_timeout_ms; poke_pre; }
quarantine_op()
{
	why=$(poke_op) && return 0
	if [ "$why $(cat $TP/sites)" != "ETIMEDOUT ooo" ]; then
		echo "$why, $(cat $TP/sites)"
		return 1
	fi
	poke_op
}
quarantine_after() { poke_after; }
quarantine_undo() { echo 20000 > $FLT/poke_sync_timeout_ms; poke_undo; }

# A module of which an instruction was poked: nobody may be left in a handler.
HOST=lp_test_poke_host
going_pre()
{
	load $HOST || return 1
	cat /sys/module/$HOST/parameters/addr > $TP/host
	for what in prepare new release; do
		kcall write $TP/sites $what || return 1
	done
	echo 0 > $TP/host
}
going_op() { unload $HOST; }
going_after() { ! loaded $HOST; }

# livepoke itself: its last round. One cell.
unload_cell()
{
	load livepoke || return 1
	dmesg -c > /dev/null
	echo $1 > $FLT/fault_ipi
	echo 1 > $FLT/fault_nth
	unload_soon livepoke || return 1
	dmesg | grep -q "test fault: step 1, IPI $1 in " || { echo "no IPI was $1"; return 1; }
}

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
	while [ -z "$FLT_BAD" ] && [ $k -le "$(count 3 1000)" ]; do
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
	[ -n "$FLT_BAD" ] || [ "$FLT_CELLS" -gt "$first" ] || flt_bad "no task was entered"
	if [ -z "$FLT_BAD" ]; then
		ok "the table is full for $((k - 1)) tasks in turn"
	else
		not_ok "the table is full" "$FLT_BAD"
	fi
}

FLT_ANY_NUMBER=1
flt_start
echo on > $FLT/poke_middle_sync
for how in busy lost late; do
	echo $how > $FLT/fault_ipi
	flt_scenario poke "poke, an IPI is $how"
	# Tasks that run have to be asked by IPI.
	start_load spinners=4
	flt_scenario enable "enable a patch, an IPI is $how"
	flt_scenario disable "disable it, an IPI is $how"
	stop_load
	flt_scenario reverse "turn back, an IPI is $how"
	flt_scenario quarantine "poke and give up, an IPI is $how"
	flt_scenario going "unload a module that was poked, an IPI is $how"
done
echo fine > $FLT/fault_ipi
echo auto > $FLT/poke_middle_sync
table_cells
is "no invariant failed" "$(sed -n 's/^invariant //p' /sys/kernel/debug/livepoke/poke)" none
diag "cells: $FLT_CELLS"
check "unload" flt_stop
is "allocations that are left" "$(flt_allocations_left)" 0
for how in busy lost late; do
	check "livepoke unloads, an IPI is $how" unload_cell $how
	diag "cell | unload | 1 | IPI $how | goes on"
done
done_testing
