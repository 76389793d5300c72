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
	echo '| name | switches | search | result | states | |'
	echo '|---|---|---|---|---|---|'
	awk -F'\t' -v kind="$1" -v pattern="^($2)\$" '
	$2 == kind && $3 ~ pattern {
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
		printf "| %s | %s | %s | %s | %s%s | %s |\n", $3, $5, how, got, n, s, $10
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
		line=${line//@spin@/$(spin -V | sed 's/ --.*//')}
		printf '%s\n' "$line" ;;
	esac
done <"$here/proof.md.in"
