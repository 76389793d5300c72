# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 400
#
# Patches written for the kernel's own livepatch, rebuilt for livepoke: several
# at once, replacement, reversal, modules that come and go in between, states.
# Each scenario is also run with a livepoke that makes a mistake, and must fail.
. /lp/lib.sh
. /lp/klp.sh

A=lp_test_klp_set
B=lp_test_klp_set2
C=lp_test_klp_set3
D=lp_test_klp_set4
G=lp_test_ground
G2=lp_test_ground2

values() { cat /sys/module/$G/parameters/values; }
in_order() { [ "$(values)" = "1 2 3 4" ]; }
values2() { cat /sys/module/$G2/parameters/values 2>/dev/null; }
hold() { echo "$1" > /sys/module/$G/parameters/hold; }
set_enabled() { kcall write "$LP_SYS/$1/enabled" "$2"; }
stays_open() { sleep 0.3; in_transition "$1"; }

# What the patches' callbacks have said since the mark, on one line, A to D
called()
{
	log_since | sed -n "s/.*lp_test_klp_\(set[234]*\): \([a-z]*_[a-z]*\) lp_test_\(ground2*\) .*/\1:\2:\3/p" |
		sed 's/^set:/A:/; s/^set2:/B:/; s/^set3:/C:/; s/^set4:/D:/' | xargs
}

# switched VALUES - this shell, which was there before, has been switched
switched()
{
	for _ in $(seq 100); do
		read -r here < /sys/module/$G/parameters/values
		[ "$here" != "$1" ] || break
		sleep 0.1
	done
	is "who has been switched runs it alone" "$here" "$1"
}

# Functions that are still redirected, of any patch
redirected() { grep -c '^lp_ground_' /sys/kernel/tracing/enabled_functions; }

# Three patches of different functions, one that replaces them all and has one
# function that none of them had, one that all had; then nothing.
cumulative()
{
	diag "three patches, replaced by one, then disabled"
	check "first: a and b" enable $A funcs=ab base=10
	check "second: b and c" enable $B funcs=bc base=20
	check "third: b alone" enable $C funcs=b base=30
	is "the newest wins" "$(values)" "11 32 23 4"
	is "orders" "$(attr $A stack_order)$(attr $B stack_order)$(attr $C stack_order)" 123
	log_mark
	check "one that replaces: b and d" enable $D funcs=bd base=40 replace=1
	is "only its functions are replaced" "$(values)" "1 42 3 44"
	for old in $A $B $C; do
		check "$old is gone" wait_for 20 gone "$old"
		check "$old can be unloaded" unload_soon "$old"
	done
	is "its order" "$(attr $D stack_order)" 1
	is "callbacks: of the new patch alone" "$(called)" "D:pre_patch:ground D:post_patch:ground"
	log_mark
	check "disable it" remove $D
	is "callbacks" "$(called)" "D:pre_unpatch:ground D:post_unpatch:ground"
	is "originals" "$(values)" "1 2 3 4"
	is "nothing is redirected" "$(redirected)" 0
}

# A replacement that is taken back leaves the patches below as they were.
reversed_replacement()
{
	diag "a replacement, reversed"
	check "first: a and b" enable $A funcs=ab base=10
	check "second: b and c" enable $B funcs=bc base=20
	hold 1
	check "one that replaces, held open" load $D funcs=adh base=40 replace=1
	check "it stays open" stays_open $D
	is "both below are enabled" "$(attr $A enabled)$(attr $B enabled)" 11
	switched "41 2 3 44"
	hold 2
	check "take it back" set_enabled $D 0
	check "it stays open for one born in between" stays_open $D
	check "and forth" set_enabled $D 1
	check "and back" set_enabled $D 0
	hold 0
	check "it is gone" wait_for 30 gone $D
	check "it can be unloaded" unload_soon $D
	is "both below are in force" "$(values)" "11 22 23 4"
	is "and enabled" "$(attr $A enabled)$(attr $B enabled)" 11
	hold 1
	check "once more" load $D funcs=adh base=40 replace=1
	check "it stays open" stays_open $D
	hold 2
	check "back" set_enabled $D 0
	check "and forth" set_enabled $D 1
	hold 0
	check "it completes" wait_for 30 settled $D
	is "it is in force alone" "$(values)" "41 2 3 44"
	check "the first can be unloaded" unload_soon $A
	check "the second can be unloaded" unload_soon $B
	check "disable it" remove $D
	is "originals" "$(values)" "1 2 3 4"
	is "nothing is redirected" "$(redirected)" 0
}

# The upper of two patches of one function, reversed on its way in and out
reversed_stack()
{
	diag "a stack, its upper patch reversed"
	check "the lower" enable $A funcs=abh base=10
	hold 1
	check "the upper, held open" load $B funcs=bch base=20
	check "it stays open" stays_open $B
	hold 2
	check "take it back" set_enabled $B 0
	check "it stays open for one born in between" stays_open $B
	is "others run the lower meanwhile" "$(values)" "11 12 3 4"
	hold 0
	check "it is gone" wait_for 30 gone $B
	check "it can be unloaded" unload_soon $B
	is "the lower is in force" "$(values)" "11 12 3 4"
	check "the upper" enable $B funcs=bch base=20
	hold 1
	check "disable it, held open" set_enabled $B 0
	check "it stays open" stays_open $B
	check "take that back" set_enabled $B 1
	is "it is enabled" "$(attr $B enabled)" 1
	hold 0
	check "it completes" wait_for 30 settled $B
	is "both are in force" "$(values)" "11 22 23 4"
	check "disable the lower" remove $A
	is "the upper stays" "$(values)" "1 22 23 4"
	check "disable the upper" remove $B
	is "originals" "$(values)" "1 2 3 4"
	is "nothing is redirected" "$(redirected)" 0
}

# A module that comes and goes while the transition is held open elsewhere
coming_in_transition()
{
	diag "a module that comes and goes during a transition"
	hold 1
	log_mark
	check "enable, held open" load $A funcs=ah funcs2=ab base=10
	check "it stays open" stays_open $A
	check "load the module" load $G2
	is "shown" "$(attr $A $G2/patched)" 1
	is "its functions are redirected, and two elsewhere" "$(redirected)" 4
	check "unload it" unload $G2
	is "they are not any more" "$(redirected)" 2
	check "still open" in_transition $A
	is "shown" "$(attr $A $G2/patched)" 0
	check "load it again" load $G2
	is "callbacks: no post_patch yet, no pre_unpatch" "$(called)" \
		"A:pre_patch:ground A:pre_patch:ground2 A:post_unpatch:ground2 A:pre_patch:ground2"
	hold 0
	check "it completes" wait_for 30 settled $A
	check "its post_patch was called" log_has "$A: post_patch $G2"
	is "in force" "$(values2)" "11 12 3 4"
	hold 1
	log_mark
	check "disable, held open" set_enabled $A 0
	check "it stays open" stays_open $A
	check "unload the module" unload $G2
	check "load it" load $G2
	check "unload it" unload $G2
	check "load it" load $G2
	check "still open" in_transition $A
	hold 0
	check "it is gone" wait_for 30 gone $A
	check "unload the patch" unload_soon $A
	is "originals" "$(values) $(values2)" "1 2 3 4 1 2 3 4"
	check "unload the module" unload $G2
	is "nothing is redirected" "$(redirected)" 0
}

failing_init()
{
	diag "a module whose init fails"
	check "enable" enable $A funcs=a funcs2=ab base=10
	log_mark
	is "the module does not load" "$(load $G2 fail=-19)" ENODEV
	check "it was patched when its init ran" log_has "$G2: init: 11 12 3 4"
	check "and reverted" log_has "reverting patch '$A' on unloading module '$G2'"
	is "callbacks" "$(called)" \
		"A:pre_patch:ground2 A:post_patch:ground2 A:pre_unpatch:ground2 A:post_unpatch:ground2"
	is "shown" "$(attr $A $G2/patched)" 0
	is "the rest is in force" "$(values)" "11 2 3 4"
	check "now it loads" load $G2
	is "patched" "$(values2)" "11 12 3 4"
	check "disable" remove $A
	is "originals" "$(values2)" "1 2 3 4"
	check "unload the module" unload $G2
	is "nothing is redirected" "$(redirected)" 0
}

# The second of two patches refuses a module: the first is taken off it again.
refused_module()
{
	diag "a module that one of two patches refuses"
	check "the first" enable $A funcs=a funcs2=ab base=10
	check "the second, which refuses it" enable $B funcs=b funcs2=bc base=20 pre_fail=$G2
	log_mark
	is "it cannot be loaded" "$(load $G2)" ENODEV
	check "the log says why" log_has "pre-patch callback failed for object '$G2'"
	check "and what follows" log_has "patch '$B' failed for module '$G2', refusing to load module '$G2'"
	check_fails "its init did not run" log_has "$G2: init"
	is "the first was taken off it" "$(called)" \
		"A:pre_patch:ground2 A:post_patch:ground2 B:pre_patch:ground2 A:pre_unpatch:ground2 A:post_unpatch:ground2"
	is "both are in force elsewhere" "$(values)" "11 22 3 4"
	echo none > /sys/module/$B/parameters/pre_fail
	check "now it loads" load $G2
	is "both" "$(values2)" "11 22 23 4"
	check "disable the second" remove $B
	is "the first" "$(values2)" "11 12 3 4"
	check "disable the first" remove $A
	check "unload the module" unload $G2
	is "nothing is redirected" "$(redirected)" 0
}

refused_patch()
{
	diag "a patch whose pre_patch fails, on top of another"
	check "load the second module" load $G2
	check "the lower" enable $A funcs=a funcs2=a base=10
	log_mark
	is "the upper is refused" "$(load $B funcs=ab funcs2=ab base=20 pre_fail=$G2)" ENODEV
	check "the log says so" log_has "failed to enable patch '$B'"
	is "callbacks: the first object's is undone" "$(called)" \
		"B:pre_patch:ground B:pre_patch:ground2 B:post_unpatch:ground"
	check "nothing in sysfs" gone $B
	check_fails "not loaded" loaded $B
	is "the lower is in force" "$(values) $(values2)" "11 2 3 4 11 2 3 4"
	check "disable it" remove $A
	check "unload the module" unload $G2
	is "nothing is redirected" "$(redirected)" 0
}

# refused_state ERRNO DESC MODULE PARAMETER... - unchanged otherwise
refused_state()
{
	desc=$2
	log_mark
	shift 2
	is "refused: $desc" "$(load "$@")" EINVAL
	check "$desc: the log says so" log_has \
		"livepoke: Livepatch patch \($1\) is not compatible with the already installed livepatches"
	check "$desc: nothing in sysfs" gone "$1"
	check_fails "$desc: not loaded" loaded "$1"
	is "$desc: nothing changed" "$(values)" "11 2 3 4"
}

states()
{
	diag "system states"
	check "states 5 and 6 in version 2" enable $A funcs=a base=10 state_ids=5,6 state_versions=2,2
	refused_state EINVAL "an older version" $B funcs=b state_ids=5,6 state_versions=2,1
	refused_state EINVAL "a replacement that knows one of them" $B funcs=b replace=1 \
		state_ids=5 state_versions=3
	refused_state EINVAL "a replacement that knows none" $B funcs=b replace=1
	log_mark
	check "one that knows none, on top" enable $C funcs=c base=30
	check "one that knows one, on top" enable $B funcs=b base=20 state_ids=6 state_versions=2
	check "it finds the state below" log_has "$B: pre_patch $G after state 2"
	log_mark
	check "a replacement with newer ones" enable $D funcs=d base=40 replace=1 \
		state_ids=5,6,7 state_versions=3,2,1
	check "it finds the states that it takes over" log_has "$D: pre_patch $G after state 2"
	is "in force" "$(values)" "1 2 3 44"
	for old in $A $B $C; do check "unload $old" unload_soon "$old"; done
	check "disable" remove $D
	is "originals" "$(values)" "1 2 3 4"
	is "nothing is redirected" "$(redirected)" 0
}

clean_up()
{
	hold 0
	for patch in $D $C $B $A; do
		[ ! -e "$LP_SYS/$patch" ] || disable "$patch"
		! loaded "$patch" || unload_soon "$patch"
	done
	! loaded $G2 || unload $G2
}

check "load livepoke" load livepoke
check "load the ground" load $G
cumulative
reversed_replacement
reversed_stack
coming_in_transition
failing_init
refused_module
refused_patch
states
check "unload the ground" unload $G
check "unload livepoke" unload_soon livepoke

use test
check "load livepoke to be broken" load livepoke
check "load the ground" load $G
mistake NO_NOPS reversed_replacement
mistake REVERSE_REPLACES reversed_replacement
mistake UNDER_IS_ORIGINAL reversed_stack
mistake IGNORE_COMING coming_in_transition
mistake NO_GOING_CALLBACK failing_init
mistake IGNORE_PRE_PATCH refused_module
mistake IGNORE_PRE_PATCH refused_patch
mistake ANY_STATE states
check "all is in order again" wait_for 20 in_order
check "unload the ground" unload $G
check "unload livepoke" unload_soon livepoke
done_testing
