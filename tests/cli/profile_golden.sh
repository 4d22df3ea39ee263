# The golden files of the profiles, read by programs that know nothing of ours: iconv
# decodes them, awk, csv and an XML parser find count, sum and names. If this fails, a
# file agrees with itself and with no bank.
. tests/cli/lib.sh
# Who has the records alone knows which layouts come with the program: one text of each,
# which does not change any more (decision 17).
for f in "$TOP"/profiles/*.yaml; do
    grep -q "\"$(sha256sum <"$f" | cut -c1-64)\"" "$TOP/verify/fold_register.c" ||
        fail "almoner-verify does not know $f"
done
known=$(grep -cE '^    "[0-9a-f]{64}",$' "$TOP/verify/fold_register.c")
[ "$known" = "$(ls "$TOP"/profiles/*.yaml | wc -l)" ] || fail "$known layouts are known"
G=$TOP/tests/golden
decode() { iconv -f "$1" -t UTF-8 "$G/$2" >text || fail "$2 is not $1"; }

# sum FIELD SKIP-FIRST SKIP-LAST: lines and the sum of a field cut on |, in fen
sum() {
    tr -d '\r' <text | awk -F'|' -v f="$1" -v first="$2" -v last="$3" '
        { line[NR] = $f }
        END { for (i = first + 1; i <= NR - last; i++) { n++; v = line[i]
              sub(/\./, "", v); s += v } printf "%d %d", n, s }'
}
holds() { [ "$2" = "6 5003501" ] || fail "$1: $2"; }

for f in pipe-trailer pipe-trailer-outer profile-pipe-trailer-both profile-blanks-gbk \
    profile-blanks-gbk-outer profile-city-bank-pipe profile-gzelink profile-template; do
    decode GBK $f.txt
    grep -q 丙寅三 text || fail "$f: a name is missing"
done
decode GBK pipe-trailer.txt
holds pipe-trailer "$(sum 4 1 1)"
decode GBK pipe-trailer-outer.txt
holds pipe-trailer-outer "$(sum 6 1 1)"
decode GBK profile-city-bank-pipe.txt
holds city-bank-pipe "$(sum 3 1 0)"
[ "$(tail -1 text | tr -d '\r' | cut -d'|' -f8)" = 2 ] || fail "the account's second time"
decode UTF-8 profile-acp-batch.txt
holds acp-batch "$(sum 3 2 0)"
[ "$(tail -c 1 "$G/profile-acp-batch.txt" | od -An -tx1 | tr -d ' ')" != 0a ] ||
    fail "acp-batch ends with a line end"
decode GBK profile-blanks-gbk.txt
# From the end: the remark may be empty, and a name may hold blanks.
holds blanks-gbk "$(tr -d '\r' <text | awk '!/^合计/ {
    for (i = NF; $i != "0000"; i--) {} n++; s += $(i - 2) } END { printf "%d %d", n, s }')"

if command -v python3 >/dev/null; then
    python3 - "$G" <<'END' >got || fail "python3 cannot read them"
import csv, io, re, sys
import xml.etree.ElementTree as tree
folder = sys.argv[1]
text = open(folder + "/profile-template.txt", encoding="gbk", newline="").read()
rows = list(csv.reader(io.StringIO(text)))
detail = rows[2:-1]
fen = lambda yuan: int(yuan.replace(".", ""))
print("template", len(detail), sum(fen(r[4]) for r in detail), rows[-1][1], rows[-1][2])
text = open(folder + "/profile-gzelink.txt", encoding="gbk").read()
root = tree.fromstring(re.sub(r"<\?.*?\?>", "", text))
detail = root.findall("BODY/TRANS_DETAILS/TRANS_DETAIL")
print("gzelink", len(detail), sum(int(r.find("AMOUNT").text) for r in detail),
      root.find("BODY/TRANS_SUM/TOTAL_ITEM").text,
      root.find("BODY/TRANS_SUM/TOTAL_SUM").text)
print([r.find("ACCOUNT_NAME").text for r in detail][3])
END
    [ "$(cat got)" = "template 6 5003501 6 5003501
gzelink 6 5003501 6 5003501
TEST PAYEE & <SON>" ] || fail "$(cat got)"
fi
