# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 600
#
# What is left of patches and modules that go, and what must wait for them:
# functions that a replacement gave back, modules that are in the middle of
# loading, threads that never sleep. Most scenarios are also run with a
# livepoke that makes a mistake, and must fail.
. /lp/lib.sh
. /lp/klp.sh

A=lp_test_klp_set
B=lp_test_klp_set2
C=lp_test_klp_set3
D=lp_test_klp_set4
G=lp_test_ground
G2=lp_test_ground2
ANY=lp_test_klp_any
BIND=lp_test_klp_bind
CONTROL=$LP_SYS/control
TP=/sys/module/tp_klp/parameters
FLT=/sys/module/livepoke/parameters
# A number of src/test_points.h
KLP_ANNOUNCE=115

# Without preemption RCU-tasks is RCU, and waits for no thread like ours.
TASKS=$(grep -w call_rcu_tasks /proc/kallsyms)

values() { cat /sys/module/$G/parameters/values; }
values2() { cat /sys/module/$G2/parameters/values 2>/dev/null; }
hold() { echo "$1" > /sys/module/$G/parameters/hold; }
burn() { echo "$1" > /sys/module/$G/parameters/burn; }
set_enabled() { kcall write "$LP_SYS/$1/enabled" "$2"; }
ctl() { kcall write "$CONTROL" "$1"; }
stays_open() { sleep 0.3; in_transition "$1"; }
redirected() { grep -c '^lp_ground_' /sys/kernel/tracing/enabled_functions; }
patched2() { [ "$(attr $A $G2/patched)" = 1 ]; }
in_order() { [ "$(values)" = "1 2 3 4" ]; }
reload2() { unload $G2 && load $G2; }

# What the callbacks of A have said of G2 since the mark, on one line
called() { log_since | sed -n "s/.*$A: \([a-z]*_[a-z]*\) $G2 .*/\1/p" | xargs; }

# A replacement has no business with what only the others patched.
replaced_module()
{
	diag "a module that only the replaced patches patched"
	check "load the module" load $G2
	check "a patch of it" enable $A funcs=a funcs2=ab base=10
	check "one that replaces" enable $B funcs=b base=20 replace=1
	is "its functions are given back" "$(values) $(values2)" "1 22 3 4 1 2 3 4"
	check "another one that replaces" enable $D funcs=d base=40 replace=1
	for old in $A $B; do check "unload $old" unload_soon "$old"; done
	check "load the module again" reload2
	is "only one function is redirected" "$(redirected)" 1
	is "in force" "$(values) $(values2)" "1 2 3 44 1 2 3 4"
	check "disable" remove $D
	check "unload the module" unload $G2
	is "nothing is redirected" "$(redirected)" 0
}

# Nor does it wait for tasks there.
replaced_function()
{
	diag "a function that only the replaced patch patched"
	check "a patch" enable $A funcs=ah base=10
	check "one that replaces it" enable $D funcs=a base=40 replace=1
	check "unload the first" unload_soon $A
	hold 1
	check "disable" set_enabled $D 0
	check "nothing stands in the way" wait_for 30 gone $D
	hold 0
	wait_for 20 gone $D
	check "unload it" unload_soon $D
	is "originals" "$(values)" "1 2 3 4"
	is "nothing is redirected" "$(redirected)" 0
}

block_b()		# DESC
{
	check "$1" [ -z "$(ctl "engage $G:lp_ground_b 77 override=type")" ]
	check "is in force" wait_for 20 settled "block-$G:lp_ground_b"
}

give_back_b()
{
	check "disengage" [ -z "$(ctl "disengage $G:lp_ground_b")" ]
	check "it is gone" wait_for 20 gone "block-$G:lp_ground_b"
	is "originals" "$(values)" "1 2 3 4"
}

# replace_around_block VALUES DESC - the first patch is replaced by one that gives
# the blocked function back; this shell read VALUES before it was switched
replace_around_block()
{
	hold 1
	check "a replacement, held open" load $D funcs=dh base=40 replace=1
	check "it stays open" stays_open $D
	for _ in $(seq 100); do
		read -r here < /sys/module/$G/parameters/values
		[ "$here" = "$1" ] || break
		sleep 0.1
	done
	is "$2" "$here" "1 77 3 44"
	hold 0
	check "it completes" wait_for 30 settled $D
	is "blocked" "$(values)" "1 77 3 44"
	check "unload the first" unload_soon $A
}

# A block is not lifted by a replacement, at no time. A newer patch of the
# function itself comes on top of it, as on top of a patch.
replaced_block()
{
	diag "a block of a function that a replacement gives back"
	check "a patch" enable $A funcs=bh base=10
	block_b "a block on top"
	is "it returns its value" "$(values)" "1 77 3 4"
	replace_around_block "1 77 3 4" "who has been switched is blocked still"
	check "a newer patch of the function" enable $B funcs=b base=20
	is "is in force" "$(values)" "1 22 3 44"
	check "disable it" remove $B
	is "blocked again" "$(values)" "1 77 3 44"
	check "disable the replacement" remove $D
	give_back_b
}

# Nor is one that lies under a patch.
covered_block()
{
	diag "a block under a patch that a replacement gives back"
	block_b "a block"
	check "a patch on top" enable $A funcs=bh base=10
	is "is in force" "$(values)" "1 12 3 4"
	replace_around_block "1 12 3 4" "who has been switched is blocked at once"
	check "disable the replacement" remove $D
	give_back_b
}

# A patch of a module may be on a stack as long as the module's exit runs.
replaced_going()
{
	diag "a replacement while the exit function of a module runs"
	check "load the module" load $G2 exit_ms=10000
	check "a patch of it" enable $A funcs=h funcs2=a base=10
	hold 1
	log_mark
	unload $G2 > /dev/null 2>&1 &
	remover=$!
	check "its exit runs" wait_for 9 grep -q "^$G2 .* Unloading" /proc/modules
	check "a replacement, held open" load $D funcs=dh base=40 replace=1
	is "its functions are given back" "$(attr $D $G2/patched)" 1
	wait $remover
	check "the end of the exit runs the originals" log_has "$G2: exit: 1 2 3 4"
	check "the replacement is open still" in_transition $D
	is "it has no business with the module any more" "$(attr $D $G2/patched)" 0
	hold 0
	check "it completes" wait_for 30 settled $D
	check "unload the first" unload_soon $A
	check "disable" remove $D
	is "originals" "$(values)" "1 2 3 4"
	is "nothing is redirected" "$(redirected)" 0
}

# One function under two names
aliases()
{
	diag "two names of one function"
	log_mark
	is "two replacements" "$(load $A funcs=ct)" EINVAL
	check "the log says why" log_has \
		"livepoke: patch '$A' declares two replacements for one function: 'lp_ground_c' and 'lp_ground_twin' are the same"
	check "a patch of the one" enable $A funcs=c base=10
	check "a replacement of the other" enable $D funcs=t base=40 replace=1
	is "in force" "$(values)" "1 2 43 4"
	check "unload the first" unload_soon $A
	check "disable" remove $D
	is "originals" "$(values)" "1 2 3 4"
	is "nothing is redirected" "$(redirected)" 0
}

# The module whose init runs when livepoke comes; livepoke is not loaded here.
late_module()
{
	diag "a module that is loading when livepoke comes"
	load $G2 init_ms=10000 > /dev/null 2>&1 &
	check "its init runs" wait_for 10 grep -q "^$G2 .* Loading" /proc/modules
	check "load livepoke" load livepoke ${1:+lp_break=$1}
	check "load the ground" load $G
	log_mark
	check "a patch of it" enable $A funcs=a funcs2=ab base=10
	check "one that refuses it" enable $B funcs=b funcs2=bc base=20 pre_fail=$G2
	is "not applied to it yet" "$(attr $A $G2/patched)" 0
	check "it has loaded" wait_for 40 grep -q "^$G2 .* Live" /proc/modules
	check "patched then" wait_for 30 patched2
	is "in force" "$(values2)" "11 12 3 4"
	is "callbacks" "$(called)" "pre_patch post_patch"
	check "the log tells of the other" log_has \
		"livepoke: module '$G2' runs without patch '$B': it was loading when livepoke came; unload it and load it again"
	echo none > /sys/module/$B/parameters/pre_fail
	check "load it again" reload2
	is "both are in force" "$(values2)" "11 22 23 4"
	check "disable" remove $B
	check "disable" remove $A
	check "unload the module" unload $G2
	is "nothing is redirected" "$(redirected)" 0
}

# An immediate patch is out at once, but has not called back: its text is in use.
immediate_going()
{
	diag "a module that goes while the text of an immediate patch is in use"
	check "load the module" load $G2
	check "enable" enable $A funcs=h funcs2=a base=10 immediate=1
	hold 1
	sleep 0.3
	log_mark
	check "disable" set_enabled $A 0
	check "it waits" stays_open $A
	check "unload the module" unload $G2
	is "its callbacks" "$(called)" "pre_unpatch post_unpatch"
	hold 0
	check "it is gone" wait_for 30 gone $A
	check "unload it" unload_soon $A
	is "nothing is redirected" "$(redirected)" 0
}

# Nor is such a patch put on a module that comes then.
immediate_coming()
{
	diag "a module that comes while the text of an immediate patch is in use"
	check "enable" enable $A funcs=h funcs2=a base=10 immediate=1
	hold 1
	sleep 0.3
	log_mark
	check "disable" set_enabled $A 0
	check "it waits" stays_open $A
	check "load the module" load $G2
	is "it is not patched" "$(values2) $(attr $A $G2/patched)" "1 2 3 4 0"
	is "nothing is called back" "$(called)" ""
	hold 0
	check "it is gone" wait_for 30 gone $A
	check "unload it" unload_soon $A
	check "unload the module" unload $G2
	is "nothing is redirected" "$(redirected)" 0
}

# Patches that are out, and wait for RCU-tasks to be removed
retired()
{
	diag "a thread that never sleeps keeps replaced patches"
	burn 1
	check "first" enable $A funcs=a base=10
	check "second" enable $B funcs=b base=20
	# ftrace may be waiting for the thread already: insmod ends after it.
	load $D funcs=d base=40 replace=1 > /dev/null 2>&1 &
	loader=$!
	check "one that replaces them" wait_for 30 settled $D
	for old in $A $B; do check "$old is still there" [ -e "$LP_SYS/$old/enabled" ]; done
	is "but do not count" "$(attr $D stack_order)" 1
	burn 0
	wait $loader
	for old in $A $B; do check "unload $old" unload_soon "$old"; done
	check "disable" remove $D
}

taken_back() { [ "$(attr "$P" enabled)" = 0 ]; }

# A function on the exit path waits for RCU-tasks, but nobody else does.
exit_path()
{
	diag "a patch of a function on the exit path, and a thread that never sleeps"
	if ! exits_are_held; then
		is "refused on this kernel" "$(load $ANY name=proc_exit_connector)" EOPNOTSUPP
		return
	fi
	P=$ANY
	burn 1
	load $P name=proc_exit_connector > /tmp/loaded 2>&1 &
	loader=$!
	check "the transition begins" wait_for 10 in_transition $P
	check "and waits" stays_open $P
	check "its files can be read" answers
	check "the patch has loaded" wait_for 10 is_over $loader
	kcall write "$LP_SYS/$P/enabled" 0 > /dev/null 2>&1 &
	check "it can be taken back" wait_for 10 taken_back
	load $G2 > /dev/null 2>&1 &
	check "a module can be loaded" wait_for 10 grep -q "^$G2 .* Live" /proc/modules
	check "it waits still" stays_open $P
	burn 0
	check "it is gone as soon as the thread is" wait_for 30 gone $P
	check "unload it" unload_soon $P
	check "once more, without the thread" enable $P name=proc_exit_connector
	check "disable" remove $P
	check "unload the module" unload $G2
}

symbols()
{
	diag "symbols of a module that comes and goes"
	check "a patch that needs them" enable $BIND
	bound=/sys/module/$BIND/parameters/bound
	log_mark
	is "the module fails to load" "$(load $G2 fail=-19)" ENODEV
	check "they were bound when its init ran" log_has "$G2: init: 203 2 3 4"
	check "and for the callback after it failed" log_has "$BIND: post_unpatch: bound 1"
	is "and are not any more" "$(cat $bound)" 0
	check "now it loads" load $G2
	is "bound again" "$(cat $bound)" 1
	is "in force" "$(values2)" "203 2 3 4"
	expect EAGAIN "the module stays" rmmod $G2
	check "disable" remove $BIND
	check "unload the module" unload $G2
	check "a patch that needs one more" enable $BIND missing=1
	log_mark
	is "the module is refused" "$(load $G2)" ENOENT
	check "the log says why" log_has \
		"livepoke: patch '$BIND' needs symbols that cannot be bound: $G2:lp_no_such_variable \(does not exist\)"
	check "and what follows" log_has \
		"livepoke: patch '$BIND' failed for module '$G2', refusing to load module '$G2'"
	check_fails "it is not loaded" loaded $G2
	is "nothing is bound" "$(cat $bound)" 0
	check "disable" remove $BIND
	check "now it loads" load $G2
	check "unload it" unload $G2
}

# malformed DESC LOG-REGEX PARAMETER...
malformed()
{
	desc=$1 regex=$2
	shift 2
	log_mark
	is "$desc: EINVAL" "$(load $ANY "$@")" EINVAL
	check "$desc: the log says so" log_has "livepoke: patch '$ANY' declares $regex"
	check_fails "$desc: not loaded" loaded $ANY
}

# Whoever sees that the transition is over finds that in the log.
announced()
{
	diag "a transition that is over"
	delay $KLP_ANNOUNCE 3000000
	hold 1
	log_mark
	check "enable, held open" load $A funcs=h
	check "it stays open" stays_open $A
	hold 0
	wait_for 30 settled $A
	check "the log says so by then" log_has "livepoke: '$A': patching complete"
	delay 0 0
	check "disable" remove $A
}

# The reference that a request takes to livepoke is refused.
unloading()
{
	diag "a block while livepoke goes"
	log_mark
	for step in $(seq 20); do
		echo "$step" > $FLT/fault_nth
		err=$(ctl "engage $G:lp_ground_a 1 override=type")
		[ "$err" = ENOMEM ] || break
	done
	echo 0 > $FLT/fault_nth
	is "refused" "$err" ENODEV
	check "the log says why" log_has \
		"livepoke: patch 'block-$G:lp_ground_a' refused: module 'livepoke' is being unloaded"
	check "nothing is blocked" gone "block-$G:lp_ground_a"
}

# So is the reference that a patch takes to a module whose symbols it needs.
module_going()
{
	diag "a symbol of a module that goes"
	check "load the module" load $G2
	for step in $(seq 60); do
		log_mark
		echo "$step" > $FLT/fault_nth
		err=$(load $BIND)
		echo 0 > $FLT/fault_nth
		! log_has "step $step, try_module_get in lp_symbol_bind" > /dev/null || break
		! loaded $BIND || remove $BIND
	done
	is "refused" "$err" ENOENT
	check "the log says why" log_has "$G2:lp_ground_[a-z]* \(its module is going\)"
	check_fails "not loaded" loaded $BIND
	check "unload the module" unload $G2
}

# Requests all the time, and livepoke goes
unloading_race()
{
	diag "requests while livepoke goes"
	for _ in $(seq "$(count 2 100)"); do
		load livepoke
		(while [ -e "$CONTROL" ]; do
			echo "engage vmlinux:lp_no_such 1" > "$CONTROL"
			sleep 0.01
		done) 2> /dev/null &
		writer=$!
		sleep 0.1
		check "unload livepoke" unload_soon livepoke
		! loaded livepoke || kill $writer
		wait $writer
	done
}

clean_up()
{
	[ ! -e $TP/delay_us ] || delay 0 0
	! loaded $G || { hold 0; burn 0; }
	[ ! -e "$CONTROL" ] || ctl "disengage $G:lp_ground_b"
	for patch in $ANY $BIND $D $C $B $A; do
		[ ! -e "$LP_SYS/$patch" ] || disable "$patch"
		! loaded "$patch" || unload_soon "$patch"
	done
	! loaded $G2 || unload $G2
}

late_module
replaced_module
replaced_function
replaced_block
covered_block
replaced_going
aliases
immediate_going
immediate_coming
if [ "$TASKS" ]; then retired; exit_path; fi
symbols
malformed "a function twice, with and without position" \
	"two replacements for function 'cmdline_proc_show'" name=cmdline_proc_show wrong=double1
malformed "an object twice" \
	"object 'vmlinux' twice; put all its functions into one" name=cmdline_proc_show wrong=object2
check "unload the ground" unload $G
check "unload livepoke" unload_soon livepoke
unloading_race

use test
(late_module IGNORE_LATE) > /tmp/broken 2>&1
echo NONE > /sys/module/livepoke/parameters/lp_break
clean_up > /dev/null 2>&1
check "IGNORE_LATE: late_module notices" grep -q '^not ok' /tmp/broken
mistake KEEP_NOPS replaced_module
mistake KEEP_NOPS replaced_function
mistake NOP_LIFTS_BLOCK replaced_block
mistake NOP_LIFTS_BLOCK covered_block
mistake GOING_UNSEEN replaced_going
mistake ALIASES aliases
mistake NO_GOING_CALLBACK immediate_going
mistake OUT_APPLIES immediate_coming
if [ "$TASKS" ]; then mistake RETIRED_COUNT retired; fi
if [ "$TASKS" ] && exits_are_held; then mistake EXITS_LOCKED exit_path; fi
mistake KEEP_SYMBOLS symbols
mistake SYMBOLS_FIRST symbols
unloading
module_going
check "load a module that the points want" load lp_test_target
check "load the points" load tp_klp
announced
mistake ANNOUNCE_LATE announced
check "unload the points" unload tp_klp
check "unload what they wanted" unload lp_test_target
check "all is in order again" wait_for 10 in_order
check "unload the ground" unload $G

# livepoke goes before a module that it was told of has loaded.
load $G2 init_ms=10000 > /dev/null 2>&1 &
check "a module is loading" wait_for 10 grep -q "^$G2 .* Loading" /proc/modules
log_mark
check "unload livepoke" unload_soon livepoke
check "nothing of it is left" log_has "test fault: 0 allocations left"
check "the module has loaded" wait_for 40 grep -q "^$G2 .* Live" /proc/modules
check "unload it" unload $G2
done_testing
