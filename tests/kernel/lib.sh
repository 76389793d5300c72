# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Shell library of the tests that run in a guest: ". /lp/lib.sh".
# A script prints KTAP on its standard output and ends with "done_testing".
# Results are counted in this shell: never report from a subshell or a pipe.

LP_N=0
LP_FAILED=0
LP_KO=/lp/product
# shellcheck disable=SC2034 # for the scripts
LP_SYS=/sys/kernel/livepoke

# Reporting: ok DESC, not_ok DESC [WHY...], skip DESC REASON
ok()
{
	LP_N=$((LP_N + 1))
	echo "ok $LP_N $1"
}

not_ok()
{
	LP_N=$((LP_N + 1))
	LP_FAILED=$((LP_FAILED + 1))
	echo "not ok $LP_N $1"
	shift
	[ $# = 0 ] || printf '%s\n' "$*" | sed 's/^/#   /'
	return 0
}

skip()
{
	LP_N=$((LP_N + 1))
	echo "ok $LP_N $1 # SKIP $2"
}

# A line for the human reader
diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

# plan N - say how many results follow; optional, done_testing says it otherwise
plan()
{
	LP_PLAN=$1
	echo "1..$1"
}

done_testing()
{
	[ -n "${LP_PLAN:-}" ] || echo "1..$LP_N"
	exit $((LP_FAILED != 0))
}

# bail REASON - the rest cannot be run
bail()
{
	echo "Bail out! $*"
	exit 1
}

# check DESC COMMAND... - ok if the command succeeds; its output is shown if not
check()
{
	lp_desc=$1
	shift
	if lp_out=$("$@" 2>&1); then
		ok "$lp_desc"
	else
		not_ok "$lp_desc" "failed: $*" "$lp_out"
	fi
}

# check_fails DESC COMMAND... - ok if the command fails
check_fails()
{
	lp_desc=$1
	shift
	if lp_out=$("$@" 2>&1); then
		not_ok "$lp_desc" "succeeded: $*" "$lp_out"
	else
		ok "$lp_desc"
	fi
}

# is DESC GOT WANTED - ok if both are equal
is()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got '$2', wanted '$3'"
	fi
}

# expect ERRNO DESC kcall-ARGUMENTS... - ok if the call fails with that errno (0:
# succeeds): expect EBUSY "a second load" insmod "$LP_KO/foo.ko"
expect()
{
	lp_want=$1
	lp_desc=$2
	shift 2
	lp_out=$(kcall "$@" 2>&1) && lp_out=0
	is "$lp_desc" "$lp_out" "$lp_want"
}

# use product|test - the flavour that load and expect take from now on
use() { LP_KO=/lp/$1; }

# load NAME [PARAMETER...], unload NAME - print the errno and fail if it fails
load()
{
	lp_name=$1
	shift
	kcall insmod "$LP_KO/$lp_name.ko" "$@"
}

unload() { kcall rmmod "$1"; }

loaded() { grep -q "^$1 " /proc/modules; }

# cpus_up - bring back the CPUs that a load has taken down
cpus_up()
{
	for lp_cpu in 1 2 3; do
		echo 1 > /sys/devices/system/cpu/cpu$lp_cpu/online 2>/dev/null
	done
}

# The kernel log from the last log_mark on
log_mark()
{
	LP_MARK="lp: mark $$ $(cat /proc/uptime)"
	echo "$LP_MARK" > /dev/kmsg
}

log_since() { dmesg | awk -v m="${LP_MARK:-}" 'm == "" || seen; m != "" && index($0, m) { seen = 1 }'; }

# log_has REGEX - the log since the mark has such a line
log_has() { log_since | grep -Eq -- "$1" || { echo "no '$1' in:"; log_since; return 1; }; }

# Seconds since the guest has booted
uptime_s() { cut -d. -f1 /proc/uptime; }

# wait_for SECONDS COMMAND... - until the command succeeds
wait_for()
{
	lp_end=$(($(uptime_s) + $1))
	shift
	until "$@"; do
		[ "$(uptime_s)" -le "$lp_end" ] || return 1
		sleep 0.05
	done
}

# count CI FULL [PART] - the repetition count of this run. PART is for a kernel that
# is not the first one, the same as CI if absent.
count()
{
	case ${LP_COUNTS:-ci} in
	full) echo "$2" ;;
	part) echo "${3:-$1}" ;;
	*) echo "$1" ;;
	esac
}
