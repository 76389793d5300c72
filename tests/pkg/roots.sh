# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2016 # check-packages sets these; shells inside expand those
#
# Root file systems of Debian suites for scripts/check-packages. In $work:
#
#   SUITE.base.tar      a small system with systemd and a stock kernel
#   SUITE.builder.tar   what builds packages and a dkms module
#   SUITE/              the one in use; $fs
#
# LP_KEEP=1 keeps the archives for the next run.

# Below PATH of the host nothing of the guest must be found, nor the reverse.
inside() { chroot "$fs" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }

# What initramfs-tools puts into the image besides its own: the disk.
# shellcheck disable=SC2016 # mmdebstrap gives $1
INITRAMFS_HOOK='mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d" &&
	echo MODULES=list > "$1/etc/initramfs-tools/conf.d/testbed" &&
	printf "%s\n" virtio_pci virtio_blk crc32c_generic ext4 > "$1/usr/share/initramfs-tools/modules.d/testbed"'

BASE=systemd-sysv,udev,kmod,initramfs-tools,linux-image-amd64,e2fsprogs,python3-jsonschema
BUILDER=autodep8,autopkgtest,build-essential,rpmlint,debhelper,dh-dkms,dkms,kmod,lintian,linux-headers-amd64,libelf-dev,libjson-c-dev,libkmod-dev,zlib1g-dev,pkg-config,python3,openssl,xz-utils,zstd,rpm,makepkg,pacman-package-manager,libarchive-tools,fakeroot

# make_tar SUITE KIND - the archive, unless it is there already
make_tar() {
	local tar=$work/$1.$2.tar packages=$BASE sources

	[ "$2" = base ] || packages=$BUILDER
	[ -z "${LP_KEEP:-}" ] || [ ! -e "$tar" ] || return 0
	sources=$(suite_sources "$1")
	mmdebstrap --quiet --variant=minbase --aptopt='APT::Install-Recommends "false"' \
		--essential-hook="$INITRAMFS_HOOK" --include="$packages" \
		"$1" "$tar.new.tar" - <<<"$sources" &&
		mv "$tar.new.tar" "$tar"
}

# make_root SUITE KIND - a fresh $fs
make_root() {
	make_tar "$1" "$2" || return
	leave_root
	rm -rf --one-file-system "$fs"
	mkdir -p "$fs"
	tar -x --xattrs --xattrs-include='*' --numeric-owner -C "$fs" -f "$work/$1.$2.tar" || return
	# An admin's apt installs what packages recommend.
	rm -f "$fs/etc/apt/apt.conf.d/99mmdebstrap"
	cp -L /etc/resolv.conf "$fs/etc/resolv.conf"
	# Programs of the chroot must not talk to daemons, nor start any.
	printf '#!/bin/sh\nexit 101\n' > "$fs/usr/sbin/policy-rc.d"
	chmod +x "$fs/usr/sbin/policy-rc.d"
	ln -sfn /proc/self/fd "$fs/dev/fd"
	mount -t proc proc "$fs/proc"
}

leave_root() { ! mountpoint -q "$fs/proc" || umount "$fs/proc"; }

# The kernels that are installed there, oldest first
kernels() { find "$fs/lib/modules" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -V; }
newest_kernel() { kernels | tail -n 1; }
