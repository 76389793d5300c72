# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What the steps of scripts/check-packages use, in the guest. They run as root
# under systemd, when the machine is up.

PATCHED='this line comes from a live patch'

say() { printf '%s\n' "$*" > /dev/ttyS1; }
finish() { say end; }

# check DESC COMMAND... - one result
check() {
	desc=$1
	shift
	if "$@" > /run/step.log 2>&1; then
		say "ok $desc"
	else
		say "not ok $desc (status $?)"
		tail -n 15 /run/step.log | while IFS= read -r line; do say "$line"; done
	fi
}

not() { ! "$@"; }

# prints TEXT COMMAND... - succeeds, and says it
prints() {
	text=$1
	shift
	"$@" > /run/prints.log 2>&1 || { cat /run/prints.log; return 1; }
	cat /run/prints.log
	grep -q -- "$text" /run/prints.log
}

# through_af_alg - sends data through a real socket, as a program would; the
# exit status is the errno that send() gave, 0 if it worked
through_af_alg() {
	perl -e 'use Socket;
		socket(my $s, 38, SOCK_SEQPACKET, 0) or die "socket: $!";
		bind($s, pack("S a14 L L a64", 38, "skcipher", 0, 0, "cbc(aes)")) or die "bind: $!";
		setsockopt($s, 279, 1, "k" x 16) or die "key: $!";
		my $fd = syscall(43, fileno($s), 0, 0);
		die "accept: $!" if $fd < 0;
		my $data = "x" x 16;
		exit(syscall(44, $fd, $data, 16, 0, 0, 0) == 16 ? 0 : $! + 0);'
}

af_alg_is_blocked() {
	rc=0
	through_af_alg || rc=$?
	echo "errno $rc"
	[ $rc = 1 ]
}

patched() { grep -q "$PATCHED" /proc/cmdline; }
unit_is() { [ "$(systemctl show -P "$2" "$1")" = "$3" ] || { systemctl show "$1"; return 1; }; }
monotonic() { systemctl show -P ActiveEnterTimestampMonotonic "$1"; }
now_usec() { sed 's/\([0-9]*\)\.\([0-9]*\) .*/\1\20000/' /proc/uptime; }
restores() { cat /var/lib/livepoke/restores; }
log_of_service() { journalctl -b --no-pager -u livepoke.service; }

# until_is SECONDS COMMAND...
until_is() {
	limit=$1
	shift
	while ! "$@"; do
		limit=$((limit - 1))
		[ $limit -gt 0 ] || return 1
		sleep 1
	done
}

# json_fits [SED'S SCRIPT] - what livepoke tells programs, changed by that
json_fits() {
	livepoke status --json | sed "${1:-}" > /run/status.json &&
		jsonschema --instance /run/status.json /usr/share/livepoke/status.schema.json
}

both_are_back() {
	check "the function is blocked" af_alg_is_blocked
	check "livepoke says so" prints "af_alg_sendmsg" livepoke blocked
	check "the patch is in force" patched
	check "livepoke says so too" prints "patch_cmdline.*patched" livepoke status
	check "and its JSON fits the schema" json_fits
	check "which notices a wrong word" not json_fits s/patched/patch/
}

nothing_is_back() {
	check "nothing is restored: the function works" through_af_alg
	check "nothing is restored: no patch" not patched
}
