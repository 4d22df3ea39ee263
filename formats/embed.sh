#!/bin/sh
# embed.sh - profiles/*.yaml as a C file, text for text, in the order of their names:
# the list that profile_shipped() gives.
#
#   formats/embed.sh FILE... >profiles.c
set -eu
LC_ALL=C
export LC_ALL

echo '/* Made by formats/embed.sh. */'
echo '#include "formats/profile_private.h"'
number=0
for file; do
    echo "static const unsigned char text_$number[] = {"
    od -An -v -tu1 "$file" | sed 's/ *\([0-9][0-9]*\)/\1,/g'
    echo '0};'
    number=$((number + 1))
done
echo 'const struct profile_shipped profile_shipped_list[] = {'
number=0
for file; do
    name=${file##*/}
    echo "{\"${name%.yaml}\", {(const char *)text_$number, sizeof text_$number - 1}},"
    number=$((number + 1))
done
echo '};'
echo "const size_t profile_shipped_count = $number;"
