# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2016 # check-packages sets these; shells inside expand those
#
# Part of scripts/check-packages: the tree in a root file system that has what
# builds packages. "make deb" and lintian, "make dkms-install", "make sign".

# The files of the tree, as a release would have them
export_tree() {		# DIRECTORY
	mkdir -p "$1"
	(cd "$LP_ROOT" && git ls-files -z --cached --others --exclude-standard |
		tar -c --null -T - --ignore-failed-read) | tar -x -C "$1"
}

in_tree() { inside make -C /livepoke "$@"; }

build_debs() {
	in_tree deb && rm -rf "$debs" && mkdir -p "$debs" && cp "$fs"/livepoke/build/deb/*.deb "$debs/"
}

# lintian knows the rules of its own release only; ours are written for the
# newer one, and what the older one says of that is in no override.
lint() { inside sh -c 'lintian --allow-root --fail-on error,warning /livepoke/build/deb/*.changes'; }

# A script without an interpreter in a package: lintian must find it.
lint_spoilt() {
	inside sh -c '
		dpkg-deb -R /livepoke/build/deb/livepoke-tools_*.deb /spoilt &&
		rm -rf /spoilt/usr/share/doc && dpkg-deb -b /spoilt /spoilt.deb && rm -rf /spoilt &&
		lintian --allow-root --fail-on error,warning /spoilt.deb'
}

dkms_has() { inside dkms status livepoke -k "$kernel" | grep -q 'installed'; }
is_module() { inside modinfo -F version -k "$kernel" "$1" | grep -qx "$2"; }

# signed_by FILE CERTIFICATE - both in $fs; the signature is right, not only there
signed_by() {
	rm -rf "$fs/signed"
	mkdir "$fs/signed"
	inside python3 - "$1" /signed < "$LP_ROOT/tests/pkg/split-signature.py" &&
		inside openssl x509 -inform DER -in "$2" -out /signed/cert.pem &&
		inside openssl smime -verify -binary -inform DER -in /signed/signature \
			-content /signed/module -certfile /signed/cert.pem -nointern -noverify -out /dev/null
}

built_ko() { find "$fs/livepoke/build/$kernel/product" -maxdepth 1 -name livepoke.ko -printf "/livepoke/build/$kernel/product/%f\n"; }

spoil_module() { inside sed -i '0,/license=GPL/s//license=gpl/' "$(built_ko)"; }
other_key() { inside openssl req -new -x509 -newkey rsa:2048 -nodes -subj /CN=other/ -keyout /other.key -outform DER -out /other.der; }

needs_livepoke() { mkdir "$fs/usr/src/$1" && echo 'BUILD_DEPENDS[0]="livepoke"' > "$fs/usr/src/$1/dkms.conf"; }

# What "make dkms-install" or a package left behind, by name, anywhere
leftovers() {
	! find "$fs" -xdev \( -path "$fs/proc" -o -path "$fs/livepoke" -o -path "$fs/debs" -o \
		-path "$fs/var/cache/apt" -o -path "$fs/var/log" \) -prune -o \
		\( -name '*livepoke*' -o -name '*patch_cmdline*' -o -name 'a_fix*' \) -print | grep .
}

unlisted() { ! inside dkms status 2>/dev/null | grep -E 'livepoke|patch_cmdline|a_fix'; }

builder_checks() {
	try "a root file system to build in" make_root "$suite" builder
	[ -d "$fs/usr" ] || return 0
	kernel=$(newest_kernel)
	export_tree "$fs/livepoke"
	try "make deb" build_debs
	try "lintian is silent" lint
	refused "a broken variant is noticed: lintian and a package without copyright" no-copyright-file lint_spoilt
	try "make dkms-install for $kernel" in_tree dkms-install "KREL=$kernel"
	try "dkms has it" dkms_has
	try "it is livepoke.ko $version" is_module livepoke "$version"
	try "make sign" in_tree sign "KREL=$kernel"
	try "with the key that dkms uses" signed_by "$(built_ko)" /var/lib/dkms/mok.pub
	try "the module that dkms built has that signature too" signed_by_dkms
	try "another key" other_key
	refused "a broken variant is noticed: another key" "erification failure" signed_by "$(built_ko)" /other.der
	spoil_module
	refused "a broken variant is noticed: a changed module" "erification failure" signed_by "$(built_ko)" /var/lib/dkms/mok.pub
	refused "a package's files are its own" "belongs to a package" inside /livepoke/scripts/dkms-not-packaged /usr/src
	needs_livepoke a_fix-1
	refused "make dkms-uninstall with a patch that would be left" "patches need livepoke: a_fix/1;" in_tree dkms-uninstall
	rm -r "$fs/usr/src/a_fix-1"
	try "make dkms-uninstall" in_tree dkms-uninstall
	try "dkms has it no longer" unlisted
	try "nothing is left" leftovers
	try "autopkgtest" package_tests
}

# A test that would have to restart the machine is skipped here, which is exit
# status 2.
package_tests() {
	cp "$LP_ROOT/debian/tests"/* "$fs/livepoke/debian/tests/"
	inside apt-get -qq update
	inside sh -c 'cd / && autopkgtest --summary-file=/summary /livepoke/build/deb/*.deb /livepoke -- null' ||
		[ $? = 2 ] || return
	! grep -w FAIL "$fs/summary" && grep '^command  *PASS' "$fs/summary" && grep '^patch  *PASS' "$fs/summary"
}

# As it lies there, maybe compressed
signed_by_dkms() {
	local ko

	ko=$(inside modinfo -n -k "$kernel" livepoke) || return
	case $ko in
	*.xz) inside sh -c 'xz -dc "$1" > /module.ko' sh "$ko" ;;
	*.zst) inside sh -c 'zstd -qdc "$1" > /module.ko' sh "$ko" ;;
	*) inside cp "$ko" /module.ko ;;
	esac && signed_by /module.ko /var/lib/dkms/mok.pub
}
