# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What the tests of the livepoke command share: ". /lp/cli.sh" after lib.sh
# and klp.sh. /lp/bin/livepoke is built with ASan and UBSan. That takes half of the
# time of these tests in an emulator: after the first kernel it is the command as
# it is shipped.

export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=halt_on_error=1:exitcode=99
if [ "${LP_COUNTS:-ci}" = part ]; then
	mkdir -p /tmp/bin
	ln -sf /lp/bin/livepoke-product /tmp/bin/livepoke
	PATH=/tmp/bin:$PATH
fi

# typed COMMAND... - run it as a user does; prints its output, its errors
# behind "! ", and its exit status. Times and process ids are made equal.
typed()
{
	"$@" > /tmp/typed.out 2> /tmp/typed.err < /dev/null
	lp_rc=$?
	{
		cat /tmp/typed.out
		sed 's/^/! /' /tmp/typed.err
		echo "[$lp_rc]"
	} | sed -E 's/ +[0-9]+\.[0-9] ms/ T ms/g; s/[0-9]+\.[0-9] s\b/T s/g
		s/pid [0-9]+/pid N/g; s/(kill -(STOP|CONT)) [0-9]+/\1 N/g
		s/process [0-9]+/process N/g; s/ CPU [0-9]+/ CPU N/g
		s/[[:space:]]+$//'
	return 0
}

# golden DESC COMMAND... < EXPECTED - what typed() prints is exactly that
golden()
{
	lp_desc=$1
	shift
	cat > /tmp/wanted
	typed "$@" > /tmp/got
	if cmp -s /tmp/wanted /tmp/got; then
		ok "$lp_desc"
	else
		not_ok "$lp_desc" "$* (- wanted, + got)" "$(diff -U9 /tmp/wanted /tmp/got | tail -n +3)"
	fi
}

# exits STATUS DESC COMMAND... - the exit status, and that a failure has
# exactly one line on standard error that names the command
exits()
{
	lp_want=$1
	lp_desc=$2
	shift 2
	"$@" > /tmp/typed.out 2> /tmp/typed.err < /dev/null
	lp_rc=$?
	if [ $lp_rc != "$lp_want" ]; then
		not_ok "$lp_desc" "status $lp_rc, wanted $lp_want: $*" "$(cat /tmp/typed.out /tmp/typed.err)"
	elif grep -q 'Sanitizer\|runtime error' /tmp/typed.err; then
		not_ok "$lp_desc" "$(cat /tmp/typed.err)"
	elif [ "$lp_want" != 0 ] && [ "$(sed '/^Try /,$d' /tmp/typed.err | wc -l)" != 1 ]; then
		not_ok "$lp_desc" "not one line:" "$(cat /tmp/typed.err)"
	elif [ "$lp_want" != 0 ] && ! grep -q '^livepoke[ :]' /tmp/typed.err; then
		not_ok "$lp_desc" "it does not say who speaks:" "$(cat /tmp/typed.err)"
	elif grep -q '[[:cntrl:]]' /tmp/typed.err; then
		not_ok "$lp_desc" "control characters:" "$(cat -v /tmp/typed.err)"
	else
		ok "$lp_desc"
	fi
}

# reports STATUS DESC COMMAND... - the exit status of one that prints findings
reports()
{
	lp_want=$1
	lp_desc=$2
	shift 2
	"$@" > /tmp/typed.out 2> /tmp/typed.err < /dev/null
	is "$lp_desc" "$? $(cat /tmp/typed.err)" "$lp_want "
}

# said REGEX - the last command's standard error has it
said() { grep -Eq -- "$1" /tmp/typed.err || { cat /tmp/typed.err; return 1; }; }
printed() { grep -Eq -- "$1" /tmp/typed.out || { cat /tmp/typed.out; return 1; }; }

# install_modules NAME... - where modprobe finds them, as after a DKMS build
install_modules()
{
	lp_dir=/lib/modules/$LP_RELEASE
	mkdir -p "$lp_dir/updates/dkms"
	for lp_ko; do
		# shellcheck disable=SC2153 # of lib.sh
		cp "$LP_KO/$lp_ko.ko" "$lp_dir/updates/dkms/"
	done
	: > "$lp_dir/modules.order"
	: > "$lp_dir/modules.builtin"
	: > "$lp_dir/modules.builtin.modinfo"
	/lp/bin/depmod
}

uninstall_modules() { rm -rf "/lib/modules/$LP_RELEASE"; }

# hold_f HOW - a task stays in a function of the target until released
hold_f()
{
	lptarget hold "$1" > /dev/null &
	LP_HOLD=$!
	wait_for 20 inside 1
}

release_f()
{
	lptarget release
	wait "$LP_HOLD"
}
