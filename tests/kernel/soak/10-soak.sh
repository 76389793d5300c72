# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 600
# limit-full: 86400
#
# Everything at once for a while: pokes, patches, blocks, modules, tracing,
# CPUs that come and go, memory pressure. "make soak MINUTES= SEED=" chooses
# how long and what; the seed is printed.
. /lp/lib.sh
. /lp/klp.sh
. /lp/soak.sh

seconds=$(($(soak_option minutes "$(count 1 10)") * 60))
seed=$(soak_option seed "$(($(date +%s) % 1000000))")
diag "seed $seed, $seconds s"

check "load" soak_load
soak_before
soak_run $seconds "$seed"
diag "soak: seconds=$seconds seed=$seed $(tail -n 1 "$SOAK_OUT") calls=$(counter calls)"
is "nothing went wrong" "$(soak_wrong)" ""
for what in pokes patches reversals blocks modules traces hotplugs megabytes; do
	check "there were $what: $(soak_count $what)" [ "$(soak_count $what)" -gt 0 ]
done
soak_after
check "unload" soak_unload
is "allocations that are left" "$(dmesg | sed -n 's/.*test fault: \(-*[0-9]*\) allocations left/\1/p' | tail -n 1)" 0
done_testing
