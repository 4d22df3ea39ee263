# _elsewhere.sh - signing on another machine, for scripts that sourced lib.sh: the folder
# finance has no ledger. AT says the time, PASS the passphrases; in a live ledger there is
# no time to say: AT=.
AT='--now $NOW'
PASS=
mkdir finance

at() { # AT, now
    eval "echo $AT"
}

# sign NAME REQUEST SIG: over there, knowing nothing but the two files. It takes a while.
sign() {
    (cd finance && cp "../$2" there.req &&
        exec "$ALMONER" sign there.req --as "$1" --key "$TEST_DIR/$1.pem" $PASS \
            --out there.sig $(at)) >out 2>err || {
        cat out err >&2
        fail "not signed: $2"
    }
    cp finance/there.sig "$3"
    rm finance/there.req finance/there.sig
    NOW=$(date -u -d "$NOW 1 minute" +%Y-%m-%dT%H:%M:%SZ)
}

# asks NAME ARGS...: by --request, which writes nothing.
asks() {
    who=$1
    shift
    cp "$L/data.mdb" asked.mdb
    expect 0 "$ALMONER" -C "$L" $(at) --as "$who" "$@" --request act.req
    cmp -s asked.mdb "$L/data.mdb" || fail "a request wrote into the ledger: $*"
    ! grep '^act.*其他' act.req || fail 'an act has no name in Chinese'
}

# answers NAME ARGS...: by --signature.
answers() {
    who=$1
    shift
    expect 0 "$ALMONER" -C "$L" $(at) --as "$who" "$@" --signature act.sig
}

size() {
    "$ALMONER" -C "$L" $(at) status --json >status.json 2>/dev/null
    tr -d '\n' <status.json | grep -o '"size": *[0-9]*' | grep -o '[0-9]*$'
}

# short NAME ARGS...: an act of one record.
short() {
    before=$(size)
    asks "$@"
    sign "$1" act.req act.sig
    answers "$@"
    [ "$(size)" = $((before + 1)) ] || fail "not one record was written: $*"
}

# acts: short acts, one a line, NAME ARGS... without blanks in them.
acts() {
    while read -r line <&3; do
        short $line
    done 3<&0
}

# long NAME ARGS...: an act with two signatures.
long() {
    who=$1
    before=$(size)
    asks "$@"
    sign "$who" act.req act.sig
    shift
    expect 2 "$ALMONER" -C "$L" $(at) --as "$who" "$@" --signature act.sig
    code request-missing
    [ "$(size)" = "$before" ] || fail "half an act was written: $*"
    expect 0 "$ALMONER" -C "$L" $(at) --as "$who" "$@" --signature act.sig \
        --request end.req
    grep -q 'subject' end.req || fail "no request for the end: $*"
    sign "$who" end.req end.sig
    expect 0 "$ALMONER" -C "$L" $(at) --as "$who" "$@" --signature end.sig
}
