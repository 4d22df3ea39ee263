# Profiles: those that come with the program hold, docs/PROFILES.md's example is a whole
# one, and what is wrong with one is said. If this fails, a county's IT person who follows
# the book does not get a file that the bank takes.
. tests/cli/lib.sh

# ---- what comes with the program ----
expect 0 "$ALMONER" profile list
says '^pipe-trailer '
names=$("$ALMONER" profile list --json | tr '{' '\n' | grep -o '"name":"[^"]*"' |
    sed 's/.*:"//; s/"//')
for file in "$TOP"/profiles/*.yaml; do
    name=$(basename "$file" .yaml)
    printf '%s\n' "$names" | grep -qx "$name" || fail "$name is not in the list"
    expect 0 "$ALMONER" profile show "$name"
    cmp -s out "$file" || fail "$name is not shown as it is"
    expect 0 "$ALMONER" profile check "$name" --quiet
    grep -q 'finding' out && fail "$name has findings"
    expect 0 "$ALMONER" profile check "$file" --json
    is name "$name"
done
expect 3 "$ALMONER" profile show no-such
code unknown-profile
expect 3 "$ALMONER" profile check ./no-such.yaml
code no-such-file

# ---- the book's example ----
awk '/^<!-- example: / { name = $3 } /^```/ { inside = name != "" && /yaml/ ; if (inside) next
     name = inside ? name : "" } inside { print >"comma-example.yaml" }' "$TOP/docs/PROFILES.md"
expect 0 "$ALMONER" profile check comma-example.yaml
says '^payments DF0001_20261106_001.txt'
says '^  0001,20261106,50,'
says '^answer .rsp'
says '^comma-example: 0 findings, 0 notes'
expect 0 "$ALMONER" profile check comma-example.yaml --lang zh
says '0 个问题'
expect 0 "$ALMONER" profile check comma-example.yaml --json
is schema almoner.profile-check/1
# What is shown is UTF-8, though the file is not.
iconv -f UTF-8 -t UTF-8 out >/dev/null || fail 'not UTF-8'

# ---- what is wrong with one ----
sed 's/^separator: .*/separator: ","\nseperator: ","/' comma-example.yaml >bad.yaml
expect 3 "$ALMONER" profile check bad.yaml
says 'bad.yaml:7:1'
# A column of the answer is not where the profile says.
sed 's/{value: id, max-bytes: 40}/{value: id, max-bytes: 10}/' comma-example.yaml >short.yaml
sed -i 's/^profile: .*/profile: short/' short.yaml
expect 1 "$ALMONER" profile check short.yaml
says 'finding id-short'
# Nobody is told at the export only that a name has a blank.
sed 's/^profile: .*/profile: blanks/; s/, blanks: true//' \
    "$TOP/profiles/blanks-gbk.yaml" >blanks.yaml
expect 0 "$ALMONER" profile check blanks.yaml
says 'note name-blanks'
# An entry that an earlier one takes; who is missing counts as paid, and nothing counts.
sed 's/^profile: .*/profile: late/; s/absent: unknown/absent: paid/
    s/- {code: F, text: 销户.*/- {text: 户, status: rejected, reason: other}/
    /^    - \[{value: count}/d; /^  header:$/d' comma-example.yaml >late.yaml
expect 1 "$ALMONER" profile check late.yaml
says 'finding answer-cut'
says 'counts as paid'
sed 's/^profile: .*/profile: shadow/
    s/- {code: P, status: pending}/- {text: 户, status: returned, reason: other}/' \
    comma-example.yaml >shadow.yaml
expect 1 "$ALMONER" profile check shadow.yaml
says 'finding answer-differs'
expect 1 "$ALMONER" profile check shadow.yaml --json
is severity finding
