# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every script of the testbed needs to know about the tree it lives in.

LP_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LP_BUILD=${LP_BUILD:-$LP_ROOT/build}
LIVEPOKE_CACHE=${LIVEPOKE_CACHE:-$LP_ROOT/build/cache}
LP_TESTS=${LP_TESTS:-$LP_ROOT/tests}
LP_ARCH=amd64
LP_KERNELS=${LP_KERNEL_LIST:-$LP_ROOT/scripts/kernels}
LP_KERNELS_BUILT=${LP_KERNELS_BUILT:-$LP_ROOT/scripts/kernels-built}
# A hit anywhere in a guest's log fails the run, whatever the tests said.
LP_BAD_LOG='BUG:|WARNING:|Oops|Call Trace|INFO: task|soft lockup|ODEBUG|rcu.*stall|UBSAN:|KASAN:|KCSAN:|kmemleak: [1-9]|leak detector disabled|INFO: trying to register'

# A make started from here is an outermost one.
unset MAKEFLAGS MFLAGS MAKELEVEL

export LP_KERNELS LP_TESTS LP_ROOT LP_BUILD LIVEPOKE_CACHE LP_ARCH LP_BAD_LOG

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 2; }

# kernel_field NAME KEY - one value from a fetched kernel's description
kernel_field() {
	sed -n "s/^$2=//p" "$LIVEPOKE_CACHE/kernels/$1/info"
}

# built_kernel NAME - which stock kernel it is made of, and its configuration
built_kernel() { sed 's/#.*//' "$LP_KERNELS_BUILT" | awk -v n="$1" '$1 == n { $NF = ""; $1 = ""; print }'; }

# name_of_release RELEASE - the fetched kernel of that release, nothing if none
name_of_release() {
	grep -lsx "release=$1" "$LIVEPOKE_CACHE"/kernels/*/info | sed 's|/info$||; s|.*/||' | head -n 1
}

# vm_options FILE, vm_limit FILE - what a test script asks of its guest:
#   # vm: --smp 2 --append "nosmap"    options of scripts/vm/boot
#   # vm: alone                        a timing test: no other guest beside it
#   # limit: 60                        seconds for this script, 300 if absent
#   # limit-full: 3600                 the same with the full counts, 20 times
#                                      "limit" if absent
# LP_SLOW=N: the kernel is slow, N times as many seconds.
vm_options() { sed -n '/^[^#]/q; s/^# vm: *//p' "$1" | tr '\n' ' ' | sed 's/ *$//'; }
vm_limit() {
	sed '/^[^#]/q' "$1" | awk -v full="${LP_COUNTS:-ci}" -v slow="${LP_SLOW:-1}" '
		BEGIN { limit = 300 }
		/^# limit: *[0-9]+$/ { limit = $3 }
		/^# limit-full: *[0-9]+$/ { long = $3 }
		END { print slow * (full != "full" ? limit : long ? long : 20 * limit) }'
}

# vm_groups SUITE [PATTERN [LIST]] - scripts that can share a guest, one line
# each guest: OPTIONS <TAB> LIMIT:SCRIPT LIMIT:SCRIPT... LIST is a file that
# names the only scripts wanted, SUITE/SCRIPT a line; LP_NOT names some that
# are not.
vm_groups() {
	local file limit

	for file in "$LP_TESTS/kernel/$1"/*.sh; do
		[ -e "$file" ] || continue
		case " ${LP_NOT:-} " in *" $1/${file##*/} "*) continue ;; esac
		[ -z "${3:-}" ] || grep -qx "$1/${file##*/}" "$3" || continue
		case ${file##*/} in *${2:-}*) ;; *) continue ;; esac
		limit=$(vm_limit "$file")
		printf '%s\t%s\n' "$(vm_options "$file")" "$limit:$1/${file##*/}"
	done | awk -F'\t' '
		!($1 in g) { order[++n] = $1 }
		{ g[$1] = g[$1] (g[$1] == "" ? "" : " ") $2 }
		END { for (i = 1; i <= n; i++) printf "%s\t%s\n", order[i], g[order[i]] }'
}

# results_of DIR - one line per result of a guest (see ktap.awk)
results_of() {
	awk -f "$LP_ROOT/scripts/ktap.awk" "$1/list" "$1/ktap.log"
	sed 's/^/fail\tguest\t(log and life of the guest)\t/' "$1/problems"
}
