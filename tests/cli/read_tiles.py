"""A reader of C2SP tlog-tiles in the standard library, written from the specification
(c2sp.org/tlog-tiles, signed-note, tlog-checkpoint; RFC 6962 section 2.1) and from no
code of this project: read_tiles.py DIR VKEY recomputes the root from the entries and
from the tiles, and has the openssl program check the checkpoint's signature. Prints the
size; says what is wrong and exits 1."""
import base64
import hashlib
import os
import subprocess
import sys
import tempfile


def leaf(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes):
    """MTH over hashes of subtrees of one size, the last of which may be smaller."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    row = hashes
    while len(row) > 1:
        up = [node(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = up + row[len(row) - len(row) % 2:]
    return row[0]


def name_of(n):
    parts = ["%03d" % (n % 1000)]
    while n >= 1000:
        n //= 1000
        parts.insert(0, "x%03d" % (n % 1000))
    return "/".join(parts)


def need(true, what):
    if not true:
        print(what)
        sys.exit(1)


def tile(top, kind, n, width):
    path = os.path.join(top, "tile", str(kind), name_of(n))
    if width < 256:
        path += ".p/%d" % width
    with open(path, "rb") as f:
        return f.read()


def check_signature(note, vkey):
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key, validate=True)
    need(key[0] == 1 and len(key) == 33, "the key is not of Ed25519")
    made = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    need(made.hex() == key_id, "the key's id is not its hash")
    at = note.rindex(b"\n\n")
    text, lines = note[:at + 1], note[at + 2:].decode().splitlines()
    prefix = "\u2014 %s " % name
    blobs = [base64.b64decode(s[len(prefix):], validate=True)
             for s in lines if s.startswith(prefix)]
    blobs = [b[4:] for b in blobs if b[:4] == made]
    need(len(blobs) == 1, "not signed by this key")
    with tempfile.TemporaryDirectory() as d:
        for file, data in (("text", text), ("sig", blobs[0]), ("key.der", bytes.fromhex(
                "302a300506032b6570032100") + key[1:])):
            with open(os.path.join(d, file), "wb") as f:
                f.write(data)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
             "key.der", "-rawin", "-in", "text", "-sigfile", "sig"],
            cwd=d, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        need(done.returncode == 0, "openssl refuses the signature")
    origin, size, root = text.decode().splitlines()[:3]
    need(origin == name, "the checkpoint is of another log")
    return int(size), base64.b64decode(root, validate=True)


def read_entries(top, size):
    hashes = []
    for n in range((size + 255) // 256):
        width = min(256, size - n * 256)
        data = tile(top, "entries", n, width)
        at = 0
        for _ in range(width):
            length = int.from_bytes(data[at:at + 2], "big")
            hashes.append(leaf(data[at + 2:at + 2 + length]))
            at += 2 + length
        need(at == len(data), "bytes too many in bundle %d" % n)
    return hashes


def check_tiles(top, hashes):
    """Every tile of every level, against the level made from the entries."""
    level = 0
    while hashes:
        for n in range((len(hashes) + 255) // 256):
            row = hashes[n * 256:n * 256 + 256]
            need(tile(top, level, n, len(row)) == b"".join(row),
                 "tile %d of level %d is wrong" % (n, level))
        hashes = [root_of(hashes[i:i + 256])
                  for i in range(0, len(hashes) - len(hashes) % 256, 256)]
        level += 1


def root_from_tiles(top, size):
    """As a client does: only the last tile of each level, from the right edge."""
    right = None
    level = 0
    while size >> (8 * level):
        count = size >> (8 * level)
        n, width = count // 256, count % 256
        if width:
            data = tile(top, level, n, width)
            row = [data[i:i + 32] for i in range(0, len(data), 32)]
            right = join(row, right)
        level += 1
    return right


def join(row, right):
    """Complete subtrees of one size, and behind them what is smaller."""
    at, parts = 0, []
    for bit in (128, 64, 32, 16, 8, 4, 2, 1):
        if len(row) & bit:
            parts.append(root_of(row[at:at + bit]))
            at += bit
    for part in reversed(parts):
        right = part if right is None else node(part, right)
    return right


def main(top, vkey):
    with open(os.path.join(top, "checkpoint"), "rb") as f:
        size, root = check_signature(f.read(), vkey)
    hashes = read_entries(top, size)
    need(root_of(hashes) == root, "the entries do not lead to the root")
    need(root_from_tiles(top, size) == root, "the tiles do not lead to the root")
    check_tiles(top, hashes)
    print(size)


main(sys.argv[1], sys.argv[2])
