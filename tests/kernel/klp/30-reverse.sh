# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
#
# Reversal in the middle of a transition, up to three times. Two tasks hold
# it open for as long as the test wants: one sleeps inside the old function,
# so nothing gets past it on the way to the new universe, one inside the new
# function, on the way back. Without the second, reversal is the way out.
. /lp/lib.sh
. /lp/klp.sh

P=lp_test_klp_pair
OLD='f=0 g=0,0'
NEW='f=1 g=1,1'

set_enabled() { kcall write "$LP_SYS/$P/enabled" "$1"; }
stays_open() { sleep 0.3; in_transition $P; }
calls() { is "$1" "$(lptarget call)" "$2"; }

# One task asleep inside f from now on, one that will be when told
sleepers()
{
	lptarget hold dsleep > /tmp/first &
	FIRST=$!
	lptarget hold dsleep later > /tmp/second &
	SECOND=$!
	wait_for 10 inside 1
}

second_sleeper()
{
	kill -USR1 "$SECOND"
	wait_for 10 inside 2
}

# release_all FIRST SECOND - both return, having run these versions
release_all()
{
	lptarget release
	wait $FIRST $SECOND
	is "the first sleeper's call was of one piece" "$(cat /tmp/first)" "$1"
	is "the second sleeper's call was of one piece" "$(cat /tmp/second)" "$2"
}

# reverse VALUE - and the transition stays open
reverse()
{
	check "write $1" set_enabled "$1"
	check "enabled reads $1" [ "$(attr $P enabled)" = "$1" ]
	check "the transition is still open" stays_open
	expect EINVAL "the current value is refused" write "$LP_SYS/$P/enabled" "$1"
}

nothing_left()
{
	unload_soon $P || return 1
	! grep -E '^lp_(target|pair)_[fg] ' /sys/kernel/tracing/enabled_functions
}

# enabling HOW-OFTEN - enable, reverse that many times, let it end
enabling()
{
	diag "enable, reversed $1 times"
	sleepers
	check "load the patch" load $P
	check "a sleeper in the old function holds it open" stays_open
	expect EAGAIN "unload is refused in transition" rmmod $P
	check "a task that was asleep elsewhere has been switched" second_sleeper
	value=1
	for _ in $(seq "$1"); do
		value=$((1 - value))
		reverse $value
	done
	release_all "$OLD" "$NEW"
	if [ $value = 1 ]; then
		check "it completes" wait_for 30 settled $P
		is "enabled reads 1" "$(attr $P enabled)" 1
		calls "new functions for everyone" "$NEW"
		check "disable" disable $P
	else
		check "it completes" wait_for 30 gone $P
	fi
	calls "old functions for everyone" "$OLD"
	check "nothing is left" nothing_left
}

# disabling HOW-OFTEN - the same on the way back
disabling()
{
	diag "disable, reversed $1 times"
	check "enable" enable $P
	sleepers
	check "disable" set_enabled 0
	check "a sleeper in the new function holds it open" stays_open
	expect EAGAIN "unload is refused in transition" rmmod $P
	check "a task that was asleep elsewhere has been switched" second_sleeper
	value=0
	for _ in $(seq "$1"); do
		value=$((1 - value))
		reverse $value
	done
	release_all "$NEW" "$OLD"
	if [ $value = 1 ]; then
		check "it completes" wait_for 30 settled $P
		calls "new functions for everyone" "$NEW"
		check "disable" disable $P
	else
		check "it completes" wait_for 30 gone $P
	fi
	calls "old functions for everyone" "$OLD"
	check "nothing is left" nothing_left
}

# The first one alone
one_sleeper()
{
	lptarget hold dsleep > /tmp/first &
	FIRST=$!
	wait_for 10 inside 1
}

one_released()
{
	check "it still sleeps" inside 1
	lptarget release
	wait $FIRST
	is "its call was of one piece" "$(cat /tmp/first)" "$1"
}

# What blocks is where a reversal goes: it is over though nobody woke up.
way_out()
{
	diag "enable, and take it back past the task that blocks"
	one_sleeper
	check "load the patch" load $P
	check "a sleeper in the old function holds it open" stays_open
	check "write 0" set_enabled 0
	check "it is gone" wait_for 10 gone $P
	calls "old functions for everyone else" "$OLD"
	one_released "$OLD"
	check "nothing is left" nothing_left

	diag "the same while disabling"
	check "enable" enable $P
	one_sleeper
	check "disable" set_enabled 0
	check "a sleeper in the new function holds it open" stays_open
	check "write 1" set_enabled 1
	check "it is over" wait_for 10 settled $P
	is "enabled reads 1" "$(attr $P enabled)" 1
	calls "new functions for everyone else" "$NEW"
	one_released "$NEW"
	check "disable" disable $P
	check "nothing is left" nothing_left
}

check "load livepoke" load livepoke
check "load the target" load lp_test_target
calls "before: old functions" "$OLD"
for times in 0 1 2 3; do
	enabling $times
done
for times in 0 1 2 3; do
	disabling $times
done
way_out
check "unload the target" unload lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
