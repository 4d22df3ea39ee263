# Policy files through the program: checked, shown, compared, and what confirming one would
# change. If this fails, a county cannot read what it is about to sign, or a draft is paid.
. tests/cli/lib.sh
P=$TOP/policies

# Every file of every county, and every bad one.
for file in "$P"/*/*.yaml; do
    expect 0 "$ALMONER" policy check "$file"
    says ' 0 errors, 0 warnings'
    expect 0 "$ALMONER" policy show "$file"
    says "$(sed -n 's/^title: //p' "$file")"
    expect 0 "$ALMONER" policy diff "$file" "$file"
    says 'no difference'
done
for file in "$TOP"/tests/policies/bad/*.yaml; do
    place=$(sed -n '1s/.* //p' "$file")
    expect 3 "$ALMONER" policy check "$file"
    says "$(basename "$file"):$place: "
done
expect 0 "$ALMONER" policy show "$P/wuzhai/elderly-2021.yaml"
says 'never paid'

# What the differences look like, byte for byte; also the other way round, and as JSON.
expect 1 "$ALMONER" policy diff "$P/practice/linkou.yaml" "$P/practice/luoyang.yaml"
cmp -s out "$TOP/tests/golden/policy-diff.txt" || {
    diff "$TOP/tests/golden/policy-diff.txt" out >&2
    fail 'the text of a diff'
}
expect 1 "$ALMONER" policy diff "$P/practice/linkou.yaml" "$P/practice/luoyang.yaml" --json
is schema almoner.policy-diff/1
there=$(field differences)
expect 1 "$ALMONER" policy diff "$P/practice/luoyang.yaml" "$P/practice/linkou.yaml" --json
is differences "$there"

# A sandbox takes a draft, and what confirming it would change is what the run then posts.
make_sandbox
make_county 300
expect 0 a maker run --period 2026-08
expect 0 a maker policy adopt "$P/youyi/elderly-draft.yaml"
says "only a sandbox"
expect 0 a maker policy adopt "$P/youyi/elderly-draft.yaml" --json
n=$(field number)
expect 0 r policy list --json
says '"draft"'
size() {
    expect 0 r status --json
    field size
}
# sum FIELD: of all lines of the preview in out
sum() {
    tr -d '\n' <out | grep -o "\"$1\": *[0-9]*" | awk -F: '{ s += $2 } END { print s + 0 }'
}
# promised N: confirms policy N; the run then posts what the preview said.
promised() {
    before=$(size)
    expect 0 a checker policy confirm "$1" --dry-run --json
    more=$(sum more_fen)
    less=$(sum less_fen)
    people=$(field people)
    # One programme changes: its line counts the same people as the whole.
    [ "$(sum people)" = $((2 * people)) ] || fail "people of lines and whole differ"
    is through 2026-09
    [ "$(size)" = "$before" ] || fail 'a dry run wrote'
    expect 0 a maker run --period 2026-09
    expect 0 a checker policy confirm "$1"
    expect 0 a maker run --period 2026-09 --json
    got=$(($(field regular_fen) + $(field backpay_fen) + $(field reduction_fen)))
    [ "$got" = $((more - less)) ] || fail "the run posted $got, not $more - $less"
    [ "$(field records)" -ge "$people" ] || fail "fewer records than people"
}
variant() { # variant NAME SED...: the county's file with another id
    name=$1
    shift
    sed -e "s/^id: .*/id: $name/" "$@" "$P/baoqing/elderly-2024.yaml" >"$name.yaml"
    expect 0 a maker policy adopt "$name.yaml" --json
    n=$(field number)
}
expect 0 a checker policy confirm "$n" --dry-run
says 'tier 90周岁及以上'
says '  0\.00 ' # nothing more, not nothing said
promised "$n"
[ "$people" -gt 0 ] && [ "$less" -gt 0 ] || fail "people $people, less $less"
expect 4 a checker policy confirm "$n"
code not-pending
variant raised -e 's/300.00, floor: 300/360.00, floor: 300/' \
    -e 's/^effective: .*/effective: 2025-07-01/'
promised "$n"
[ "$people" -gt 0 ] && [ "$more" -gt 0 ] || fail "people $people, more $more"
verified

# Files that do not go together: an annual amount that changes its way within a year, and
# whole years against monthly amounts in a conflict of another file.
whole='s/annual: twelfths/annual: {whole-year-in: 3}/'
variant midyear -e "$whole" -e 's/^effective: .*/effective: 2027-07-01/'
expect 3 a checker policy confirm "$n"
code annual-change
variant january -e "$whole" -e 's/^effective: .*/effective: 2027-01-01/'
expect 0 a checker policy confirm "$n" --dry-run
printf '\nconflicts: [{among: [old-age, dibao-supplement], rule: first}]\n' >tail
sed '/^conflicts/,$d' "$P/practice/price-subsidy.yaml" | sed 's/^id: .*/id: clash/' |
    cat - tail >clash.yaml
expect 0 a maker policy adopt clash.yaml --json
expect 0 a checker policy confirm "$(field number)"
expect 3 a checker policy confirm "$n"
code whole-year-in-conflict

# An id is one confirmed file's.
sed 's/^title: .*/title: 另一个文件/' "$P/baoqing/elderly-2024.yaml" >same-id.yaml
expect 0 a maker policy adopt same-id.yaml --json
expect 3 a checker policy confirm "$(field number)"
code policy-id

# One that takes the place of another, in the list.
variant instead -e '/^basis/i supersedes: [baoqing-2024-5]'
expect 0 a checker policy confirm "$n"
expect 0 r policy list
grep ' baoqing-2024-5 ' out | grep -q superseded || fail 'the list'
grep ' instead ' out | grep ' confirmed ' | grep -q '2024-09-01' || fail 'the list'
expect 1 r policy diff 1 "$n"
says 'id: baoqing-2024-5 -> instead'
expect 4 r policy show 99

# In a live ledger a draft is refused by confirm, before anything is asked or signed.
echo 'long enough a phrase' >phrase
for name in one two live-maker live-checker; do
    expect 0 "$ALMONER" keygen $name --key-out $name.pem --passphrase-file phrase --json
    field vkey >$name.vkey
done
w() { # w NAME ARGS...: on the live ledger
    who=$1
    shift
    "$ALMONER" -C live --as "$who" --key "$who.pem" --passphrase-file phrase "$@"
}
expect 0 "$ALMONER" init live --division 230522 --name 民政局 --admin one \
    --admin-vkey "$(cat one.vkey)" --admin two --admin-vkey "$(cat two.vkey)"
for role in maker checker; do
    expect 0 w one operator add live-$role --vkey "$(cat live-$role.vkey)" --role $role \
        --json
    expect 0 w two operator confirm "$(field number)"
done
expect 0 w live-maker policy adopt "$P/youyi/elderly-draft.yaml"
expect 3 w live-checker policy confirm 1
code draft
expect 4 w live-maker run --period 2026-09
code no-policy
expect 0 w live-maker policy adopt "$P/taobei/elderly-tasks.yaml"
expect 0 w live-checker policy confirm 2
