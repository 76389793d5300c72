# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 200
#
# A transition that waits: what the user sees of it, on a terminal and not,
# and how to get out of it.
. /lp/lib.sh
. /lp/klp.sh
. /lp/cli.sh

P=lp_test_klp_pair

# tty COMMAND... - on a terminal; the output with visible escapes
tty() { ptyrun "$@" > /tmp/tty.raw; lp_rc=$?; tr '\r\033' '\n^' < /tmp/tty.raw > /tmp/tty; return $lp_rc; }
shown() { grep -Eq -- "$1" /tmp/tty || { cat /tmp/tty; return 1; }; }
not_shown() { ! shown "$1" > /dev/null; }

check "load livepoke" load livepoke
check "load the target" load lp_test_target
hold_f dsleep

golden "load --no-wait returns at once" livepoke load --no-wait "$LP_KO/$P.ko" <<'EOF'
lp_test_klp_pair: patching
[0]
EOF
wait_for 20 sh -c "[ \$(wc -l < $LP_SYS/$P/blockers) = 1 ]"
golden "status shows one task left" livepoke status <<'EOF'
PATCH             STATE       TASKS    TRANSITION  FUNCTIONS
lp_test_klp_pair  patching        1 T ms  lp_test_target:lp_target_f lp_test_target:lp_target_g
[0]
EOF
reports 7 "status --check is not content" livepoke status --check
golden "blockers, in plain words" livepoke blockers $P <<'EOF'
lp_test_klp_pair: patching, waiting for 1 task for T s:
  task 'lptarget' (pid N) stands in lp_target_f [lp_test_target], which the transition changes
    it switches when lp_target_f returns; it sleeps and cannot be interrupted: what it waits for has to come
[0]
EOF
golden "enable --timeout gives up, and says so" livepoke enable --timeout 0.5 $P <<'EOF'
! livepoke: timed out: the transition of 'lp_test_klp_pair' is still waiting for 1 task after T s; it goes on by itself; see livepoke blockers lp_test_klp_pair
[6]
EOF
golden "another patch must wait" livepoke load "$LP_KO/patch_cmdline.ko" <<'EOF'
! livepoke: cannot load 'patch_cmdline': patch 'patch_cmdline' must wait: the transition of 'lp_test_klp_pair' is running: Device or resource busy (EBUSY); livepoke status shows what is going on
[1]
EOF

tty livepoke enable --timeout 2 $P
is "on a terminal: status 6" $? 6
check "a bar, tasks left, time, who blocks" \
	shown "^\[[#-]{20}\] 1 task left, [0-9.]+ s: lptarget\[[0-9]+\] in lp_target_f\^"
check "lines fit the terminal" sh -c '! sed "s/\^.*//" /tmp/tty | grep -q "^.\{81\}"'
tty -c "task left" livepoke enable $P
is "Ctrl-C ends the waiting" $? 6
check "not the transition" in_transition $P
check "and says so" shown "interrupted: .* it goes on by itself"
NO_COLOR=1 tty livepoke status
check "no colour with NO_COLOR" not_shown '\^\[3'
tty livepoke status
check "colours on a terminal" shown '\^\[33mpatching'
TERM=dumb tty livepoke status
check "no colour on a dumb terminal" not_shown '\^\[3'
livepoke status > /tmp/tty
check "no colour in a file" not_shown '\^|\[3'

livepoke events --seconds 60 > /tmp/events 2>&1 &
events=$!
wait_for 10 grep -q "$P: patching, 1 task left" /tmp/events
ok_events=$?
(sleep 1; release_f) &
tty livepoke enable $P
is "the waiting ends with the transition" $? 0
check "the bar is wiped" sh -c 'tail -n 3 /tmp/tty | grep -q "patched, 2 functions, in"'
wait $!
wait_for 10 grep -q "$P: patched$" /tmp/events
kill $events
wait $events
is "events: the transition was seen waiting" $ok_events 0
check "events: and its end" grep -Eq "^[0-9:]{8} $P: patched$" /tmp/events
wait "$LP_HOLD"

# Out of it, both ways
hold_f dsleep
exits 6 "disable --timeout" livepoke disable --timeout 0.5 $P
golden "status: on its way out" livepoke status <<'EOF'
PATCH             STATE       TASKS    TRANSITION  FUNCTIONS
lp_test_klp_pair  unpatching      1 T ms  lp_test_target:lp_target_f lp_test_target:lp_target_g
[0]
EOF
exits 0 "enable takes the disable back, whoever is still inside" \
	livepoke enable --timeout 30 $P
check "the task is still inside" inside 1
release_f
exits 0 "unload" livepoke unload $P

# Force
hold_f dsleep
exits 0 "load" livepoke load --no-wait "$LP_KO/$P.ko"
wait_for 20 sh -c "[ \$(wc -l < $LP_SYS/$P/blockers) = 1 ]"
exits 8 "force does not act without being told twice" livepoke force $P
check "says how" said "yes forces without asking"
tty -a n livepoke force $P
is "force asks; no" $? 8
check "names the task" shown "stands in lp_target_f"
check "says what it means" shown "can never be unloaded"
check "still waiting" in_transition $P
exits 0 "disable takes it back, whoever is still inside" \
	livepoke disable --timeout 30 $P
check "the task is still inside" inside 1
release_f
exits 0 "unload" livepoke unload --timeout 60 $P

check "unload the target" unload_soon lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
