# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What clients must not do is refused with an errno and a line of the log, and
# nothing is lost by it.
# limit: 400
. /lp/lib.sh
. /lp/poke.sh

use test
check "livepoke and the test module load" pk_load

# misused WHAT ERRNO LINE - errno, and one line of the log
misused()
{
	log_mark
	pk misuse what="$1" || :
	is "$1: errno" "$(pk_get ret)" "-$2"
	is "$1: one line of the log" "$(log_since | grep -c "livepoke: $3")" 1
}

misused site-twice 22 "cannot poke tp_at_plain.*: it is in the batch twice; give each site once"
is "site-twice: nothing is changed" "$(pk_get bytes_right)" 1
misused site-twice-restored 22 "cannot poke tp_at_plain.*: it is in the batch twice; give each site once"
misused batch-many 7 "cannot poke 257 sites at once: a batch has at most 256"
is "batch-many: nothing is changed" "$(pk_get bytes_right)" 1
misused call-unregistered 22 "cannot change call tp_misused: it is not registered; register it first"
misused branch-unregistered 22 "cannot change branch tp_misused_branch: it is not registered; register it first"
misused call-twice 16 "cannot register call tp_misused: it is registered already; unregister it first"
is "call-twice: the first registration works and ends" "$(pk_get value) $(pk_get restored)" "4 6"
misused branch-twice 16 "cannot register branch tp_misused_branch: it is registered already; unregister it first"
is "branch-twice: the first registration works and ends" "$(pk_get value) $(pk_get restored)" "16 6"
misused call-far 34 "cannot retarget call tp_misused: .* is out of reach of the call at"
is "call-far: nothing is changed" "$(pk_get value)" 6
misused branch-many 7 "cannot register branch many: it has 257 uses, and a batch at most 256"

# Somebody else writes to a site, between preparation and poke or after it
check "a module with an instruction to poke" load tp_validate
nop5=$(sed -n 's/^\([^ ]*\) t tp_nop5\t\[tp_validate]$/\1/p' /proc/kallsyms)

# spoilt WHEN COMMAND... - refused as long as a byte is another one
spoilt()
{
	when=$1
	shift
	check "$when: a byte is changed" pk spoil
	log_mark
	pk "$@" || :
	is "$when: refused, the bytes left alone" "$(pk_get ret) $(pk_get changed)" "-16 0"
	check "$when: the log says why" log_has "cannot poke tp_nop5.*: somebody else has changed it"
	check "$when: the byte is changed back" pk spoil
}

check "a site is taken" pk take at="$nop5"
spoilt "before a poke" replace with=b878563412
check "then it can be poked" pk replace with=b878563412
spoilt "before it is restored" replace
spoilt "before it is released" drop
check "then it can be released" pk drop
pk_set lp_break NO_VERIFY
pk take at="$nop5" && pk spoil
pk replace with=b878563412 || :
is "noticed: the bytes not compared" "$(pk_get ret) $(pk_get changed)" "0 1"
pk_set lp_break NONE
check "it is released" pk drop

# A site whose text goes with its module
check "a site in it is taken" pk take at="$nop5"
check "the module goes" unload tp_validate
log_mark
pk replace with=b878563412 || :
is "a poke of it: errno" "$(pk_get ret)" -19
check "a poke of it: the log" log_has "the module with that text has gone; release the site"
check "it can be dropped" pk drop

pk_invariants "all of it"
check "both unload" pk_unload
done_testing
