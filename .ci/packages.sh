# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the scripts: installs Debian packages that are missing, or says which ones are.

# Packages of build and command-line tool; of every test beside the kernel lab; of the kernel lab.
packages_build="gcc libc6-dev make cmake pkg-config libpci-dev libsmartcols-dev libjson-c-dev libarchive-dev pci.ids"
packages_test="g++ libcmocka-dev acpica-tools python3 python3-dev python3-setuptools python3-wheel python3-pip python3-jsonschema
	mypy perl libperl-dev golang-go swig doxygen abigail-tools valgrind man-db mandoc bash-completion
	zsh fish pciutils jq"
packages_kernel="qemu-system-x86 busybox-static cpio xz-utils zstd binutils patch linux-image-6.12-amd64 linux-image-amd64
	linux-source-6.12 linux-source-6.1 flex bison bc libelf-dev libssl-dev ccache"

# install PACKAGE...: needs root or sudo, and Debian or a relative of it.
install() {
	missing=""
	for p in "$@"; do
		case $(dpkg-query -W -f '${Status}' "$p" 2>/dev/null) in
		*"ok installed") ;;
		*) missing="$missing $p" ;;
		esac
	done
	[ -z "$missing" ] && return 0
	if ! command -v apt-get >/dev/null; then
		echo "These programs and libraries are needed; the names are Debian's:$missing" >&2
		return 1
	fi
	sudo=""
	if [ "$(id -u)" -ne 0 ]; then
		sudo=$(command -v sudo) || {
			echo "Run as root, or install sudo, or install these packages by hand:$missing" >&2
			return 1
		}
	fi
	echo "Installing$missing"
	$sudo apt-get update -q >/dev/null
	# shellcheck disable=SC2086
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >/dev/null
}
