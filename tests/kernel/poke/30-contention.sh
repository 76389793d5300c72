# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Batches, two pokers, kprobes that arrive on the site, CPUs that come and go.
# limit: 900
. /lp/lib.sh
. /lp/poke.sh

check "livepoke and the test module load" pk_load

check "a batch of 256 sites, hammered" pk batch n=256 flips="$(count 40 500)"
is "no torn value" "$(pk_get torn)" 0
check "they were executed: $(pk_get executed) passes over 256 sites" pk_least executed 100
check "two pokers contend" pk two n="$(count 150 3000)"

echo 0 > /proc/sys/debug/kprobes-optimization
for p in $PK_POINTS; do
	name=${p%%:*} which=${p##*:} point=${p#*:}
	point=${point%:*}
	check "a kprobe registered at $name${which#0}" pk kprobe point="$point" which="$which"
	is "it was asked for then, and had to wait for the poke to end" \
		"$(pk_get asked) $(pk_get early)" "1 0"
done

# Hotplug at each point is the subject of 35-hotplug.sh. Here: pokes in the background, cycles in the foreground
pokes=$(count 300 5000)
cycles=$(count 10 50)
before=$(pk_stat acks_hotplug)
# What each run gives is kept
pokes()
{
	pk hammer flips="$pokes" pause_us=1000 && [ "$(pk_get torn)" = 0 ]
	echo "$? $(pk_get ret)" >> /tmp/pokes.all
	: > /tmp/pokes.rc
}
pokes &
done=0
while [ ! -e /tmp/pokes.rc ] || [ "$done" -lt "$cycles" ]; do
	cpu=$((done % 3 + 1))
	echo 0 > /sys/devices/system/cpu/cpu$cpu/online || break
	echo 1 > /sys/devices/system/cpu/cpu$cpu/online || break
	done=$((done + 1))
	if [ -e /tmp/pokes.rc ] && [ "$done" -lt "$cycles" ]; then
		rm /tmp/pokes.rc
		pokes &
	fi
done
wait
is "pokes succeed, nothing torn, while CPUs come and go" "$(sort -u /tmp/pokes.all)" "0 0"
check "at least $cycles cycles overlapped them ($done)" [ "$done" -ge "$cycles" ]
arrived=$(($(pk_stat acks_hotplug) - before))
check "arriving CPUs serialise, if there was a poke meanwhile ($arrived of $done)" \
	[ $arrived -ge $((done / 2)) ]

pk_invariants "all of it"
check "both unload" pk_unload
done_testing
