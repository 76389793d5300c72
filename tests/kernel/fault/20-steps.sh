# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2086,SC2329 # for the library; parameters; called by name
# limit: 900
# limit-full: 3600
#
# Every allocation, registration and step of binding of each operation fails
# once; see fault.sh.
. /lp/lib.sh
. /lp/klp.sh
. /lp/fault.sh

loaded_patch() { load "$@" && wait_for 30 settled "$1"; }
twins_are() { [ "$(lptarget twins)" = "$1" ]; }
f_is() { [ "$(lptarget call)" = "f=$1 g=$1,$1" ]; }
write() { kcall write "$@"; }

enable_op() { loaded_patch $P; }
enable_after() { f_is 1; }
enable_undo() { remove $P; }

disable_pre() { loaded_patch $P; }
disable_op() { write $LP_SYS/$P/enabled 0 && wait_for 30 gone $P; }
disable_after() { f_is 0; }
disable_undo() { unload_soon $P; }

immediate_op() { loaded_patch $P immediate=1; }
immediate_after() { f_is 1; }
immediate_undo() { remove $P; }

replace_pre() { loaded_patch $A $FIRST; }
replace_op() { loaded_patch $B $SECOND value=50 replace=1 && wait_for 30 gone $A; }
replace_after() { twins_are 51; }
replace_undo() { unload_soon $A && remove $B; }

symbols_op() { loaded_patch lp_test_klp_symbols; }
symbols_after() { twins_are 124; }
symbols_undo() { remove lp_test_klp_symbols; }

S=$T:lp_target_second_twin
engage_op() { write $LP_SYS/control "engage $S 7 override=type" && wait_for 30 settled block-$S; }
engage_after() { twins_are 8; }
engage_undo() { write $LP_SYS/control "disengage $S" && wait_for 30 gone block-$S; }
disengage_pre() { engage_op; }
disengage_op() { engage_undo; }
disengage_after() { twins_are 3; }

coming_setup() { unload $T && loaded_patch $A $FIRST; }
coming_op() { load $T; }
coming_after() { twins_are 42; }
coming_undo() { unload $T; }
coming_teardown() { remove $A && load $T; }

# A task sleeps in f, is signalled, has work queued, leaves.
straggler_pre() { background lptarget hold sleep; wait_for 10 inside 1; }
straggler_op()
{
	load $P || return 1
	sleep 0.3
	lptarget release
	wait_for 30 settled $P
}
straggler_after() { f_is 1; }
straggler_undo() { remove $P; lptarget release; stop_load; }

# A kernel thread that is busy in f is visited on its CPU, leaves, ends. What
# fails may wait for it (ftrace, RCU-tasks), so that it leaves by itself.
visit_op()
{
	lptarget kthreads call 1 busy > /dev/null && wait_for 10 inside 1 || return 1
	(sleep 0.5; lptarget release) > /dev/null &
	load $P
	rc=$?
	wait $!
	lptarget kstop > /dev/null
	[ $rc = 0 ] && wait_for 30 settled $P
}
visit_after() { f_is 1; }
visit_undo() { remove $P; }

shadow_op() { write $TP/shadow 1; }
shadow_after() { [ "$(cat $TP/shadow)" = 1 ]; }
shadow_undo() { write $TP/shadow 0; }

sites_are() { [ "$(cat $TP/sites)" = "$1" ]; }
prepare_op() { write $TP/sites prepare; }
prepare_after() { sites_are ooo; }
prepare_undo() { write $TP/sites release; }
# A module that goes makes livepoke drop its writable map of text.
poke_pre() { load lp_test_poke_value && unload lp_test_poke_value && prepare_op; }
poke_op() { write $TP/sites new; }
poke_after() { sites_are nnn; }
poke_undo() { prepare_undo; }
release_pre() { prepare_op && poke_op; }
release_op() { prepare_undo; }
release_after() { sites_are ooo; }

parameter_is() { [ "$(cat /sys/module/$1/parameters/$2)" = "$3" ]; }
call_op() { load poke_call; }
call_after() { parameter_is poke_call compute 21; }
call_undo() { unload poke_call; }
retarget_setup() { load poke_call; }
retarget_op() { write /sys/module/poke_call/parameters/multiply 1; }
retarget_after() { parameter_is poke_call compute 20; }
retarget_undo() { write /sys/module/poke_call/parameters/multiply 0; }
retarget_teardown() { unload poke_call; }
branch_op() { load poke_branch; }
branch_after() { parameter_is poke_branch counting 0; }
branch_undo() { unload poke_branch; }
switch_setup() { load poke_branch; }
switch_op() { write /sys/module/poke_branch/parameters/counting 1; }
switch_after() { parameter_is poke_branch counting 1; }
switch_undo() { write /sys/module/poke_branch/parameters/counting 0; }
switch_teardown() { unload poke_branch; }

flt_start
flt_scenario enable "enable a patch"
flt_scenario disable "disable it"
flt_scenario immediate "enable one without the per-task phase"
flt_scenario replace "replace a patch by another one"
flt_scenario symbols "enable a patch that binds symbols"
flt_scenario straggler "enable a patch that a task stands in the way of"
FLT_ANY_NUMBER=1	# of visits
flt_scenario visit "enable a patch that a busy kernel thread stands in the way of"
FLT_ANY_NUMBER=
flt_scenario coming "load a module that is patched"
flt_scenario engage "block a function"
flt_scenario disengage "give it back"
FLT_QUIET=1	# the caller sees NULL
flt_scenario shadow "attach a shadow variable"
FLT_QUIET=
flt_scenario prepare "prepare sites"
FLT_CACHED=3	# the map of text, which stays for the next poke
flt_scenario poke "poke them"
FLT_CACHED=
flt_scenario release "restore and release them"
flt_scenario call "register a call"
flt_scenario retarget "retarget it"
flt_scenario branch "register a branch"
flt_scenario switch "switch it"
diag "cells: $FLT_CELLS"

check "unload" flt_stop
is "allocations that are left" "$(flt_allocations_left)" 0
done_testing
