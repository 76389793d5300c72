# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
#
# What a user can get wrong: one line that names cause and cure, the errno
# kept, the documented exit status, and nothing done.
. /lp/lib.sh
. /lp/klp.sh
. /lp/cli.sh

A=$LP_KO/lp_test_klp_any.ko
long=$(printf '%0300d' 0)
newline='a
b'
escape=$(printf 'a\033[31mb')

# Bad command lines
exits 2 "unknown command" livepoke frobnicate
exits 2 "a command with control characters" livepoke "$escape"
exits 2 "a command with a newline" livepoke "$newline"
exits 2 "an empty command" livepoke ""
exits 2 "unknown option" livepoke --frobnicate
exits 2 "unknown option of a command" livepoke status --frobnicate
exits 2 "an option of another command" livepoke status --yes
for cmd in load unload enable disable blockers force; do
	exits 2 "$cmd without argument" livepoke $cmd
done
for cmd in unload enable disable blockers force status; do
	exits 2 "$cmd with too many arguments" livepoke $cmd a b
done
exits 2 "doctor takes no argument" livepoke doctor a
for t in x "" -1 1s nan inf 1e99; do
	exits 2 "timeout '$t'" livepoke load --timeout="$t" x
done
exits 2 "an option without its value" livepoke load x --timeout

# Names and files
check "load livepoke" load livepoke
for name in "" "$long" "$newline" "$escape" "a b" ../x /etc /dev/null; do
	rc=5
	case $name in */*) ;; *) rc=5 ;; esac
	exits $rc "disable '$(printf %.20s "$name" | cat -v)'" livepoke disable "$name"
	exits $rc "status '$(printf %.20s "$name" | cat -v)'" livepoke status "$name"
done
exits 5 "load a file that is not there" livepoke load /no/such.ko
exits 5 "load a name that is not there" livepoke load no_such_patch
exits 2 "load an empty name" livepoke load ""
exits 2 "load a long name" livepoke load "$long"
exits 2 "load a name with an escape" livepoke load "$escape"
exits 2 "load a directory" livepoke load /lp/
exits 2 "load a file that is no module" livepoke load /lp/lib.sh
: > /tmp/empty.ko
exits 1 "load an empty file" livepoke load /tmp/empty.ko
head -c 1000 "$A" > /tmp/lp_test_klp_any.ko
exits 1 "load a truncated module" livepoke load /tmp/lp_test_klp_any.ko
head -c 100000 /dev/urandom > /tmp/noise.ko
exits 1 "load noise" livepoke load /tmp/noise.ko
mkdir -p /tmp/dir.ko
exits 2 "load a directory named like a module" livepoke load /tmp/dir.ko
exits 1 "load a module that is no patch" livepoke load "$LP_KO/lp_test_target.ko"
check "says so" said "is no live patch"
load lp_test_target > /dev/null
exits 1 "load a module that is no patch, and there" livepoke load "$LP_KO/lp_test_target.ko"
check "says so" said "is no live patch"
check "and it is still there" loaded lp_test_target
unload lp_test_target > /dev/null
exits 5 "unload a module that is no patch" livepoke unload livepoke
exits 5 "force what is not loaded" livepoke force --yes x
exits 5 "blockers of what is not loaded" livepoke blockers x

# What the kernel refuses: its reason is in the line
exits 5 "unknown function" livepoke load "$A" name=no_such_function
check "the reason" said "no_such_function.*\(ENOENT\)"
exits 1 "no name" livepoke load "$A" wrong=empty
check "the reason" said "without a name.*\(EINVAL\)"
exits 1 "no objects" livepoke load "$A" wrong=noobjs
check "the reason" said "without .*objects.*\(EINVAL\)"
exits 1 "NULL function" livepoke load "$A" name=cmdline_proc_show wrong=null
check "the reason" said "cmdline_proc_show.*\(EINVAL\)"
exits 1 "unknown parameter value" livepoke load "$A" sympos=x name=cmdline_proc_show
check "the reason" said "invalid.*sympos|sympos.*invalid|EINVAL"
exits 1 "sympos too high" livepoke load "$A" sympos=7 name=cmdline_proc_show
check "the reason" said "position 7"
sed 's/ SMP \(preempt\|mod_unload\)/ SMX \1/' "$A" > /tmp/lp_other.ko
exits 1 "a module for another kernel" livepoke load /tmp/lp_other.ko
check "the reason" said "version magic.*ENOEXEC.*build it"
# Newer kernels have a switch that cannot be turned.
if kcall write /proc/sys/kernel/ftrace_enabled 0 > /tmp/err; then
	is "ftrace off" "$(cat /proc/sys/kernel/ftrace_enabled)" 0
	reports 7 "doctor finds it" livepoke doctor
	check "and its cure" printed "cure: sysctl kernel.ftrace_enabled=1"
	echo 1 > /proc/sys/kernel/ftrace_enabled
else
	is "ftrace cannot be turned off" "$(cat /tmp/err)" EOPNOTSUPP
	reports 0 "doctor finds nothing" livepoke doctor
fi
reports 0 "status at the end" livepoke status
check "nothing is patched" printed "no live patches"

# Output that cannot be written
livepoke status > /dev/full 2>/tmp/typed.err
is "a full disk is noticed" $? 1
check "and named" said "cannot write.*ENOSPC"

# Not root
mkdir -p /etc
echo 'nobody:x:65534:65534::/:/bin/sh' > /etc/passwd
chmod 755 /
for cmd in "load $A" "unload x" "enable x" "disable x" "force --yes x" "blockers x"; do
	exits 3 "not root: $cmd" su nobody -c "livepoke $cmd"
	check "says so at once" said "needs root.*\(EPERM\).*sudo"
done
exits 0 "not root: status" su nobody -c "livepoke status"
exits 0 "not root: status --json" su nobody -c "livepoke status --json"

check "unload livepoke" unload_soon livepoke
done_testing
