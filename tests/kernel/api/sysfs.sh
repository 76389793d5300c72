# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 300
#
# /sys/kernel/livepoke has the shape of /sys/kernel/livepatch: the same
# names, types, modes, owners, contents and answers to writes as this kernel
# has there, compared in one boot. What livepoke adds is listed in ADDED.
. /lp/lib.sh
. /lp/klp.sh

K=lp_test_klp_kernel
P=patch_cmdline
OURS=$LP_SYS
THEIRS=/sys/kernel/livepatch
ADDED='blockers|timing|redirect'
# What older kernels do not say; compared where both do.
LATER='replace stack_order vmlinux/patched'

# Path, type, mode and owner of everything below a patch
shape()
{
	(cd "$LP_SYS/$1" && find . -exec stat -c '%n %F %a %u:%g' {} +) |
		grep -vE "^\./($ADDED) " | sort
}

# What a reader reads
contents()
{
	for f in enabled transition $LATER; do
		echo "$f: $(attr "$1" "$f")"
	done
}

# What a writer is told, for a finished patch: nothing here starts anything
answers()
{
	for f in enabled transition force $LATER; do
		for value in 1 y on 2 x -1 '1 1' ' 0'; do
			echo "'$value' to $f: $(kcall write "$LP_SYS/$1/$f" "$value")"
		done
	done
	echo "0 to force: $(kcall write "$LP_SYS/$1/force" 0)"
}

# Files of LATER that this patch has not are livepoke's own.
drop_missing()
{
	both=''
	for f in $LATER; do
		if [ -e "$LP_SYS/$1/$f" ]; then both="$both $f"; else ADDED="$ADDED|$f"; fi
	done
	LATER=$both
}

# describe ROOT PATCH FILE - enable the patch, describe it, remove it
describe()
{
	LP_SYS=$1
	check "$1: enable" enable "$2"
	drop_missing "$2"
	shape "$2" > "$3.shape"
	contents "$2" > "$3.contents"
	answers "$2" > "$3.answers"
	is "$1: still enabled and at rest" "$(attr "$2" enabled)$(attr "$2" transition)" 10
	check "$1: remove" remove "$2"
	LP_SYS=$OURS
}

check "load livepoke" load livepoke
if [ -d $THEIRS ]; then
	is "mode and owner of the directory" "$(stat -c '%a %u:%g' "$OURS")" \
		"$(stat -c '%a %u:%g' $THEIRS)"
	describe $THEIRS $K /tmp/theirs
	describe "$OURS" $P /tmp/ours
	check "names, types, modes and owners are the same" \
		diff /tmp/theirs.shape /tmp/ours.shape
	check "contents are the same" diff /tmp/theirs.contents /tmp/ours.contents
	check "answers to writes are the same" diff /tmp/theirs.answers /tmp/ours.answers
	diag "$(cat /tmp/ours.shape /tmp/ours.contents /tmp/ours.answers)"
else
	skip "compared with livepatch" "this kernel has none"
fi

check "enable" enable $P
is "enabled is 0644" "$(stat -c %a "$OURS/$P/enabled")" 644
is "transition is 0444" "$(stat -c %a "$OURS/$P/transition")" 444
is "blockers is 0400" "$(stat -c %a "$OURS/$P/blockers")" 400
is "a function's directory counts from 1" "$(cd "$OURS/$P/vmlinux" && ls -d ./*,*)" \
	./cmdline_proc_show,1

diag "what is refused, and what the log says"
# told ERRNO FILE VALUE CAUSE [COMMAND...] - the cause, and then who it was
told()
{
	error=$1 file=$2 value=$3 cause=$4
	shift 4
	number=$(case $error in (EPERM) echo 1 ;; (EINVAL) echo 22 ;; esac)
	log_mark
	is "'$value' to $file: $error" "$("$@" kcall write "$LP_SYS/$P/$file" "$value")" "$error"
	check "'$value' to $file: why" log_has "$cause$"
	check "'$value' to $file: who" log_has \
		"livepoke: $P/$file: kcall\[[0-9]+\] uid 0 refused \(-$number\): '$value'$"
	is "'$value' to $file: that is all" \
		"$(log_since | grep 'livepoke: ' | grep -vc 'signaling')" 2
}
told EPERM enabled 0 "livepoke: enabled: writing needs CAP_SYS_ADMIN" nocap
told EPERM force 1 "livepoke: force: writing needs CAP_SYS_ADMIN" nocap
told EINVAL enabled 1 "livepoke: patch '$P' is enabled already"
told EINVAL enabled x "livepoke: enabled of patch '$P' takes 0 or 1"
told EINVAL enabled " 0" "livepoke: enabled of patch '$P' takes 0 or 1"
told EINVAL force x "livepoke: force of patch '$P' takes 0 or 1"
told EINVAL force 1 "livepoke: patch '$P' is not in transition, nothing is to be forced"
log_mark
is "a line that is none" "$(kcall write "$OURS/$P/enabled" "$(printf '2\nlivepoke: forged')")" EINVAL
check_fails "does not become one" log_has "^[^']*livepoke: forged"
is "nothing happened" "$(attr $P enabled)$(attr $P transition)" 10

log_mark
check "remove" remove $P
check "the log has who did it" log_has "livepoke: $P/enabled: kcall\[[0-9]+\] uid 0: '0'$"
check "the patch's directory is gone" gone $P

P=lp_test_klp_pair
check "load the target" load lp_test_target
lptarget hold dsleep > /tmp/held &
check "a task sleeps in the function" wait_for 10 inside 1
check "a patch that it holds in transition" load $P
check "is in transition" in_transition $P
told EINVAL enabled 1 "livepoke: patch '$P' is enabled already"
lptarget hold dsleep > /tmp/held-new &
check "another one sleeps in the new function" wait_for 10 inside 2
log_mark
is "reverse" "$(kcall write "$OURS/$P/enabled" 0)" ""
check "the log has who did it" log_has "livepoke: $P/enabled: kcall\[[0-9]+\] uid 0: '0'$"
told EINVAL enabled 0 "livepoke: patch '$P' is disabled already"
lptarget release
wait
check "it goes" wait_for 30 gone $P
check "unload" unload_soon $P

# A thread that never sleeps holds up RCU-tasks, for which ftrace waits on the
# kernels that have it; so long the rest of a disabled patch is there.
lptarget kthreads idle-busy 1
check "enable" enable $P
is "disable" "$(kcall write "$OURS/$P/enabled" 0)" ""
check "the transition ends" wait_for 30 over $P
sleep 0.5
if gone $P; then
	diag "this kernel's ftrace does not wait for the thread"
else
	told EINVAL enabled 1 "patch '$P' is disabled for good; once it is gone, load it again"
fi
lptarget kstop
check "it goes" wait_for 30 gone $P
check "unload" unload_soon $P
check "unload the target" unload lp_test_target
check "unload livepoke" unload_soon livepoke
done_testing
