"""For witness.sh: requests to a witness, and cosignatures checked, from the C2SP texts
and RFC 9162 alone, with nothing of ours.

  witness.py request OLD NOTE RECORDS    the request's bytes; RECORDS: a folder of 0, 1, ...
  witness.py check NOTE VKEY MESSAGE KEY SIGNATURE
      finds the line of VKEY (type 04), writes what it signed, the key in DER and the
      signature, for openssl; prints size and time
"""
import base64
import hashlib
import os
import sys


def sha256(data):
    return hashlib.sha256(data).digest()


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\1" + root(leaves[:k]) + root(leaves[k:]))


def subproof(m, leaves, whole):
    n = len(leaves)
    if m == n:
        return [] if whole else [root(leaves)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return subproof(m, leaves[:k], whole) + [root(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [root(leaves[:k])]


def read(path):
    with open(path, "rb") as f:
        return f.read()


def request(old, note, folder):
    text = note.split(b"\n")
    size = int(text[1])
    leaves = [sha256(b"\0" + read(os.path.join(folder, str(i)))) for i in range(size)]
    proof = subproof(old, leaves, True) if 0 < old < size else []
    lines = [b"old %d" % old] + [base64.b64encode(h) for h in proof] + [b"", b""]
    sys.stdout.buffer.write(b"\n".join(lines) + note)


def check(note, vkey, message, key, signature):
    name, key_id, blob = vkey.split("+", 2)
    raw = base64.b64decode(blob)
    assert raw[0] == 4 and len(raw) == 33
    assert sha256(name.encode() + b"\n" + raw)[:4].hex() == key_id
    text, lines = note.decode().rsplit("\n\n", 1)
    for line in lines.splitlines():
        dash, who, value = line.split(" ")
        value = base64.b64decode(value)
        if dash == "\u2014" and who == name and value[:4].hex() == key_id:
            break
    else:
        sys.exit("no line of " + name)
    assert len(value) == 4 + 8 + 64
    time = int.from_bytes(value[4:12], "big")
    with open(message, "wb") as f:
        f.write(f"cosignature/v1\ntime {time}\n{text}\n".encode())
    with open(key, "wb") as f:
        f.write(bytes.fromhex("302a300506032b6570032100") + raw[1:])
    with open(signature, "wb") as f:
        f.write(value[12:])
    print(text.split("\n")[1], time)


if sys.argv[1] == "request":
    request(int(sys.argv[2]), read(sys.argv[3]), sys.argv[4])
else:
    check(read(sys.argv[2]), *sys.argv[3:])
