# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2016 # check-packages sets these; shells inside expand those
#
# Part of scripts/check-packages: a machine. The packages are installed, it is
# booted, gets a newer kernel from backports, is booted again, and loses the
# packages.

apt_get() { inside apt-get -qq -y -o Dpkg::Use-Pty=0 "$@"; }

# files_of PACKAGE... - their files in the root file system
files_of() {
	local package file

	for package; do
		for file in "$fs/debs/${package}_"*.deb; do
			echo "${file#"$fs"}"
		done
	done
}

# The command of the README
install_as_readme() {	# OPTION...
	# shellcheck disable=SC2046 # several files
	apt_get "$@" install linux-headers-amd64 "linux-headers-$kernel" $(files_of livepoke-dkms livepoke-tools)
}

get_debs() {
	mkdir -p "$fs/debs" && cp "$debs"/*.deb "$fs/debs/" && apt_get update
}

# Downloading depends on the network, so it is done, and counted, before.
install_packages() {
	local start=$EPOCHREALTIME

	install_as_readme --download-only || return
	downloaded=$(seconds_since "$start")
	start=$EPOCHREALTIME
	install_as_readme || return
	installed=$(seconds_since "$start")
}

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

uses_livepoke() { inside modinfo -F depends -k "$kernel" "$1" | grep -qx livepoke; }
signed() { inside modinfo -F signer -k "$kernel" "$1" | grep -q .; }
symvers_kept() { grep -q __lp_enable_patch "$fs/var/lib/dkms/livepoke/kernel-$kernel-x86_64/Module.symvers"; }

# The sample, and a patch whose name comes before livepoke's
add_patches() {
	rm -rf "$fs/usr/src/patch_cmdline-1" "$fs/tmp/a_fix"
	# shellcheck disable=SC2046 # a file
	apt_get install $(files_of livepoke-dev) &&
		cp -r "$fs/usr/share/doc/livepoke-dev/examples/patch-cmdline" "$fs/usr/src/patch_cmdline-1" &&
		inside dkms install patch_cmdline/1 -k "$kernel" &&
		inside livepoke new /tmp/a_fix && inside cp -r /tmp/a_fix /usr/src/a_fix-1 &&
		inside dkms install a_fix/1 -k "$kernel"
}

from_backports() {
	[ -e "$fs/etc/apt/sources.list.d/backports.list" ] ||
		suite_sources "$suite-backports" | grep -- "$suite-backports" > "$fs/etc/apt/sources.list.d/backports.list"
	apt_get update && apt_get -t "$suite-backports" install "$@"
}

# What dkms does when a kernel comes. Of both patches, one sorts before
# livepoke: built in that order it would not find Module.symvers.
autoinstall_again() {
	local m

	for m in a_fix/1 patch_cmdline/1 livepoke/"$version"; do
		inside dkms uninstall "$m" -k "$kernel" || :
		inside dkms unbuild "$m" -k "$kernel" || inside dkms remove "$m" -k "$kernel" || return
		inside dkms add "$m" || :
	done
	inside dkms autoinstall -k "$kernel"
}

not() { ! "$@"; }
has_module() { inside modinfo -k "$kernel" "$1" >/dev/null; }
built_without_order() { autoinstall_again || return; has_module a_fix; }

without_build_depends() {
	inside sed -i.bak '/^BUILD_DEPENDS/d' /usr/src/a_fix-1/dkms.conf
	inside sed -i.bak '/^BUILD_DEPENDS/d' /usr/src/patch_cmdline-1/dkms.conf
}

with_build_depends() {
	local p

	for p in a_fix patch_cmdline; do
		mv "$fs/usr/src/$p-1/dkms.conf.bak" "$fs/usr/src/$p-1/dkms.conf"
	done
}

all_rebuilt() {
	is_module livepoke "$version" && uses_livepoke a_fix && uses_livepoke patch_cmdline && signed patch_cmdline
}

# The headers of a kernel that livepoke is not for: dkms must say so and not
# compile. 3.0 ends with status 11 for any module that it passes over, later ones
# with 0, the patches that depend on it included.
out_of_range() {
	local old=4.19.0-1-amd64 rc=0

	mkdir -p "$fs/lib/modules/$old"
	ln -sfn "$(inside readlink -f "/lib/modules/$kernel/build")" "$fs/lib/modules/$old/build"
	inside dkms autoinstall -k "$old" > "$work/range" 2>&1 || rc=$?
	cat "$work/range"
	rm -rf "$fs/lib/modules/$old"
	grep -q 'BUILD_EXCLUSIVE' "$work/range" && ! grep -q 'Building module' "$work/range" || return
	case $(inside dkms --version) in
	*3.0.*) [ $rc = 11 ] ;;
	*) [ $rc = 0 ] && grep -q 'was skipped for module(s).* livepoke' "$work/range" ;;
	esac
}

one_minute() {
	local total

	total=$(awk -v a="$installed" -v b="$(sed -n 's/^block: \([0-9]*\) ms.*/\1/p' "$boot/ktap.log" | tr -d '\r')" 'BEGIN { printf "%.0f", a + b / 1000 }')
	figure "download $downloaded s; then apt-get install $installed s (in a chroot, on the host's CPUs) + livepoke block (in QEMU) = $total s; load of the host $load"
	if awk -v l="$load" -v n="$(nproc)" 'BEGIN { exit !(l > n) }'; then
		skip "from the packages to a blocked function in a minute" "the host is loaded"
	else
		try "from the packages to a blocked function in a minute" test "$total" -lt 60
	fi
}

removed() {
	inside dkms remove a_fix/1 --all && inside dkms remove patch_cmdline/1 --all || return
	rm -r "$fs/usr/src/a_fix-1" "$fs/usr/src/patch_cmdline-1" "$fs/tmp/a_fix" "$fs/debs"
	apt_get purge livepoke-dkms livepoke-dev livepoke-tools
}

install_checks() {
	try "a small machine" make_root "$suite" base
	kernel=$(newest_kernel)
	load=$(cut -d' ' -f1 /proc/loadavg)
	try "get the packages" get_debs
	try "they install as the README says, kernel $kernel" install_packages
	try "livepoke.ko $version is built for it" is_module livepoke "$version"
	try "and signed" signed livepoke
	try "Module.symvers is kept" symvers_kept
	try "two patches under dkms" add_patches
	try "they use livepoke" uses_livepoke patch_cmdline
	try "the units of the test" prepare_guest
	try "a disk image" make_image
}

# All that depends on systemd, not on the kernel or dkms: in the first suite
guard_checks() {
	booted "reboot" reboot "$kernel"
	broken "the service does not run" "the function is blocked" again "$kernel" systemd.mask=livepoke.service
	booted "livepoke.enable=0" disabled "$kernel" livepoke.enable=0
	broken "livepoke.enable=0 is not given" "nothing is restored" disabled "$kernel"
	booted "a kernel that demands signatures" enforce "$kernel" module.sig_enforce=1 -snapshot
	boot crash "$kernel"
	no_problem "a crash after the restore"
	try "it came no further" not boot_says '^end'
	booted "a boot that was up for seconds" early-off "$kernel"
	broken "a guard that forgets" "nothing is restored" guard-broken "$kernel"
	booted "after two such boots" guard "$kernel"
}

boot_checks() {
	booted "first boot" first "$kernel"
	one_minute
	if [ "${LP_BOOTS:-$suite}" = "$first" ]; then
		guard_checks
	else
		booted "reboot" again "$kernel"
	fi
}

upgrade_checks() {
	old=$kernel
	try "what was accepted is taken from the disk" take_back /var/lib/livepoke
	try "systemd's links too" take_back /etc/systemd/system
	try "a newer kernel with its headers" from_backports linux-image-amd64 linux-headers-amd64
	kernel=$(newest_kernel)
	try "$kernel is newer than $old" test "$kernel" != "$old"
	try "dkms has built livepoke.ko and both patches for it" all_rebuilt
	try "a disk image" make_image
	booted "new kernel $kernel" again "$kernel"
}

dkms_checks() {
	without_build_depends
	refused "a broken variant is noticed: a patch without BUILD_DEPENDS" a_fix/1/build/make.log built_without_order
	with_build_depends
	try "with it dkms builds livepoke first" built_without_order
	try "all are there again" all_rebuilt
	try "dkms passes a kernel out of range over, in a word" out_of_range
}

removal_checks() {
	try "the test's own units" forget_guest
	try "the packages are purged" removed
	try "nothing is left" leftovers
	try "dkms has nothing" unlisted
}

machine_checks() {
	install_checks
	boot_checks
	upgrade_checks
	dkms_checks
	removal_checks
}
