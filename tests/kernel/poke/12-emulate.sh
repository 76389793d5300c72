# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# A call and conditional jumps are emulated by who meets their breakpoint: in
# every context, by the other CPUs, and by the patching CPU if it does not
# roll. What comes of it is what the instruction itself would have done.
# limit: 900
. /lp/lib.sh
. /lp/poke.sh

# emulated DESC - since the statistics were cleared, and nothing out of line
emulated()
{
	if [ "$(pk_stat emulated)" -gt 100 ] && [ "$(pk_stat out_of_line)" = 0 ]; then
		ok "$1: $(pk_stat emulated) emulated"
	else
		not_ok "$1: emulated" "$(pk_show)"
	fi
}

# patching SITE POINT COLUMN DESC - an NMI on the patching CPU runs the site
# at that point, and has executed what it had to
patching()
{
	if pk inject how=nmi site="$1" point="$2" n=10 &&
	   [ "$(awk -v c="$3" 'NF == 4 { print $2, $c }' "$PK_OUT")" = "10 10" ]; then
		ok "$4"
	else
		not_ok "$4" "$(pk_show)"
	fi
}

check "livepoke and the test module load" pk_load
n=$(count 150 1500)
for policy in $(pk_policies); do
	pk_set poke_policy "$policy"
	for site in call jcc jccn; do
		pk_clear
		pk_hammer "$site, policy $policy" site=$site flips="$n"
		emulated "$site, policy $policy"
	done
	pk_hammer "call, policy $policy, nmi" ctx=nmi site=call flips="$n"
	pk_hammer "jcc, policy $policy, on top of each other" ctx=mixed site=jcc flips="$n"
done
for site in call jcc jccn; do
	patching $site 4 3 "$site: the patching CPU emulates the old one"
	patching $site 9 4 "$site: the patching CPU emulates the new one"
done
pk_invariants "all of it"
check "both unload" pk_unload

# The mistake: on behind the instruction, as if it had not been there.
for site in call jcc; do
	pk_load || not_ok "loads"
	pk_set poke_hand_over_ms 10000
	pk_set lp_break EMULATES_NOTHING
	pk hammer site=$site flips=30 || :
	pk_set lp_break NONE
	check "EMULATES_NOTHING, $site: caught, $(pk_get torn) torn" [ "$(pk_get torn)" -gt 0 ]
	pk_unload > /dev/null || not_ok "unloads"
done
done_testing
