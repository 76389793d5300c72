#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# proof.sh RESULTS: docs/proof.md, from proof.md.in and the results of a full
# run. A line "@table SELECTION" of the former becomes a table of those results
# whose kind and name match ("kind:pattern", an extended regular expression).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
results=$1

table() {	# KIND PATTERN
	echo '| name | switches | bounds | search | result | states | |'
	echo '|---|---|---|---|---|---|---|'
	awk -F'\t' -v kind="$1" -v pattern="^($2)\$" '
	# The value of a switch, or what the model takes without it.
	function value(name, none, one,  n, i, s, v) {
		n = split(switches, s, " ")
		for (i = 1; i <= n; i++) {
			if (s[i] == name)
				return one
			split(s[i], v, "=")
			if (v[1] == name && v[2] != "")
				return v[2]
		}
		return none
	}
	function several(n, what) {
		return n + 0 == 0 ? "" : ", " n " " what (n == 1 ? "" : "s")
	}
	function bounds(model,  b, idle) {
		if (model == "poke")
			return 1 + value("NEX", 1) " CPUs" several(value("NSITE", 1), "site") \
				several(value("NPOKE", 1), "poke") \
				", NMIs " value("NMI0", 0) "/" value("NMIX", 0) \
				several(value("IRQ0", 0), "interrupt") \
				several(value("LOCKS", 0), "lock section") \
				several(value("LOSE", 0), "lost IPI")
		idle = value("IDLE_CPU", 0, 1)
		b = several(value("NT", 2), "task") several(value("FORK", 0, 1), "child") \
			several(value("EXIT", 0, 1), "exit") several(idle, "idle task") \
			several(value("NTRANS", 1), "transition") \
			several(value("NREV", 0), "reversal") \
			several(value("OVERFLOWS", 0), "failed insertion")
		sub(/childs/, "children", b)
		return substr(b, 3)
	}
	$2 == kind && $3 ~ pattern {
		switches = $5
		gsub(/ /, " `` ", $5); sub(/^/, "`", $5); sub(/$/, "`", $5); gsub(/ `` /, "` `", $5)
		how = $6 == "bits" ? "bitstate, **partial**" : $6
		got = $7
		if ($7 != "ok")
			got = "**" $7 "**"
		else if ($6 == "bits")
			got = "none found"
		n = $8
		if (n ~ /e/) n = sprintf("%.0f", n)
		s = ""
		while (length(n) > 3) { s = " " substr(n, length(n) - 2) s; n = substr(n, 1, length(n) - 3) }
		printf "| %s | %s | %s | %s | %s | %s%s | %s |\n", $3, $5, bounds($4), how, got, n, s, $10
	}' "$results"
}

# count KIND: how many; states: millions in all
count() { awk -F'\t' -v kind="$1" '$2 == kind { n++ } END { print n + 0 }' "$results"; }
states() { awk -F'\t' -v kind="$1" '$2 == kind { n += $8 } END { printf "%.0f", n / 1e6 }' "$results"; }

partial() { awk -F'\t' '$6 == "bits" { n++ } END { print n + 0 }' "$results"; }

while IFS= read -r line; do
	case $line in
	'@table '*)
		what=${line#@table }
		table "${what%%:*}" "${what#*:}" ;;
	*)
		line=${line//@count-proved@/$(count proved)}
		line=${line//@count-bad@/$(count bad)}
		line=${line//@count-variant@/$(count variant)}
		line=${line//@states-proved@/$(states proved)}
		line=${line//@count-partial@/$(partial)}
		line=${line//@count-litmus@/$(find "$here/../litmus" -name '*.litmus' | wc -l)}
		line=${line//@spin@/$(spin -V | sed 's/ --.*//')}
		printf '%s\n' "$line" ;;
	esac
done <"$here/proof.md.in"
