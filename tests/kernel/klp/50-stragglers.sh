# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 400
#
# Tasks that are hard to switch. Each holds a transition open for a reason
# that "blockers" states, with the right task and function, and each comes
# round without force: by signal, by wake-up, by a visit to its CPU, or as
# soon as it leaves the patched function by itself.
. /lp/lib.sh
. /lp/klp.sh

P=lp_test_klp_pair
SIGNAL_MS=/sys/module/livepoke/parameters/signal_ms

# blocked REGEX - a line of blockers matches
blocked() { attr $P blockers | grep -Eq "$1"; }
open_and_blocked() { in_transition $P && blocked "$1"; }
not_blocked() { [ -z "$(attr $P blockers)" ]; }

timing() { attr $P timing | sed -n "s/^$1 //p"; }
asleep() { grep -q "^State:.S" "/proc/$1/status"; }

# starts DESC REGEX - the patch's transition begins and waits for that; nobody is
# signalled before it was seen
starts()
{
	signal_after=$(cat $SIGNAL_MS)
	echo 0 > $SIGNAL_MS
	check "$1: load" load $P
	wait_for 10 open_and_blocked "$2"
	check "$1: blockers says why" open_and_blocked "$2"
	diag "$(attr $P blockers)"
	echo "$signal_after" > $SIGNAL_MS
}

# ends DESC [SECONDS] - it completes and is taken back
ends()
{
	check "$1: completes" wait_for "${2:-30}" settled $P
	check "$1: blockers is empty" not_blocked
	check "$1: is patched" [ "$(lptarget call)" = "f=1 g=1,1" ]
	diag "$(tr '\n' ' ' < "$LP_SYS/$P/timing")"
}

# Some of these threads keep a CPU for themselves, and the host may be slow.
echo 60 > /proc/sys/kernel/watchdog_thresh

check "load livepoke" load livepoke
check "load the target" load lp_test_target

# A sleeper inside the patched function: the signal sends it round.
diag "sleeper in the function, interruptible"
lptarget hold sleep > /tmp/held &
pid=$!
wait_for 10 inside 1
starts "sleeper" "^$pid $pid .*lptarget.*lp_target_f"
ends "sleeper"
lptarget release
wait $pid
is "sleeper: went on, in the new function" "$(cat /tmp/held)" "f=1 g=1,1"
check "remove" remove $P

diag "many of them"
background lptarget hammer 20 1 sleep
pid=$!
wait_for 20 inside 20
starts "many" "^$pid $pid .*lp_target_f.*; wake or kill it$"
ends "many"
check "many: at their return to user space" [ "$(timing by_exit)" -gt 0 ]
stop_load
check "remove" remove $P

diag "sleeper in the function, uninterruptible"
TRACING=/sys/kernel/tracing
traced() { grep -Eq "livepoke_$1" $TRACING/trace; }
echo 0 > $TRACING/trace
echo 1 > $TRACING/events/livepoke/enable
began=$(uptime_s)
lptarget hold dsleep > /tmp/held &
pid=$!
wait_for 10 inside 1
starts "D state" "^$pid $pid .*lp_target_f"
sleep 2
check "D state: signals do not help" in_transition $P
check "D state: traced, the start" traced "transition: patch=$P target=patched what=start"
check "D state: traced, who blocks" \
	traced "blocker: pid=$pid tid=$pid comm=lptarget .*reason=in lp_target_f\+.* where=lp_target_f"
# At most every 128 ms, and not by every pass
n=$(grep -c livepoke_blocker $TRACING/trace)
check "D state: traced $n times" [ "$n" -le $((8 * ($(uptime_s) - began + 2))) ]
lptarget release
ends "D state"
check "D state: traced, the end" traced "transition: patch=$P target=patched what=complete"
echo 0 > $TRACING/events/livepoke/enable
wait $pid
is "D state: its call was of one piece" "$(cat /tmp/held)" "f=0 g=0,0"
check "remove" remove $P

diag "task that exits in the function"
lptarget exit &
pid=$!
wait_for 10 inside 1
starts "exiting" "^$pid $pid .* exiting: in lp_target_f.*; goes by itself$"
lptarget release
ends "exiting"
wait $pid
check "remove" remove $P

diag "more of them than blockers has room for"
lines_and_more() { [ "$(attr $P blockers | wc -l)" = 33 ] && blocked "^and 8 more$"; }
background lptarget hammer 40 1 dsleep
pid=$!
wait_for 20 inside 40
starts "forty" "^$pid [0-9]+ .*lp_target_f"
check "forty: 32 lines, and how many more" wait_for 10 lines_and_more
check "forty: where each stands" blocked \
	"^$pid [0-9]+ .*: in lp_target_f\+0x[0-9a-f]+/0x[0-9a-f]+ .*; tried stack.*; uninterruptible$"
lptarget release
check "forty: completes" wait_for 30 settled $P
wait_for 20 inside 40
kill $pid
lptarget release
stop_load
check "remove" remove $P

diag "stopped task, and a traced one"
echo 30000 > $SIGNAL_MS
lptarget hold none later > /tmp/stopped &
pid=$!
wait_for 10 asleep $pid
kill -STOP $pid
lpload traced > /tmp/traced &
tracer=$!
wait_for 10 grep -q ready /tmp/traced
check "stopped and traced: patched" enable $P
n=$(timing duration_us)
check "stopped and traced: at once, in $n us" [ "$n" -lt 5000000 ]
is "stopped and traced: no signal was needed" "$(timing signals)" 0
kill -CONT $pid
kill -USR1 $pid
wait $pid
is "stopped: goes on in the new function" "$(cat /tmp/stopped)" "f=1 g=1,1"
kill -USR1 $tracer
wait $tracer
is "traced: goes on in the new function" "$(tail -n 1 /tmp/traced)" "f=1 g=1,1"
echo 1000 > $SIGNAL_MS
check "remove" remove $P

diag "kernel thread that sleeps inside the function"
lptarget kthreads call 1 nap 20000
wait_for 10 inside 1
starts "kthread asleep" "lp_loop/0.*lp_target_f"
ends "kthread asleep"
lptarget kstop
check "remove" remove $P

diag "kernel threads that never sleep"
lptarget kthreads idle 1
lptarget kthreads idle-busy 1
check "busy outside the function: patched" enable $P
check "busy outside the function: by interrupts" [ "$(timing by_ipi)" -gt 0 ]
# The one that never sleeps holds up RCU-tasks and so ftrace, not the switch.
check "disable" kcall write "$LP_SYS/$P/enabled" 0
check "that transition ends too" wait_for 30 over $P
check "while ftrace waits, the patch can still be asked" answers
lptarget kstop
check "the patch goes once RCU-tasks can" wait_for 20 gone $P
check "unload" unload_soon $P

diag "kernel thread that is busy inside the function"
lptarget kthreads call 1 busy
wait_for 10 inside 1
starts "kthread busy" "lp_loop/0.*lp_target_f"
sleep 1
check "kthread busy: nothing helps" in_transition $P
lptarget release
ends "kthread busy" 20
lptarget kstop
check "remove" remove $P

diag "kernel threads that call the function all the time"
lptarget kthreads call 1 spin 50
lptarget kthreads call-busy 1 spin 20
check "patched" enable $P
check "disable" kcall write "$LP_SYS/$P/enabled" 0
check "that transition ends too" wait_for 20 over $P
lptarget kstop
check "the patch goes once RCU-tasks can" wait_for 20 gone $P
check "unload" unload_soon $P

diag "io_uring worker that sleeps inside the function"
lpuring > /tmp/uring &
pid=$!
wait_for 10 inside 1
starts "io_uring worker" "iou-wrk.*lp_target_f.*has to leave"
ends "io_uring worker"
wait $pid
# EINTR: io_uring does not repeat a request
check "io_uring worker: its read was interrupted" grep -q 'res=-4' /tmp/uring
check "remove" remove $P

diag "user worker of vhost's kind that sleeps inside the function"
lptarget vhost > /tmp/vhost &
pid=$!
wait_for 10 grep -q . /tmp/vhost
if grep -q EOPNOTSUPP /tmp/vhost; then
	skip "vhost worker" "this kernel makes vhost workers as kernel threads"
else
	wait_for 10 inside 1
	starts "vhost worker" "^$pid [0-9]+ .*lp_vhost.* worker: in lp_target_f.*has to leave"
	ends "vhost worker"
	check "remove" remove $P
	check "vhost worker: in its own wait" enable $P
	check "remove" remove $P
	kill $pid
fi
wait $pid

diag "offline CPUs"
echo 0 > /sys/devices/system/cpu/cpu2/online
echo 0 > /sys/devices/system/cpu/cpu3/online
check "two CPUs offline: patched" enable $P
check "two CPUs offline: their idle tasks were switched directly" \
	[ "$(timing idle_offline)" -ge 2 ]
check "disabled too" disable $P
check "unload" unload_soon $P
lptarget hold dsleep > /tmp/held &
pid=$!
wait_for 10 inside 1
starts "CPUs come and go" "lp_target_f"
check "a CPU comes up in the middle" kcall write /sys/devices/system/cpu/cpu2/online 1
check "another goes down" kcall write /sys/devices/system/cpu/cpu1/online 0
lptarget release
ends "CPUs come and go"
wait $pid
echo 1 > /sys/devices/system/cpu/cpu1/online
echo 1 > /sys/devices/system/cpu/cpu3/online
check "remove" remove $P

# Without signals a sleeper stays where it is.
echo 0 > $SIGNAL_MS
lptarget hold sleep > /tmp/held &
pid=$!
wait_for 10 inside 1
starts "no signals" "^$pid $pid .*lp_target_f"
sleep 2
check "no signals: waits" in_transition $P
echo 200 > $SIGNAL_MS
lptarget release
ends "no signals"
wait $pid
check "remove" remove $P

diag "signals switched on in the middle"
echo 0 > $SIGNAL_MS
lptarget hold dsleep > /tmp/held &
pid=$!
wait_for 10 inside 1
starts "signals later" "^$pid $pid .*lp_target_f"
sleep 1
is "signals later: none at first" "$(timing signals)" 0
began=$(uptime_s)
echo 1000 > $SIGNAL_MS
sleep 3
n=$(timing signals)
check "signals later: some, $n" [ "$n" -ge 1 ]
check "signals later: at most one in a second" [ "$n" -le $(($(uptime_s) - began + 2)) ]
lptarget release
ends "signals later"
wait $pid
check "remove" remove $P
# Two functions of one name, of which only the second has such a part.
diag "sleeper in a part of a function that the compiler moved away"
TWIN=lp_test_klp_any
moved_part_blocks() { attr $TWIN blockers | grep -Eq "^$pid .*: in lp_target_twin.cold"; }
lptarget twins hold > /tmp/held &
pid=$!
wait_for 10 inside 1
check "moved part: load" load $TWIN object=lp_test_target name=lp_target_twin sympos=2
check "moved part: blockers says why" wait_for 10 moved_part_blocks
diag "$(attr $TWIN blockers)"
check "moved part: waits" in_transition $TWIN
lptarget release
check "moved part: completes" wait_for 30 settled $TWIN
wait $pid
is "moved part: the original went on" "$(cat /tmp/held)" 3
is "moved part: patched" "$(lptarget twins)" 41
check "remove" remove $TWIN

check "unload the target" unload_soon lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
