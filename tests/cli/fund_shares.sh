# What sources bear where tiers have shares of their own: per head, percent and the rest,
# each month by its tier, added up by somebody who knows births and the policy alone; and
# allocations that were forged are found by whoever looks. If this fails, the county pays
# what the province owes, or nobody sees who changed that.
. tests/cli/lib.sh
: "${VERIFY:?}" "${ROWS:?}"
mkdir -p top/policies/baoqing
awk '/funds: \{county: rest\}/ && !n++ { sub(/\{.*/, "{central: 33.33, province: 12.5, county: rest}") }
    { print }
    /name: 90周岁及以上/ { tier = 1 }
    tier && /amount:/ { tier = 0
        print "        funds: {province: 33.33, central: {per-head: 70.00}, county: rest}" }' \
    "$TOP/policies/baoqing/elderly-2024.yaml" >top/policies/baoqing/elderly-2024.yaml
TOP=$TEST_DIR/top make_sandbox

# Born so that they become 80 and 90 before, while and after months are paid.
BIRTHS='19300101 19341215 19360310 19360930 19361020 19361111 19441005 19460720 19461101'
{
    echo id_number,name,registration,registration_since,account,claim_date
    n=10
    for born in $BIRTHS; do
        n=$((n + 1))
        echo "$(id_number "$born" 0$n),演$n,230523,original,62999900000000000$n,2026-01-01"
    done
} >people.csv
import people people.csv
expect 0 a admin config set funds on
expect 0 a admin config set check.two-batches warn
appropriate() {
    expect 0 a maker budget set --document 财社1号 "$@" --json
    N=$(field number)
    expect 0 a checker budget confirm "$N"
}
appropriate --source central --year 2027 --amount 90000
for source in central province county; do
    appropriate --source $source --year 2026 --amount 90000
done
for month in 09 10 11 12; do
    NOW=2026-$month-05T01:00:00Z
    expect 0 a maker run --period 2026-$month
    expect 0 a maker batch new --channel psbc --pay-date 2026-$month-15 --json
    B=$(field number)
    expect 0 a maker batch submit "$B"
    r batch show "$B" --lines --json >lines-"$B".json
done
r budget show --json >budget.json
python3 - "$BIRTHS" <<'END' || fail 'a source bears another sum'
import collections, json, sys
births = sys.argv[1].split()
budget = json.load(open("budget.json"))
source = {x["number"]: x["source"] for x in budget["appropriations"]}
months = lambda s: int(s[:4]) * 12 + int(s[5:7]) - 1


def tier(born, month):
    """From the month after the birthday: 90 and over 100 yuan, 80 and over 25."""
    age = lambda years: (int(born[:4]) + years) * 12 + int(born[4:6]) - 1
    return 10000 if month > age(90) else 2500 if month > age(80) else 0


carried = collections.Counter()
tiers = set()
for b in (1, 2, 3, 4):
    weight, total = collections.Counter(), 0
    for line in json.load(open("lines-%d.json" % b))["payments"]:
        a, z = (line["months"].split("..") * 2)[:2]
        fen = 0
        for m in range(months(a), months(z) + 1):
            pays = tier(births[line["person"] - 1], m)
            fen += pays
            tiers.add(pays)
            if pays == 10000:
                parts = 7000 * 10000, 3000 * 10000  # of 33.33 only what is left
            else:
                parts = pays * 3333, pays * 1250
            weight["central"] += parts[0]
            weight["province"] += parts[1]
            weight["county"] += pays * 10000 - sum(parts)
        assert fen == line["amount_fen"], line
        total += fen
    got = collections.Counter()
    for x in budget["allocations"]:
        got[source[x["appropriation"]]] += x["amount_fen"] * (x["batch"] == b)
    wanted = {s: (weight[s] + carried[s]) // 10000 for s in ("central", "province")}
    wanted["county"] = total - sum(wanted.values())
    assert {s: got[s] for s in wanted} == wanted, (b, dict(got), wanted)
    for s in wanted:
        carried[s] += weight[s] - wanted[s] * 10000
assert tiers == {2500, 10000} and any(carried.values())
END
verified

# ---- forged: HOW, audit verify's words, the words of who has the bundle alone ----
mkdir keys && cp ./*.pem "$L/keys/ledger.pem" keys/
cp -r "$L" sound
expect 0 r audit bundle --out all.zip
expect 0 r status --json
VKEY=$(field vkey)
while IFS='|' read -r how words code; do
    rm -rf "$L"
    cp -r sound "$L"
    expect 0 python3 "$TOP/tests/cli/forge_ledger.py" "$ROWS" "$L" keys "allocation-$how"
    [ -n "$code" ] || expect 0 r rebuild
    expect 5 r audit verify
    says "$words"
    expect 0 python3 "$TOP/tests/cli/forge_bundle.py" all.zip bad.zip keys "allocation-$how"
    want=5
    [ -n "$code" ] || want=0 # policies are not in records: the office alone sees it
    expect $want "$VERIFY" bad.zip --vkey "$VKEY" --json
    [ -z "$code" ] || says "\"code\":\"$code\""
    case $how in unsigned | shares) continue ;; esac
    python3 "$TOP/tests/independent/verify.py" bad.zip >out 2>&1
    got=$?
    [ $got -ne 0 ] || fail "verify.py, allocation-$how: exit $got: $(cat out)"
done <<'END'
unsigned|the signature of maker does not hold|signature
sum|the allocation of old-age is not what batch 4 pays of it|allocation-sum
shares|batch 4 is not borne by the shares that the policies say|
carry|of old-age, central is carried, not what the allocation says|allocation-carry
fund|appropriation 1 is not confirmed, of another year or for another|fund-other
words|the words signed for are not those of batch 4: allocate|signed-words
gone|no appropriation bears batch 4|no-allocation
END
