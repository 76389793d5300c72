# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2016 # check-packages sets these; shells inside expand those
#
# Part of scripts/check-packages: the RPM spec and the Arch PKGBUILD, as far as
# Debian's rpm, rpmlint and makepkg can tell. $fs is the root file system that
# builds packages, with the tree in /livepoke.

tarball() {
	rm -rf "$fs/distros"
	mkdir -p "$fs/distros"
	cp -r "$fs/livepoke" "$fs/distros/livepoke-$version"
	rm -rf "$fs/distros/livepoke-$version/build"
	tar -C "$fs/distros" -czf "$fs/distros/livepoke-$version.tar.gz" "livepoke-$version"
	cp "$LP_ROOT/packaging/livepoke.spec" "$LP_ROOT/packaging/PKGBUILD" "$fs/distros/"
}

# Debian has no packages of Fedora's macros and names: the build's
# dependencies are not asked for, and these stand for the macros.
rpm_build() {		# OPTION...
	inside rpmbuild --nodeps --define '_topdir /distros/rpm' --define '_sourcedir /distros' \
		--define '_unitdir /usr/lib/systemd/system' --define '_sharedstatedir /var/lib' \
		--define 'systemd_post() echo %1' \
		--define 'systemd_preun() echo %1' --define 'systemd_postun() echo %1' "$@" /distros/livepoke.spec
}

spec_parses() { inside rpmspec -P --define "_sourcedir /distros" /distros/livepoke.spec; }

rpm_lint() { inside rpmlint --strict --rpmlintrc /livepoke/packaging/rpmlintrc /distros/livepoke.spec /distros/rpm/RPMS; }

rpm_lint_spoilt() {
	sed 's|^%{_unitdir}/livepoke.service|%attr(777,root,root) &|' "$LP_ROOT/packaging/livepoke.spec" > "$fs/distros/livepoke.spec"
	rpm_build -bb || return
	! rpm_lint
}

rpm_files() { inside sh -c 'mkdir -p /distros/from-rpm && cd /distros/from-rpm && for r in /distros/rpm/RPMS/*/*.rpm; do rpm2cpio "$r" | cpio --quiet -id || exit; done'; }

# An installed file that no package lists
spec_spoilt() {
	sed -i '/livepoke-came-up/d' "$fs/distros/livepoke.spec"
	rpm_build -bb
}

# makepkg refuses to be run by root.
arch_build() {		# PKGBUILD's name
	inside mkdir -p /var/lib/pacman && inside pacman -Q
	inside chown -R nobody /distros
	inside su nobody -s /bin/sh -c 'cd /distros && HOME=/distros PKGEXT=.pkg.tar BUILDDIR=/distros/arch makepkg --nodeps --noconfirm --force -p "$1"' sh "$1"
}

arch_files() { inside sh -c 'mkdir -p /distros/from-arch && for p in /distros/*.pkg.tar; do tar -xf "$p" -C /distros/from-arch || exit; done'; }
arch_has_no_script() {
	inside sh -c 'for p in /distros/*.pkg.tar; do tar -tf "$p" || exit; done' > "$work/names" &&
		grep -qx .PKGINFO "$work/names" && ! grep -i '^\.install' "$work/names"
}

arch_spoilt() {
	sed '/^package_livepoke-dkms/,/^}/d' "$fs/distros/PKGBUILD" > "$fs/distros/PKGBUILD.spoilt"
	arch_build PKGBUILD.spoilt
}

deb_files() { inside sh -c 'mkdir -p /distros/from-deb && for p in /livepoke/build/deb/*.deb; do dpkg-deb -x "$p" /distros/from-deb || exit; done'; }

# same DIRECTORY PATH - as in the Debian packages, of which dkms is seen to build
same() { inside diff -r "/distros/from-deb$2" "/distros/$1$2"; }

# same_sources DIRECTORY VERSION - for dkms, under the version that it is to know
same_sources() {
	inside grep -qx "PACKAGE_VERSION=\"$2\"" "/distros/$1/usr/src/livepoke-$2/dkms.conf" &&
		inside diff -r -I '^PACKAGE_VERSION=' "/distros/from-deb/usr/src/livepoke-$version" "/distros/$1/usr/src/livepoke-$2"
}

distro_checks() {
	local d

	try "a tarball of the sources" tarball
	try "rpmspec reads the spec" spec_parses
	try "rpmbuild -bs" rpm_build -bs
	try "rpmbuild -bb: what it installs is what it lists" rpm_build -bb
	try "rpmlint is silent" rpm_lint
	try "makepkg" arch_build PKGBUILD
	try "no install script" arch_has_no_script
	try "their files: deb" deb_files
	try "their files: rpm" rpm_files
	try "their files: pkg" arch_files
	try "from-rpm: the sources for dkms are those of the Debian package" same_sources from-rpm "$version-1"
	try "from-arch: so are these" same_sources from-arch "$version"
	for d in from-rpm from-arch; do
		try "$d: so is what patches are built with" same $d /usr/share/livepoke
	done
	try "a broken variant is noticed: a unit with mode 777" rpm_lint_spoilt
	refused "a broken variant is noticed: a file that no RPM has" unpackaged spec_spoilt
	refused "a broken variant is noticed: a PKGBUILD without dkms" package_livepoke-dkms arch_spoilt
}
