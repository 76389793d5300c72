# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2086,SC2329 # for the library; names; called by name
# limit: 300
#
# Error paths that forget something: the matrix must notice.
. /lp/lib.sh
. /lp/klp.sh
. /lp/fault.sh

FLT_STRIDE=1
enable_op() { load $P && wait_for 30 settled $P; }
enable_after() { [ "$(lptarget call)" = "f=1 g=1,1" ]; }
enable_undo() { remove $P; }
S=$T:lp_target_second_twin
engage_op() { kcall write $LP_SYS/control "engage $S 7 override=type" && wait_for 30 settled block-$S; }
engage_after() { [ "$(lptarget twins)" = 8 ]; }
engage_undo() { kcall write $LP_SYS/control "disengage $S" && wait_for 30 gone block-$S; }
prepare_op() { kcall write $TP/sites prepare; }
prepare_after() { [ "$(cat $TP/sites)" = ooo ]; }
prepare_undo() { kcall write $TP/sites release; }

# caught BREAK SCENARIO
caught()
{
	echo "$1" > $FLT/lp_break
	flt_cells "$2"
	echo NONE > $FLT/lp_break
	if [ -n "$FLT_BAD" ] && [ "$FLT_K" != 0 ]; then
		ok "$1: caught ($(echo $FLT_BAD | cut -c1-120))"
	else
		not_ok "$1: caught"
	fi
}

flt_start
caught FORGET_MEMORY enable
caught FORGET_MODULE engage
caught FORGET_SITES prepare
done_testing
