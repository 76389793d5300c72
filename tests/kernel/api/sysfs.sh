# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 120
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
ADDED='blockers|timing|redirect|replace|stack_order'
PATCHED=vmlinux/patched

# Path, type, mode and owner of everything below a patch
shape()
{
	(cd "$LP_SYS/$1" && find . -exec stat -c '%n %F %a %u:%g' {} +) |
		grep -vE "^\./($ADDED) " | sort
}

# What a reader reads
contents()
{
	for f in enabled transition ${PATCHED:+"$PATCHED"}; do
		echo "$f: $(attr "$1" "$f")"
	done
}

# What a writer is told, for a finished patch: nothing here starts anything
answers()
{
	for f in enabled transition force ${PATCHED:+"$PATCHED"}; do
		for value in 1 y on 2 x -1 '1 1' ' 0'; do
			echo "'$value' to $f: $(kcall write "$LP_SYS/$1/$f" "$value")"
		done
	done
	echo "0 to force: $(kcall write "$LP_SYS/$1/force" 0)"
}

# describe ROOT PATCH FILE - enable the patch, describe it, remove it
describe()
{
	LP_SYS=$1
	check "$1: enable" enable "$2"
	# Older kernels do not say it of an object.
	[ -e "$LP_SYS/$2/$PATCHED" ] || ADDED="$ADDED|$PATCHED" PATCHED=
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
is "without CAP_SYS_ADMIN enabled cannot be written" \
	"$(nocap kcall write "$OURS/$P/enabled" 0)" EPERM
is "nor force" "$(nocap kcall write "$OURS/$P/force" 1)" EPERM
is "and nothing happened" "$(attr $P enabled)$(attr $P transition)" 10
check "remove" remove $P
check "the patch's directory is gone" gone $P
check "unload livepoke" unload_soon livepoke
done_testing
