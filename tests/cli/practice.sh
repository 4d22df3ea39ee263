# The practice files, each paying one person by rules that can be counted on fingers. If
# this fails, a file says in words what the program does not pay.
. tests/cli/lib.sh
for name in admin maker checker; do
    make_key "$name"
done

HOME_CODE=$(credit_code 52230523MJ1234567)

# ledger FILE: a fresh one with this policy and the person with this ID number, known under
# number 1; then the lines of facts on stdin, and a run of everything up to 2026-09.
ledger() {
    file=$1
    id=$2
    division=$3
    claim=$4
    L=$TEST_DIR/$file-$id
    expect 0 "$ALMONER" init "$L" --division "$division" --name 演练民政局 --sandbox \
        --admin admin --admin-vkey "$(cat admin.vkey)" --now "$NOW"
    add_operator maker maker
    add_operator checker checker
    expect 0 a maker policy adopt "$TOP/policies/practice/$file.yaml"
    expect 0 a checker policy confirm 1
    printf '%s\n' id_number,name,registration,registration_since,claim_date \
        "$id,王某,$division,original,$claim" >"$file-people.csv"
    import people "$file-people.csv"
    printf '%s\n' credit_code,name,division,account \
        "$HOME_CODE,某养老院,$division,6217000000000000101" >"$file-homes.csv"
    import institutions "$file-homes.csv"
    {
        echo id_number,attribute,value,effective,until,scale
        sed "s/^/$id,/"
    } >"$file-facts.csv"
    [ "$(wc -l <"$file-facts.csv")" -eq 1 ] || import facts "$file-facts.csv"
    expect 0 a maker run --period 2026-09
}

# pays PROGRAMME MONTH YUAN.FEN
pays() {
    expect 0 r explain 1 --programme "$1" --period "$2" --json
    [ "$(field amount_fen)" = "$(echo "$3" | tr -d .)" ] ||
        fail "$file: $1 $2 is $(field amount_fen), not $3"
}

# 80 on 2024-11-20, claimed in 2025-03. Lin-kou: from the month after the birthday, all of
# it back; certified in the claim's month by the claim, in April by itself, in May not.
ledger linkou 230523194411200035 231025 2025-03-05 <<'EOF2'
certified,ok,2025-04-10,,
EOF2
pays old-age 2024-11 0
pays old-age 2024-12 25.00
pays old-age 2025-03 25.00
pays old-age 2025-04 25.00
pays old-age 2025-05 0

# Luo-yang: of a late claim the calendar year only; certified within 12 months.
ledger luoyang 230523194411200035 410302 2025-03-05 </dev/null
pays old-age 2024-12 0
pays old-age 2025-01 50.00
pays old-age 2026-02 50.00
pays old-age 2026-03 0

# Shen-zhen: the month of the birthday counts; the window of May 2025 was missed, that of
# November was not: all of what was held back is paid.
ledger shenzhen 230523194411200035 440303 2024-11-25 <<'EOF2'
certified,ok,2025-11-10,,
EOF2
pays old-age 2024-10 0
pays old-age 2024-11 200.00
pays old-age 2025-05 200.00
pays old-age 2025-07 200.00
pays old-age 2026-05 200.00
pays old-age 2026-06 0

# Nan-hai: certified half a year late, and all is paid; seventeen months late, and what was
# held back is lost.
ledger nanhai 230523194411200035 440605 2024-12-05 <<'EOF2'
certified,ok,2026-06-10,,
EOF2
pays old-age 2024-12 100.00
pays old-age 2025-11 100.00
pays old-age 2025-12 100.00
pays old-age 2026-05 100.00
ledger nanhai 230523192405100012 440605 2024-01-05 <<'EOF2'
certified,ok,2026-06-10,,
EOF2
pays old-age 2024-02 200.00
pays old-age 2024-12 500.00
pays old-age 2025-01 0
pays old-age 2026-05 0
pays old-age 2026-06 500.00

# Grade 1, needing care, over 60: both subsidies; of nursing and care only the higher; in
# the claim's month, none before.
ledger disability 230523194411200035 230523 2025-02-17 <<'EOF2'
disability-grade,1,2024-01-01,,
welfare,dibao-urban,2024-01-01,,
dependency,severe,2024-01-01,,GB/T 42195-2022
welfare,tekun,2025-05-20,,
EOF2
pays disability-living 2025-01 0
pays disability-living 2025-02 80.00
pays disability-care 2025-02 100.00
pays nursing 2025-03 0
pays disability-care 2025-04 100.00
pays disability-care 2025-05 0
pays nursing 2025-06 90.00

# A resident from 10 March to 14 April: 22 days count as a month, 14 do not.
ledger institution 230523194411200035 220802 2025-01-01 <<EOF2
dependency,severe,2024-01-01,,GB/T 42195-2022
residence,$HOME_CODE,2025-03-10,2025-04-14,
EOF2
pays operation 2025-02 0
pays operation 2025-03 200.00
pays operation 2025-04 0

# A hundred on 2024-05-10: once, in that month.
ledger centenary 230523192405100012 230523 2024-07-01 </dev/null
pays centenary 2024-04 0
pays centenary 2024-05 1000.00
pays centenary 2024-06 0
pays centenary 2025-05 0

# Three months, each with its own amount, and then it is over.
ledger price-subsidy 230523194411200035 230523 2024-02-01 <<'EOF2'
welfare,dibao-rural,2023-12-15,,
EOF2
pays price-subsidy 2023-12 0
pays price-subsidy 2024-01 28.50
pays price-subsidy 2024-02 33.20
pays price-subsidy 2024-03 21.75
pays price-subsidy 2024-04 0
