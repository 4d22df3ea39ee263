#!/bin/sh
# proof.sh - is this record in the ledger? With openssl, base64 and sed alone, no almoner.
#   sh proof.sh RECORD PROOF VKEY-FILE
# RECORD holds the record's bytes, PROOF what audit prove wrote (C2SP tlog-proof), VKEY-FILE
# one line, the ledger's public key. For ledgers of suite 1 (SHA-256 and Ed25519).
set -eu
record=$1 proof=$2 vkey=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sha() { openssl dgst -sha256 -binary | base64; }
bytes() { printf '%s\n' "$1" | base64 -d; }
bad() { echo "NO: $1" && exit 1; }

# 1. From the record to the root: RFC 9162, section 2.1.3.2.
sed '1,/^$/d' "$proof" >"$work/checkpoint"
index=$(sed -n '2s/^index //p' "$proof")
size=$(sed -n 2p "$work/checkpoint")
n=$index
last=$((size - 1))
[ "$n" -le "$last" ] || bad 'the index is beyond the checkpoint'
hash=$({ printf '\000' && cat "$record"; } | sha)
for other in $(sed -n '3,/^$/p' "$proof" | grep -v '^extra '); do
    [ "$last" -gt 0 ] || bad 'a hash too much'
    if [ $((n % 2)) -eq 1 ] || [ "$n" -eq "$last" ]; then
        hash=$({ printf '\001' && bytes "$other" && bytes "$hash"; } | sha)
        while [ $((n % 2)) -eq 0 ] && [ "$n" -gt 0 ]; do
            n=$((n / 2)) last=$((last / 2))
        done
    else
        hash=$({ printf '\001' && bytes "$hash" && bytes "$other"; } | sha)
    fi
    n=$((n / 2)) last=$((last / 2))
done
[ "$last" -eq 0 ] || bad 'a hash too few'
[ "$hash" = "$(sed -n 3p "$work/checkpoint")" ] || bad 'another root'
echo "root     $hash: record $index is among the $size"

# 2. The checkpoint's signature: Ed25519 over its three lines, under the key from outside.
origin=$(cut -d+ -f1 "$vkey")
[ "$origin" = "$(sed -n 1p "$work/checkpoint")" ] || bad 'a checkpoint of another ledger'
head -n 3 "$work/checkpoint" >"$work/text"
sed -n "s|^— $origin ||p" "$work/checkpoint" | head -n 1 | base64 -d | tail -c 64 >"$work/sig"
{
    printf '\060\052\060\005\006\003\053\145\160\003\041\000' # an Ed25519 key, RFC 8410
    cut -d+ -f3- "$vkey" | base64 -d | tail -c 32
} >"$work/key"
openssl pkeyutl -verify -rawin -in "$work/text" -sigfile "$work/sig" -pubin \
    -inkey "$work/key" -keyform DER >"$work/said" 2>&1 || bad 'the signature does not hold'
echo "signed   by $origin"
