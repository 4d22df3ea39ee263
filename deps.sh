#!/bin/sh
# deps.sh - installs the Debian packages that almoner is built and tested with.
# Silent and quick when all are there. Needs root or sudo without a password;
# otherwise prints the one line to run and exits 1.
set -eu

packages="gcc make pkg-config liblmdb-dev libssl-dev zlib1g-dev libyaml-dev
    libminizip-dev libexpat1-dev libjansson-dev check libxml2-utils clang clang-format
    libqrencode-dev libxlsxwriter-dev openssl python3 python3-xmlschema
    python3-openpyxl"

if ! command -v dpkg-query >/dev/null; then
    echo "deps.sh: not a Debian system; install what these packages hold:" >&2
    echo "$packages" >&2
    exit 1
fi

# libFuzzer's run-time: a recommendation of clang, named after its version.
if grep -q '^VERSION_CODENAME=bookworm$' /etc/os-release 2>/dev/null; then
    packages="$packages libclang-rt-14-dev"
fi

# $packages and $missing are lists of words, split on purpose.
# shellcheck disable=SC2086
installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' $packages 2>/dev/null |
    sed -n 's/^ii //p') || true
missing=""
for package in $packages; do
    case "
$installed
" in
    *"
$package
"*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "deps.sh: packages are missing; run as root:" >&2
    echo "apt-get update && apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi

echo "deps.sh: installing$missing"
# shellcheck disable=SC2086
{
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing
} >&2
