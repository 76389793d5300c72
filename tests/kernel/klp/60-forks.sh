# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 600
# limit-full: 3600
# vm: --mem 3G
#
# A transition held open while many tasks are born, call the patched function
# and die: the table stays bounded, memory comes back, nothing is mixed. And
# one with 10000 sleeping threads.
. /lp/lib.sh
. /lp/klp.sh
. /lp/conform.sh

P=lp_test_klp_pair
FORKS=$(count 3000 200000)
THREADS=10000

timing() { attr $P timing | sed -n "s/^$1 //p"; }

# The sleeper that holds the transition open sleeps for long.
echo 0 > /proc/sys/kernel/hung_task_timeout_secs

check "load livepoke" load livepoke
check "load the target" load lp_test_target
echo 60000 > /proc/sys/kernel/threads-max

# The newest kernels keep much of what is freed for each CPU.
WARM_UP=$(count 3000 20000)
check "$WARM_UP forks beforehand, to fill the caches" lpload forks "$WARM_UP"
before=$(kernel_kb)
lptarget hold dsleep > /tmp/held &
pid=$!
wait_for 10 inside 1
check "load the patch" load $P
check "held open" in_transition $P
lptarget reset
start=$(timing table_bytes)
check "$FORKS forks, each calls the function" lpload forks "$FORKS"
held=$(timing table_bytes)
diag "table: $start bytes at first, $held after $FORKS forks; calls $(counter calls)"
check "every child called it" [ "$(counter calls)" -ge $((3 * FORKS)) ]
is "no call was mixed" "$(counter mixed)" 0
is "no task went back" "$(counter backward)" 0
check "the table is bounded: at most twice its first size" [ "$held" -le $((2 * start)) ]
check "still open" in_transition $P
lptarget release
wait $pid
check "completes" wait_for 30 settled $P
is "its call was of one piece" "$(cat /tmp/held)" "f=0 g=0,0"
check "remove" remove $P
# What is freed behind a grace period takes its time.
is_back()
{
	after=$(kernel_kb)
	[ "$after" -le $((before + 1024)) ]
}
wait_for 20 is_back || :
diag "kernel memory: $before kB before, $after kB after"
check "the memory of the forks comes back (within 1 MB)" [ "$after" -le $((before + 1024)) ]

# The same with a few tasks, recorded; the product has no record.
forks_recorded()
{
	lptarget hold dsleep > /tmp/held &
	pid=$!
	wait_for 10 inside 1 && load $P && lpload forks 200 || return 1
	lptarget release
	wait $pid
	wait_for 30 settled $P && remove $P
}
unload lp_test_target
unload_soon livepoke
use test
check "load the test flavour" load livepoke
check "load its target" load lp_test_target
check "load the observer" load tp_klp
cf_start
check "200 forks, recorded" forks_recorded
cf_stop
cf_accept "forks while it is held open" transitions=2 records=100 sets=50 frames=400
unload tp_klp
unload lp_test_target
unload_soon livepoke
use product
check "load livepoke again" load livepoke
check "load the target again" load lp_test_target

start_load sleepers=$THREADS
before=$(kernel_kb)
lptarget hold dsleep > /tmp/held &
pid=$!
wait_for 10 inside 1
check "load the patch with $THREADS threads" load $P
check "held open" in_transition $P
tasks=$(timing tasks)
bytes=$(timing table_bytes)
diag "$tasks tasks, table $bytes bytes: $((bytes / tasks)) bytes per task"
check "the transition saw them all" [ "$tasks" -ge $THREADS ]
check "less than 300 bytes per task" [ $((bytes / tasks)) -lt 300 ]
lptarget release
wait $pid
check "completes" wait_for 60 settled $P
diag "$(tr '\n' ' ' < "$LP_SYS/$P/timing")"
check "disable" disable $P
check "unload" unload_soon $P
after=$(kernel_kb)
diag "kernel memory: $before kB before, $after kB after"
check "the memory of the transition is back (within 1 MB)" [ "$after" -le $((before + 1024)) ]
stop_load
check "unload the target" unload_soon lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
