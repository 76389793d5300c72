# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Owners of sites that come, go and forget; livepoke itself leaving.
# limit: 400
. /lp/lib.sh
. /lp/poke.sh

use product
check "livepoke loads" load livepoke
check "a module that shows an instruction's effect" load lp_test_poke_value
v=/sys/module/lp_test_poke_value/parameters/value
is "original" "$(cat $v)" 1
check "a module that pokes it" load lp_test_poke_left
is "poked" "$(cat $v) $(cat /sys/module/lp_test_poke_left/parameters/value)" "77 77"
check_fails "livepoke cannot be removed while a site is held" unload livepoke
log_mark
check "the module goes and forgets its site" unload lp_test_poke_left
is "the original bytes are back" "$(cat $v)" 1
check "the log says so" log_has "lp_test_poke_left did not release 1 sites; restored"
check "it comes again" load lp_test_poke_left
is "poked again" "$(cat $v)" 77
log_mark
is "nobody else can have the site" "$(load lp_test_poke_left2 \
	want="$(cat /sys/module/lp_test_poke_left/parameters/addr)")" EBUSY
check "the log says whose it is" log_has \
	"livepoke: cannot prepare int_pow\+.*: lp_test_poke_left holds a site there"
is "it is as it was" "$(cat $v)" 77
echo 1 > /sys/module/lp_test_poke_left/parameters/release
check "and goes properly" unload lp_test_poke_left
is "restored" "$(cat $v)" 1

# A kprobe on the site keeps the module from going, until it leaves
check "it comes once more" load lp_test_poke_left
mount -t tracefs none /sys/kernel/tracing 2>/dev/null || :
printf 'p:lp_in_the_way 0x%x\n' "$(cat /sys/module/lp_test_poke_left/parameters/addr)" \
	> /sys/kernel/tracing/kprobe_events
echo 1 > /sys/kernel/tracing/events/kprobes/lp_in_the_way/enable
echo 0 > /sys/module/lp_test_poke_left/parameters/release
log_mark
( unload lp_test_poke_left; echo $? > /tmp/left.rc ) &
check "the module waits for the kprobe to leave" wait_for 20 log_has "lp_test_poke_left cannot go until"
check "the log says why" log_has "livepoke: cannot poke int_pow\+.*: a kprobe"
check "it has not gone" [ ! -e /tmp/left.rc ]
is "the poked instruction is still executed" "$(cat $v)" 77
echo 0 > /sys/kernel/tracing/events/kprobes/lp_in_the_way/enable
echo > /sys/kernel/tracing/kprobe_events
check "then it goes" wait_for 30 [ -s /tmp/left.rc ]
is "restored again" "$(cat $v) $(cat /tmp/left.rc)" "1 0"

check "a module that holds a site and depends on nothing" load lp_test_poke_loose
check_fails "livepoke cannot be removed: the site holds it" unload livepoke
log_mark
check "that module goes" unload lp_test_poke_loose
check "its site was released for it" log_has "lp_test_poke_loose did not release 1 sites; restored"
check "livepoke unloads" unload livepoke
check "the module that looked, too" unload lp_test_poke_value

check "sample poke_call" eval 'load livepoke && load poke_call'
c=/sys/module/poke_call/parameters
is "calls the first implementation" "$(cat $c/compute)" 21
check "both calls were found" log_has "poke_call: 2 direct calls found"
for i in 1 2 3; do
	echo 1 > $c/multiply
	is "retargeted, $i" "$(cat $c/compute)" 20
	echo 0 > $c/multiply
	is "and back, $i" "$(cat $c/compute)" 21
done
echo 1 > $c/multiply
check "it unloads while retargeted" unload poke_call
check "sample poke_branch" load poke_branch
b=/sys/module/poke_branch/parameters
is "off at first" "$(cat $b/work)" 0
echo 1 > $b/counting
is "on" "$(cat $b/work) $(cat $b/work)" "1 2"
echo 0 > $b/counting
is "off again" "$(cat $b/work)" 2
echo 1 > $b/counting
check "it unloads while on" unload poke_branch
check "livepoke unloads" unload livepoke

# Many sites that are left behind go back together
check "livepoke and the test module load" pk_load
check "256 sites are poked and left" pk batch n=256 flips=1 hammer=0 leave=1
pk_clear
log_mark
check "their module goes" unload tp_poke
is "one batch restores them" "$(pk_stat batches) $(pk_stat pokes)" "1 256"
check "the log says so" log_has "tp_poke did not release 256 sites; restored"
check "livepoke unloads" unload livepoke

# A storm, and livepoke gone at once
for i in $(count "1 2" "1 2 3 4 5 6 7 8 9 10"); do
	pk_load || bail "cannot load"
	pk hammer flips="$(count 150 1000)" || not_ok "storm $i" "$(pk_show)"
	pk_unload || not_ok "unload after storm $i"
	sleep 0.2
done
ok "livepoke unloaded right after a storm, no late breakpoint killed the kernel"

# The site is executed all the while, as livepoke comes, pokes and goes
use product
x=/sys/module/lp_test_poke_exec/parameters/seen
check "a module that executes a site without a pause" load lp_test_poke_exec
cycles=$(count 4 100)
done=0
while [ $done -lt "$cycles" ]; do
	read -r old new _ < $x
	load livepoke || break
	load lp_test_poke_left || break
	read -r _ poked _ < $x
	unload lp_test_poke_left || break
	unload livepoke || break
	read -r restored after wrong < $x
	[ "$restored" -gt "$old" ] || break
	[ "$poked" -ge "$new" ] || break
	[ "$wrong" = 0 ] || break
	done=$((done + 1))
done
sleep 0.2
read -r restored last wrong < $x
check "livepoke went $cycles times under it ($done)" [ $done = "$cycles" ]
check "old ($restored) and new ($last) were executed" [ "$restored" -gt 1000 -a "$last" -gt 0 ]
is "no other result, and no new one since livepoke went" "$wrong $last" "0 $after"
check "it unloads" unload lp_test_poke_exec
done_testing
