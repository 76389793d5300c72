# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Packages of any Debian suite, whatever the machine runs, without root: apt
# with a state directory of its own for each suite.

GONE=3			# exit status: the archive no longer has it
APT=()

# mirror LABEL DEFAULT - where this machine gets that archive from
mirror() {
	local uri

	# shellcheck disable=SC2016 # apt expands it
	uri=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk -v l="$1" '$1 == l { print $2; exit }')
	printf '%s\n' "${uri:-$2}"
}

suite_sources() {	# SUITE
	local base=${1%-security} key=/usr/share/keyrings/debian-archive-keyring.gpg
	local main security s

	base=${base%-backports}
	[ "$1" != experimental ] || base=sid
	[ -r "$key" ] || die "$key is missing: install debian-archive-keyring"
	main=${LIVEPOKE_MIRROR:-$(mirror Debian http://deb.debian.org/debian)}
	security=${LIVEPOKE_SECURITY_MIRROR:-$(mirror Debian-Security http://deb.debian.org/debian-security)}
	for s in "$main $base" "$security $base-security" ${1:+"$main $1"}; do
		case $s in
		*' sid-security'|"$main "*-security) continue ;;
		esac
		printf 'deb [signed-by=%s] %s main\n' "$key" "$s"
	done | sort -u
}

# use_private_apt SUITE - from here on, APT names apt's options for that suite
use_private_apt() {
	local dir=$LIVEPOKE_CACHE/apt/$1

	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	: > "$dir/status"
	suite_sources "$1" > "$dir/sources.list"
	APT=(-o "Dir::State=$dir" -o "Dir::State::status=$dir/status"
	     -o "Dir::Cache=$dir" -o "Dir::Etc::sourcelist=$dir/sources.list"
	     -o "Dir::Etc::sourceparts=-" -o "APT::Architecture=$LP_ARCH"
	     -o "APT::Architectures=$LP_ARCH" -o "Acquire::Languages=none"
	     -o "Debug::NoLocking=1" -o "APT::Sandbox::User=root")
	say "testbed: reading the package lists of $1"
	apt-get "${APT[@]}" -qq update >&2 || gone "the package lists of $1 cannot be read"
}

gone() { say "${0##*/}: $*"; exit $GONE; }

download_deb() { (cd "$LIVEPOKE_CACHE/debs" && apt-get "${APT[@]}" -qq -o APT::Sandbox::User=root download "$1" >&2); }

# source_deb SUITE PACKAGE VERSION - the file of a package with a kernel's source,
# downloaded unless it is there. The archive keeps the source of a series'
# newest kernel only: if the image is an older one, that source is near enough.
source_deb() {
	local debs=$LIVEPOKE_CACHE/debs deb=$LIVEPOKE_CACHE/debs/$2_${3//:/%3a}_all.deb

	mkdir -p "$debs"
	[ ! -e "$deb" ] || { printf '%s\n' "$deb"; return; }
	say "${0##*/}: downloading $2 $3"
	# This machine may run another suite than the kernel is of.
	download_deb "$2=$3" 2>/dev/null || {
		use_private_apt "$1"
		download_deb "$2=$3" 2>/dev/null
	} || {
		say "${0##*/}: NOTICE: $2 $3 is gone from the archive; using the newest"
		download_deb "$2" || gone "cannot download $2 from $1"
	}
	find "$debs" -name "$2_*_all.deb" | sort -V | tail -n 1
}
