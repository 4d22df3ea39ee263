#!/bin/sh
# headers.sh - every header compiles alone, so that it includes what it uses.
set -u
cd "$(dirname "$0")/.." || exit 1

find base ledger policy entitle formats batch audit cli verify tests -name '*.h' 2>/dev/null |
    LC_ALL=C sort |
    xargs -r -n 1 -P 2 "${CC:-gcc}" -fsyntax-only -Wall -Werror -std=c11 \
        -D_POSIX_C_SOURCE=200809L -I. -x c
