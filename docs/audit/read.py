# read.py - the records of an evidence bundle as text, one line each; Python 3, nothing else.
#   python3 read.py BUNDLE.zip > records.txt          all records, and what they say of money
#   python3 read.py BUNDLE.zip NUMBER > record.cbor   the bytes of one record
import os, sys, zipfile

def item(b, i):  # CBOR, RFC 8949: (value, where the next one begins)
    kind, n, i = b[i] >> 5, b[i] & 31, i + 1
    if kind == 7:
        return n == 21, i
    if n >= 24:
        width = 1 << (n - 24)
        n, i = int.from_bytes(b[i:i + width], "big"), i + width
    if kind == 0 or kind == 1:
        return (n if kind == 0 else -1 - n), i
    if kind == 2 or kind == 3:
        text = b[i:i + n]
        return (text.hex() if kind == 2 else text.decode("utf-8")), i + n
    out = []
    for _ in range(n * (2 if kind == 5 else 1)):
        value, i = item(b, i)
        out.append(value)
    return (dict(zip(out[::2], out[1::2])) if kind == 5 else out), i

def month(m):
    return "%d-%02d" % (m // 12, m % 12 + 1)

def yuan(fen):
    return "%s%d.%02d" % ("-" if fen < 0 else "", abs(fen) // 100, abs(fen) % 100)

def say(number, kind, body):  # kinds and keys: docs/formats/ledger.md, section 5
    if kind == 6:  # personal data was shown in clear
        print("reveal", number, "by operator", body[0][0], "person", body[1], body[2])
    if kind == 7:
        print("restored", number, "epoch", body[1], "after record", body[3] - 1)
    if kind == 10:  # a policy file, by its SHA-256
        print("policy", number, "no.", body[1], body[2], body[3])
    if kind == 29:
        print("erased", number, *["person " + str(who) for who, row in body[4]])
    if kind == 31:  # differences granted to a person
        for first, months, fen, cause, policy, row in body[5]:
            print("grant", number, "person", body[2], body[4], yuan(fen), "a month",
                  month(first), month(first + months - 1), "policy", policy, "row", row)
    if kind == 41:  # payments
        for i, line in enumerate(body[3]):
            print("line", number, "B%06dL%08d" % (body[1], body[2] + i), "person", line[0],
                  line[1], yuan(line[2]), *[month(s[0]) + "+" + str(s[1]) for s in line[5]])
    if kind == 43:  # submit, approve, release, close, checked close
        print("sign", number, "by operator", body[0][0], repr(body[0][1]))
    if kind == 44:  # a file for the bank, by its SHA-256
        print("export", number, "batch", body[1], body[2], body[3])
    if kind == 46:  # what the bank answered
        for line, state, why in body[3]:
            print("result", number, "B%06dL%08d" % (body[1], line),
                  {2: "paid", 3: "rejected", 4: "returned", 5: "unknown"}[state], why)

sys.stdout.reconfigure(encoding="utf-8")
bundle = zipfile.ZipFile(sys.argv[1])
for name in sorted(bundle.namelist()):
    if "/data/records/" not in name:
        continue
    b, at = bundle.read(name), 0
    while at < len(b):
        end = at + 2 + int.from_bytes(b[at:at + 2], "big")
        record = b[at + 2:end]
        at = end
        version, origin, number, previous, time, kind, act, body = item(record, 0)[0]
        if len(sys.argv) == 2:
            print("record", number, "kind", kind, body)
            say(number, kind, body)
        elif number == int(sys.argv[2]):
            os.write(1, record)
