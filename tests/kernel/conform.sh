# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Records of the protocols' steps, and what the checker says of them:
# ". /lp/conform.sh" after lib.sh. lpconform is built from tests/conformance.

CF_FILE=/sys/kernel/debug/livepoke_record
CF_TRACE=/tmp/record
CF_OUT=/tmp/conform.out

[ -d /sys/kernel/debug/tracing ] || mount -t debugfs none /sys/kernel/debug 2>/dev/null || :

# With the calls of patched functions, if there is the target that tells them.
cf_start()
{
	! loaded lp_test_target || loaded tp_frames || load tp_frames
	echo 1 > $CF_FILE
}

# Ends the record and keeps it in $CF_TRACE.
cf_stop()
{
	echo 0 > $CF_FILE
	cat $CF_FILE > $CF_TRACE
	! loaded tp_frames || unload tp_frames
}

# cf_get KEY - of what the checker has seen
cf_get() { awk -v k="$1" '$1 == k { print $2 }' $CF_OUT; }

# cf_accept DESC KEY=LEAST... - the record keeps every rule, nothing was lost,
# and it has at least so many of each kind
cf_accept()
{
	cf_desc=$1
	shift
	if ! lpconform $CF_TRACE > $CF_OUT; then
		not_ok "$cf_desc: the record is accepted" "$(cat $CF_OUT)"
		return
	fi
	for cf_want; do
		if ! [ "$(cf_get "${cf_want%%=*}")" -ge "${cf_want#*=}" ]; then
			not_ok "$cf_desc: enough was seen ($cf_want)" "$(cat $CF_OUT)"
			return
		fi
	done
	ok "$cf_desc: $(cf_get entries) entries accepted, $(cf_get lost) lost"
	diag "$(tr '\n' ' ' < $CF_OUT)"
}

# cf_reject_mistakes RULE... - a mistake against each rule, made at five places
# of the record, is found as one against this rule; "I3b" is another mistake
cf_reject_mistakes()
{
	for cf_rule; do
		cf_missed=
		for cf_at in 0 25 50 75 100; do
			lpconform -n -m "$cf_rule:$cf_at" $CF_TRACE > $CF_OUT
			grep -q "^broken.* ${cf_rule%b}:" $CF_OUT || cf_missed="$cf_missed $cf_at%: $(cat $CF_OUT)"
		done
		is "a mistake against $cf_rule is rejected at five places" "$cf_missed" ""
	done
}

# cf_reject NAME RULE - the record of that broken variant breaks the rule
cf_reject()
{
	if lpconform -n $CF_TRACE > $CF_OUT; then
		not_ok "$1: the record is rejected"
	elif grep -q "^broken.* $2:" $CF_OUT; then
		ok "$1: the record is rejected by $2"
	else
		not_ok "$1: the record is rejected by $2" "$(cat $CF_OUT)"
	fi
}
