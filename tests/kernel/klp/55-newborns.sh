# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 300
#
# Children that keep coming, so many that one of them is asleep in the patched
# function at any moment. They are born in the universe that the transition
# goes to, so they do not hold it open; in the other, they do for ever.
. /lp/lib.sh
. /lp/klp.sh

P=lp_test_klp_pair
BREAK=/sys/module/livepoke/parameters/lp_break
SIGNAL_MS=/sys/module/livepoke/parameters/signal_ms

some_inside() { [ "$(counter inside)" -ge 5 ]; }
child_blocks() { attr $P blockers | grep -Eq ' lpload .*lp_target_f'; }
asleep() { grep -q "State:.D" "/proc/$1/status" && grep -qs lp_target "/proc/$1/stack"; }
signalled() { attr $P blockers | grep -q ' lpload .* signal'; }
not_signalled()
{
	attr $P blockers > /tmp/blockers
	! grep ' lpload .* signal' /tmp/blockers
}
# Not for a moment only: from now on, and again at the end
stays_open()
{
	sleep 10
	in_transition $P || return 1
	wait_for 10 child_blocks || { attr $P blockers; return 1; }
	in_transition $P
}

use test
check "load livepoke" load livepoke
check "load the target" load lp_test_target
start_load relays=2
check "children are inside" wait_for 20 some_inside
lptarget reset

echo NEWBORN_INI > $BREAK
check "NEWBORN_INI: load the patch" load $P
check "NEWBORN_INI: caught, the children hold it open" stays_open
diag "$(attr $P blockers | head -n 3)"
echo NONE > $BREAK
check "correct code ends that transition" wait_for 60 settled $P
check "disable and unload" remove $P

check "enable" enable $P
diag "$(tr '\n' ' ' < "$LP_SYS/$P/timing")"
check "disable" disable $P
check "unload" unload_soon $P

# The same with the target flipped twice, children of both sorts inside. For
# each direction there is a task that holds it open.
lptarget hold dsleep > /tmp/held &
old=$!
lptarget hold dsleep later > /tmp/held-new &
new=$!
wait_for 20 asleep $old
check "load the patch, held open" load $P
sleep 2
kill -USR1 $new
wait_for 20 asleep $new
# Those born before live for a second yet.
echo 100 > $SIGNAL_MS
check "reverse" kcall write "$LP_SYS/$P/enabled" 0
check "children of the other sort are signalled" wait_for 10 signalled
# From here on nobody is, and those who were leave.
echo 0 > $SIGNAL_MS
sleep 4
check "and back" kcall write "$LP_SYS/$P/enabled" 1
check "children are in the way again" wait_for 20 child_blocks
check "no entry has flags of a task that is gone" not_signalled
check "still open" in_transition $P
lptarget release
wait $old $new
is "the old sleeper's call was of one piece" "$(cat /tmp/held)" "f=0 g=0,0"
is "the new sleeper's call was of one piece" "$(cat /tmp/held-new)" "f=1 g=1,1"
check "completes" wait_for 60 settled $P
is "no call was mixed" "$(counter mixed)" 0
check "disable and unload" remove $P

stop_load
check "the last child has left" wait_for 20 inside 0
check "unload the target" unload_soon lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
