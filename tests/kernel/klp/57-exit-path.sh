# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
#
# A function that tasks run when nobody can find them any more: patched where
# RCU-tasks holds an exiting task until it is gone, else refused.
. /lp/lib.sh
. /lp/klp.sh

P=lp_test_klp_any
FUNCTION=proc_exit_connector	# what it does, nobody here listens to

some_exit() { for _ in $(seq 50); do /bin/true; done; }

check "load livepoke" load livepoke
log_mark
if exits_are_held; then
	check "accepted" enable $P name=$FUNCTION
	check "tasks exit in it" some_exit
	check "disable and unload" remove $P
	check "tasks exit" some_exit
else
	is "refused" "$(load $P name=$FUNCTION)" EOPNOTSUPP
	check "the log says why" log_has \
		"livepoke: function '$FUNCTION' cannot be patched on this kernel: an exiting task may sleep in it and nothing can wait for that; patch what calls it, or what it calls"
	check "nothing in sysfs" gone $P
	check_fails "not loaded" loaded $P
fi
check "unload livepoke" unload_soon livepoke
done_testing
