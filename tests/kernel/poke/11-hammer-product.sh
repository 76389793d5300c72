# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# The livepoke.ko that users get, without the protocol points: nobody executes a
# mixture of the old and the new instruction there either.
# limit: 300
. /lp/lib.sh
. /lp/poke.sh

pk_use_product
check "livepoke and the test module load" pk_load
check_fails "it is the product: no step can be broken" [ -e "$PK_PARAMS/lp_break" ]
n=$(count 250 2000)

# hammer DESC ARGUMENTS... - breakpoints are counted anew for each
hammer()
{
	pk_clear
	pk_hammer "$@" flips="$n"
}

for ctx in task irq nmi; do
	hammer $ctx ctx=$ctx
done
hammer "crosspage" site=crosspage
is "every breakpoint was claimed" "$(pk_stat not_ours)" 0
check "both unload" pk_unload
done_testing
