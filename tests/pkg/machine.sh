# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2016 # check-packages sets these; shells inside expand those
#
# A disk image of a root file system, and boots of it, for scripts/check-packages.
#
# What a boot does is a file of tests/pkg/guest/steps, which the guest finds on
# a second disk; what it prints on its second serial port are the results.

GUEST=$LP_ROOT/tests/pkg/guest
# A patch may change /proc/cmdline, so nothing for the test is there.
# A busy host is no reason for a stall in the guest.
PARAMETERS='rcupdate.rcu_cpu_stall_timeout=200 watchdog_thresh=60 root=/dev/vda rw console=ttyS0 ignore_loglevel panic=-1 oops=panic no_timer_check
	fsck.mode=skip systemd.show_status=0 systemd.mask=serial-getty@ttyS0.service
	systemd.mask=getty@tty1.service systemd.mask=apt-daily.timer systemd.mask=apt-daily-upgrade.timer
	systemd.mask=e2scrub_all.timer systemd.mask=systemd-networkd-wait-online.service'

# The units that run a step; in the image, not in any package
prepare_guest() {
	local unit

	echo '/dev/vda / ext4 defaults 0 1' > "$fs/etc/fstab"
	echo livepoke-test > "$fs/etc/hostname"
	for unit in "$GUEST"/*.service; do
		cp "$unit" "$fs/etc/systemd/system/"
		inside systemctl --quiet enable "${unit##*/}" || return
	done
	cp "$GUEST/lib.sh" "$fs/root/test-lib.sh"
}

forget_guest() {
	local unit

	for unit in "$GUEST"/*.service; do
		inside systemctl --quiet disable "${unit##*/}" || return
		rm "$fs/etc/systemd/system/${unit##*/}"
	done
	rm "$fs/root/test-lib.sh"
}

make_image() {
	leave_root
	rm -f "$image"
	mke2fs -q -t ext4 -L root -d "$fs" "$image" 5G
	mount -t proc proc "$fs/proc"
}

# take_back PATH - what boots left in a directory of the image, into $fs
take_back() {
	rm -rf "${fs:?}$1"
	debugfs -R "rdump $1 $fs${1%/*}" "$image"
}

# boot STEP KERNEL [PARAMETERS [QEMU'S ARGUMENTS...]] - sets $boot, its directory
boot() {
	local step=$1 kernel=$2 append=${3:-} rc=0

	shift 2
	[ $# = 0 ] || shift
	boot=$work/$suite.boots/$step
	rm -rf "$boot"
	mkdir -p "$boot"
	# A disk has whole sectors.
	{ cat "$GUEST/steps/$step.sh"; yes '' | head -c 8192; } | head -c 8192 > "$boot/step"
	timeout -k 5 "${LP_BOOT_LIMIT:-900}" qemu-system-x86_64 -accel "$accel" -cpu "$cpu" \
		-smp 2 -m 1500M -nodefaults -no-user-config -display none -no-reboot \
		-serial "file:$boot/console.log" -serial "file:$boot/ktap.log" \
		-device virtio-rng-pci \
		-drive "file=$image,if=virtio,format=raw,cache=unsafe" \
		-drive "file=$boot/step,if=virtio,format=raw,readonly=on" \
		-kernel "$fs/boot/vmlinuz-$kernel" -initrd "$fs/boot/initrd.img-$kernel" \
		-append "${PARAMETERS//[[:space:]]/ } $append" "$@" </dev/null > "$boot/qemu.log" 2>&1 || rc=$?
	[ $rc = 0 ] || echo "qemu ended with status $rc: $(head -c 300 "$boot/qemu.log")" >> "$boot/problems"
	grep -aE -- "$LP_BAD_LOG" "$boot/console.log" | grep -v 'ommand line:\|rcu_cpu_stall_timeout' |
		tr -d '\r' | head -n 5 | sed 's/^/kernel log: /' >> "$boot/problems" || :
}

boot_says() { grep -aq -- "$1" "$boot/ktap.log"; }

# guest_results DESC - adds up what the guest of the last boot said
guest_results() {
	local desc=$1 line

	while read -r line; do
		case $line in
		'ok '*) passed=$((passed + 1)); echo "ok $suite: $desc: ${line#ok }" ;;
		'not ok '*) failed=$((failed + 1)); echo "not ok $suite: $desc: ${line#not ok }" ;;
		*) printf '#   %s\n' "$line" ;;
		esac
	done < <(tr -d '\r' < "$boot/ktap.log" | grep -av '^end')
	# Nothing that it said would count without its end.
	boot_says '^end' || echo "the guest did not run its step to the end" >> "$boot/problems"
	no_problem "$desc"
}

no_problem() {
	local desc=$1

	if [ -s "$boot/problems" ]; then
		failed=$((failed + 1))
		echo "not ok $suite: $desc: the guest and its log"
		{ cat "$boot/problems"; tail -n 15 "$boot/console.log" | tr -d '\r'; } | sed 's/^/#   /'
	else
		passed=$((passed + 1))
		echo "ok $suite: $desc: the guest and its log ($boot_seconds s)"
	fi
}

# booted DESC STEP KERNEL [PARAMETERS...] - every result counts
booted() {
	local desc=$1 start=$SECONDS

	shift
	boot "$@"
	boot_seconds=$((SECONDS - start))
	guest_results "$desc"
}

# broken DESC RESULT STEP KERNEL [PARAMETERS] - with something spoilt; the step
# must find that out, in that result and with a clean end. The disk stays as it is.
broken() {
	local desc=$1 result=$2 append=${5:-} rc=0

	boot "$3" "$4" "$append" -snapshot
	{ boot_says '^end' && boot_says "^not ok $result"; } || rc=$?
	count $rc "a broken variant is noticed: $desc" "$boot/ktap.log"
}
