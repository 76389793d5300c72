# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
#
# Blocking and giving back a function, and what the kernel refuses.
. /lp/lib.sh
. /lp/klp.sh
. /lp/cli.sh

F=cmdline_proc_show
newline="$F
engage do_exit"

exits 4 "block without livepoke.ko anywhere" livepoke block $F 0
check "says what to install" said "livepoke-dkms"
install_modules livepoke
golden "livepoke.ko comes along" livepoke block $F 0 <<'EOF'
cmdline_proc_show: blocked
[0]
EOF
exits 0 "unblock" livepoke unblock $F
uninstall_modules
golden "nothing is blocked" livepoke blocked <<'EOF'
no blocked functions
[0]
EOF
golden "block" livepoke block $F 0 <<'EOF'
cmdline_proc_show: blocked
[0]
EOF
is "the function does nothing" "$(cat /proc/cmdline)" ""
golden "blocked" livepoke blocked <<'EOF'
FUNCTION                          RETURNS   STATE        CALLS
cmdline_proc_show                 0         patched      1
[0]
EOF
golden "status shows it as a patch" livepoke status block-$F <<'EOF'
PATCH                    STATE       TASKS    TRANSITION  FUNCTIONS
block-cmdline_proc_show  patched         - T ms  cmdline_proc_show
[0]
EOF
exits 0 "metrics" livepoke status --metrics
check "have the counter" printed "^livepoke_block_hits_total{patch=\"block-$F\"} 1$"
exits 0 "block again, likewise" livepoke block $F 0x0
exits 1 "block again, otherwise" livepoke block $F 1
golden "unblock" livepoke unblock $F <<'EOF'
cmdline_proc_show: not blocked
[0]
EOF
check "the function is back" grep -q console /proc/cmdline
golden "unblock again" livepoke unblock $F <<'EOF'
cmdline_proc_show: not blocked
[0]
EOF
golden "a negative number" livepoke block $F -1 <<'EOF'
cmdline_proc_show: blocked
[0]
EOF
exits 0 "the same, by name" livepoke block $F EPERM
exits 0 "likewise" livepoke block $F -EPERM
exits 0 "unblock" livepoke unblock $F

exits 5 "block what is not there" livepoke block no_such_function 0
check "says why" said "no_such_function.*\(ENOENT\)"
exits 3 "block a function on the deny list" livepoke block do_exit EPERM
check "says why" said "cannot block 'do_exit': .*\(override: deny\).*\(EPERM\)"
exits 1 "an unknown error name" livepoke block $F EFROBNICATE
exits 1 "a number too large" livepoke block $F 99999999999999999999
exits 2 "no function" livepoke block ""
exits 2 "two lines" livepoke block "$newline" 0
exits 2 "two lines in the value" livepoke block $F "0
disengage x"
exits 2 "blanks" livepoke block "$F 0 override=deny" 0
exits 2 "a bad override" livepoke block --override="deny x" $F 0
exits 2 "unblock: two lines" livepoke unblock "$newline"
exits 2 "too many words" livepoke block $F 0 1

# A module that is not there yet, and has no type information
M=lp_test_target
install_modules livepoke $M
echo kernel/lib/lp-made-up.ko > "/lib/modules/$LP_RELEASE/modules.builtin"
/lp/bin/depmod
golden "block, before its module is there" livepoke block --override=type lp-test-target:lp_target_f 5 <<'EOF'
lp_test_target:lp_target_f: blocked as soon as lp_test_target is loaded
[0]
EOF
golden "blocked says that it waits" livepoke blocked <<'EOF'
FUNCTION                          RETURNS   STATE        CALLS
lp_test_target:lp_target_f        5         waiting      0
[0]
EOF
check "load the module" load $M
golden "blocked says that it is" livepoke blocked <<'EOF'
FUNCTION                          RETURNS   STATE        CALLS
lp_test_target:lp_target_f        5         patched      0
[0]
EOF
golden "unblock, as it was typed" livepoke unblock lp-test-target:lp_target_f <<'EOF'
lp_test_target:lp_target_f: not blocked
[0]
EOF
golden "block, of a module that is there" livepoke block --override=type lp-test-target:lp_target_f 5 <<'EOF'
lp_test_target:lp_target_f: blocked
[0]
EOF
exits 0 "unblock" livepoke unblock $M:lp_target_f
check "unload the module" unload_soon $M
golden "block, of a module that modprobe does not know" livepoke block --override=type nosuch:f 0 <<'EOF'
nosuch:f: blocked as soon as nosuch is loaded
! livepoke: modprobe knows no module 'nosuch': is it spelled right?
[0]
EOF
exits 0 "unblock" livepoke unblock nosuch:f
golden "block, of a module that is built in" livepoke block lp_made_up:f 0 <<'EOF'
! livepoke: the module 'lp_made_up' is built into this kernel; block f
[5]
EOF
uninstall_modules
golden "a function of the kernel, with vmlinux in front" livepoke block vmlinux:$F 0 <<'EOF'
cmdline_proc_show: blocked
[0]
EOF
exits 0 "unblock" livepoke unblock vmlinux:$F

again_and_again()
{
	n=$(count 20 200)
	while [ "$n" -gt 0 ]; do
		echo "engage $F 0" > "$LP_SYS/control" || return 1
		wait_for 20 settled "block-$F" || return 1
		echo "disengage $F" > "$LP_SYS/control" || return 1
		wait_for 20 over "block-$F" || return 1
		n=$((n - 1))
	done
}
check "block again at once, while the last one is being removed" again_and_again
check "nothing is blocked" wait_for 20 sh -c 'livepoke blocked | grep -q "no blocked functions"'
check "unload livepoke" unload_soon livepoke
done_testing
