# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
# vm: --smp 4,maxcpus=6,sockets=6,cores=1,threads=1 --monitor yes
#
# Each CPU is a socket: new kernels add none to a socket that is in use.
#
# In the middle of a transition: a CPU that was never there is added, and the
# machine is suspended as far as taking all other CPUs down.
. /lp/lib.sh
. /lp/klp.sh

P=lp_test_klp_pair
CPUS=/sys/devices/system/cpu

hold()
{
	lptarget hold dsleep > /tmp/held &
	pid=$!
	wait_for 10 inside 1
}

finish()
{
	lptarget release
	wait $pid
	is "$1: the sleeper's call was of one piece" "$(cat /tmp/held)" "$2"
	check "$1: completes" wait_for 30 settled $P
}

# Some kernels take no CPU that the firmware of this QEMU could add later.
all=0-4
if [ "$(cat $CPUS/possible)" = 0-3 ]; then
	all=0-3
	skip "CPUs that could be there" "this kernel lets no CPU be added"
else
	is "CPUs that could be there" "$(cat $CPUS/possible)" 0-5
fi
is "CPUs that are there" "$(cat $CPUS/present)" 0-3
check "load livepoke" load livepoke
check "load the target" load lp_test_target

check "a CPU that is absent is no obstacle" enable $P
check "nor on the way back" disable $P
check "unload" unload_soon $P

hold
# On the added CPU too, from the moment when it comes up
check "interrupts that call the function" lptarget kthreads timer 1 spin 500
lptarget reset
check "load the patch" load $P
check "held open" in_transition $P
if [ $all != 0-3 ]; then
	echo 'device_add max-x86_64-cpu,id=added,socket-id=4,core-id=0,thread-id=0' > /dev/ttyS2
	check "a fifth CPU appears" wait_for 20 [ -e $CPUS/cpu4/online ]
	check "and comes up" kcall write $CPUS/cpu4/online 1
fi
is "CPUs that are up" "$(cat $CPUS/online)" $all
check "still held open" in_transition $P
finish "added CPU" "f=0 g=0,0"
is "no call was mixed, none went back" "$(counter mixed) $(counter backward)" "0 0"
lptarget kstop
[ $all = 0-3 ] ||
	is "the added CPU runs the new function" "$(taskset 10 lptarget call)" "f=1 g=1,1"
check "remove" remove $P

# User tasks are frozen first, so a kernel thread holds this one open.
suspend_in_a_transition()
{
	echo 0 > /sys/module/livepoke/parameters/signal_ms
	lptarget kthreads call 1 nap
	wait_for 10 inside 1
	check "load the patch" load $P
	check "held open" in_transition $P
	check "suspend as far as the processors" suspend_test
	check "still held open" in_transition $P
	is "all CPUs are back" "$(cat $CPUS/online)" $all
	lptarget kstop
	check "completes" wait_for 30 settled $P
	is "patched" "$(lptarget call)" "f=1 g=1,1"
	check "remove" remove $P
}

if can_test_suspend; then
	suspend_in_a_transition
else
	skip "suspend" "this kernel cannot suspend as far as the processors"
fi
check "unload the target" unload_soon lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
