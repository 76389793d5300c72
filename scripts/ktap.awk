# SPDX-License-Identifier: GPL-2.0
#
# Turns what tests printed into one line per result:
#   pass|fail|skip <TAB> script <TAB> test <TAB> reason
# Input: the list of scripts ("LIMIT SCRIPT" lines), then their output with
# "# lp-begin SCRIPT" and "# lp-end SCRIPT STATUS SECONDS" around each. What
# does not add up (no plan, wrong count, a script that died) is a failure.

function result(what, test, reason)
{
	printf "%s\t%s\t%s\t%s\n", what, script, test, reason
	if (what == "fail")
		failed++
}

function finish(status)
{
	if (bailed != "")
		result("fail", "(whole script)", "bailed out: " bailed)
	else if (plan < 0)
		result("fail", "(whole script)", "ended without a plan, exit status " status)
	else if (plan != seen)
		result("fail", "(whole script)", "planned " plan " tests, ran " seen)
	else if (plan == 0 && skipped != "")
		result("skip", "(whole script)", skipped)
	else if (plan == 0)
		result("fail", "(whole script)", "planned no test")
	else if (status != 0 && !failed)
		result("fail", "(whole script)", "exit status " status " without a failed test")
	script = ""
}

FILENAME == ARGV[1] && FNR == NR { wanted[++scripts] = $2; next }

{ sub(/\r$/, "") }

/^# lp-begin / {
	if (script != "")
		finish("unknown")
	script = $3
	began[script] = 1
	plan = -1
	seen = failed = 0
	bailed = skipped = ""
	next
}

script == "" { next }

/^# lp-end / { finish($4); next }

/^1\.\.[0-9]+/ {
	if (plan >= 0)
		result("fail", "(whole script)", "more than one plan")
	plan = substr($1, 4) + 0
	if (match($0, /# *SKIP */))
		skipped = substr($0, RSTART + RLENGTH) " "
	next
}

/^Bail out!/ { bailed = substr($0, 11) " "; next }

/^(not )?ok [0-9]/ {
	seen++
	bad = /^not /
	test = $0
	sub(/^(not )?ok [0-9]+ *(- *)?/, "", test)
	number = $0
	sub(/^(not )?ok /, "", number)
	if (number + 0 != seen)
		result("fail", test, "number " (number + 0) " where " seen " was due")
	if (bad)
		result("fail", test, "")
	else if (match(test, / *# *SKIP */))
		result("skip", substr(test, 1, RSTART - 1), substr(test, RSTART + RLENGTH))
	else
		result("pass", test, "")
}

END {
	if (script != "")
		finish("unknown: the run stopped inside it")
	for (i = 1; i <= scripts; i++)
		if (!(wanted[i] in began)) {
			script = wanted[i]
			result("fail", "(whole script)", "not run: the guest stopped before it")
		}
}
