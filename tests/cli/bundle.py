"""bundle.py - reads evidence bundles by docs/formats/bundle.md and ledger.md alone, with
Python's standard library: container, bag, tree, chain, every line of the claims. With
--passphrase-file also what is sealed (through `openssl` for AES-256-CTR, whose tags are
not looked at: what comes out is held against the records).

    bundle.py FILE.zip [--passphrase-file F]      prints a few totals; exit 1 and why
"""
import base64
import hashlib
import hmac
import re
import struct
import subprocess
import sys
import zipfile
from collections import defaultdict

TOP = "almoner-bundle/"
STATES = ["", "draft", "submitted", "approved", "released", "exported", "settled",
          "closing", "closed"]


def need(good, what):
    if not good:
        sys.exit("bundle.py: " + what)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# ---- CBOR, of what records are made of ----

def cbor(b, at=0):
    major, low = b[at] >> 5, b[at] & 31
    at += 1
    if low >= 24 and major != 7:
        n = 1 << (low - 24)
        low, at = int.from_bytes(b[at:at + n], "big"), at + n
    if major == 0:
        return low, at
    if major == 1:
        return -1 - low, at
    if major in (2, 3):
        s = bytes(b[at:at + low])
        return (s if major == 2 else s.decode()), at + low
    if major == 4:
        items = []
        for _ in range(low):
            x, at = cbor(b, at)
            items.append(x)
        return items, at
    if major == 5:
        pairs = {}
        for _ in range(low):
            k, at = cbor(b, at)
            pairs[k], at = cbor(b, at)
        return pairs, at
    return {20: False, 21: True}[low], at


def spans_of(array):
    for s in array:
        for month in range(s[0], s[0] + s[1]):
            yield month, s[2]


# ---- the container ----

def container(path):
    raw = open(path, "rb").read()
    z = zipfile.ZipFile(path)
    need(z.testzip() is None, "CRC")
    names = [i.filename for i in z.infolist()]
    need(len({n.lower() for n in names}) == len(names), "doubled name")
    at, central = 0, b""
    for i in z.infolist():
        name = i.filename.encode()
        common = struct.pack("<HHHHHIIIHH", 20, 0x0800, 8, 0, 0x21, i.CRC,
                             i.compress_size, i.file_size, len(name), 0)
        head = b"PK\3\4" + common + name
        need(raw[at:at + len(head)] == head and i.header_offset == at,
             "local head of " + i.filename)
        central += (b"PK\1\2" + struct.pack("<H", 20) + common +
                    struct.pack("<HHHII", 0, 0, 0, 0, at) + name)
        at += len(head) + i.compress_size
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(names), len(names),
                                  len(central), at, 0)
    need(raw[at:] == central + end, "central directory")
    for n in names:
        need(n.startswith(TOP) and re.fullmatch(r"[a-zA-Z0-9._/-]{1,150}", n) and
             not {"", ".", ".."} & set(n.split("/")), "name " + n)
    short = [n[len(TOP):] for n in names]
    data = [n for n in short if n.startswith("data/")]
    need(data == sorted(data), "order of data/")
    need(short == ["bagit.txt"] + data + ["bag-info.txt", "manifest-sha256.txt",
                                         "tagmanifest-sha256.txt"], "order of files")
    return {n: z.read(TOP + n) for n in short}


def bag(files):
    need(files["bagit.txt"] == b"BagIt-Version: 1.0\n"
         b"Tag-File-Character-Encoding: UTF-8\n", "bagit.txt")
    data = sorted(n for n in files if n.startswith("data/"))
    for manifest, names in (("manifest-sha256.txt", data),
                            ("tagmanifest-sha256.txt",
                             ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"])):
        want = "".join("%s  %s\n" % (sha(files[n]).hex(), n) for n in names)
        need(files[manifest] == want.encode(), manifest)
    info = [line.split(": ", 1) for line in files["bag-info.txt"].decode().splitlines()]
    need([k for k, _ in info] == [
        "Source-Organization", "External-Identifier", "External-Description",
        "Bagging-Date", "Payload-Oxum", "Almoner-Bundle-Version", "Almoner-Size",
        "Almoner-Vkey"], "bag-info.txt")
    info = dict(info)
    need(info["Payload-Oxum"] == "%d.%d" % (sum(len(files[n]) for n in data), len(data)),
         "Payload-Oxum")
    return info


# ---- tree and records ----

def note(text):
    lines = text.decode().split("\n")
    need(lines[3] == "" and lines[4].startswith("\u2014 "), "checkpoint")
    return lines[0], int(lines[1]), base64.b64decode(lines[2])


class Tree:
    def __init__(self):
        self.size, self.nodes = 0, []  # (level, hash), largest first

    def add(self, level, h):
        need(self.size % (1 << level) == 0, "node out of place")
        self.size += 1 << level
        while self.nodes and self.nodes[-1][0] == level:
            h = sha(b"\1", self.nodes.pop()[1], h)
            level += 1
        self.nodes.append((level, h))

    def root(self):
        h = self.nodes[-1][1]
        for _, left in reversed(self.nodes[:-1]):
            h = sha(b"\1", left, h)
        return h


def tree(files, sizes):
    """Records by sequence, roots by size (None: cannot be made out), nodes' records."""
    lines = files["data/tree.txt"].decode().splitlines()
    need(lines[0] == "almoner-tree/v1", "tree.txt")
    size = int(lines[1].split()[1])
    t, records, roots, before, seen = Tree(), {}, {}, bytes(32), set()
    for line in lines[2:]:
        f = line.split(" ")
        if f[0] == "node":
            need(t.size == int(f[2]) << int(f[1]), "gap in the tree")
            t.add(int(f[1]), bytes.fromhex(f[3]))
            before = bytes.fromhex(f[3]) if f[1] == "0" else None
        else:
            need(f[0] == "records" and t.size == int(f[1]), "gap in the tree")
            need(f[3] == "records/%012d.bin" % int(f[1]), "name of " + f[3])
            seen.add("data/" + f[3])
            need(int(f[2]) <= 262144, "a long file")
            b, at = files["data/" + f[3]], 0
            for n in range(int(f[1]), int(f[1]) + int(f[2])):
                length = int.from_bytes(b[at:at + 2], "big")
                raw = b[at + 2:at + 2 + length]
                at += 2 + length
                r, end = cbor(raw)
                need(len(raw) == length == end and r[0] == 1 and r[2] == n, "record %d" % n)
                need(before is not None and r[3] == before, "chain at record %d" % n)
                records[n] = r
                before = sha(b"\0", raw)
                t.add(0, before)
                roots[t.size] = t.root()
            need(at == len(b), "more behind the records of " + f[3])
        roots[t.size] = t.root()
    need(t.size == size, "size")
    need(seen == {n for n in files if n.startswith("data/records/")}, "records besides")
    for r in records.values():
        if isinstance(r[7].get(0), list):
            s = r[7][0]
            sizes.append((s[5], s[6], "record %d" % r[2]))
        if r[5] in (71, 72):
            at = 3 if r[5] == 71 else 2
            sizes.append((r[7][at], r[7][at + 1], "record %d" % r[2]))
    return size, records, roots


# ---- claims ----

def claims(files, size, records):
    text = files["data/claims.txt"].decode()
    lines = text.splitlines()
    scope = lines[1].split(" ")[1:]
    want = ["almoner-claims/v1", "scope " + " ".join(scope),
            "included %d" % len(records), "left-out %d" % (size - len(records))]
    month = lambda s: int(s[:4]) * 12 + int(s[5:]) - 1
    low, high = 0, 10 ** 9
    if scope[0] == "period":
        low, high = month(scope[1]), month(scope[2])
    covers = lambda spans: any(low <= m <= high for m, _ in spans_of(spans))
    people = {int(x.split()[1]) for x in lines if x.startswith("person ")}
    if scope[0] == "person":
        need(int(scope[1]) in people, "person")
    mine = lambda p: scope[0] in ("all", "period") or p in people
    totals = defaultdict(lambda: [0, 0])
    line_of, state, batches, concerned = {}, {}, {}, set()

    def count(kind, programme, spans):
        for m, fen in spans_of(spans):
            if low <= m <= high:
                t = totals[(kind, programme, m)]
                t[0] += 1
                t[1] += fen

    exports, balances, erased = [], defaultdict(int), []
    for n in sorted(records):
        kind, body = records[n][5], records[n][7]
        for p, debit, credit, fen in body.get(9, []) if kind > 20 else []:
            balances[p, debit] += fen
            balances[p, credit] -= fen
        if kind == 31 and mine(body[2]):
            count(0, body[4], body[5])
        elif kind == 24:
            for person, _, programmes in body[3]:
                for code, spans in programmes if mine(person) else []:
                    count(1, code, spans)
        elif kind == 40:
            batches[body[1]] = {"state": 0, "lines": 0, "fen": 0, "digest": bytes(32)}
        elif kind == 41:
            for i, line in enumerate(body[3]):
                line_of[body[1], body[2] + i] = line
                state[body[1], body[2] + i] = 1
                if covers(line[5]):
                    concerned.add(body[1])
        elif kind == 42 and body[1] in batches:
            batches[body[1]].update(state=1, lines=body[2], fen=body[3], digest=body[4])
        elif kind == 43 and body[1] in batches:
            batches[body[1]]["state"] = {1: 2, 2: 3, 3: 4, 4: 7, 5: 8}[body[2]]
        elif kind == 44:
            exports.append((n, body[1], body[2], body[4], body[3].hex()))
            if body[1] in batches and batches[body[1]]["state"] == 4:
                batches[body[1]]["state"] = 5
        elif kind == 46:
            for line, s, _ in body[3]:
                if (body[1], line) in state:
                    state[body[1], line] = s
        elif kind == 49:
            for line, _ in body[3]:
                if (body[1], line) in state:
                    state[body[1], line] = 6
        elif kind == 47 and body[1] in batches:
            b = batches[body[1]]
            left = [k for k, s in state.items() if k[0] == body[1] and s in (1, 5)]
            if b["state"] == 5 and not left:
                b["state"] = 6
        elif kind == 29:
            erased += [(person, n) for person, _ in body[4]]
    if scope[0] != "period":
        concerned = set(batches)
    if scope[0] == "person":
        concerned_lines = [k for k in line_of if line_of[k][0] in people]
    else:
        concerned_lines = [k for k in line_of if k[0] in concerned]
    for k in concerned_lines:
        line = line_of[k]
        count(2, line[1], line[5])
        count({2: 3, 3: 4, 4: 4, 6: 4}.get(state[k], 5), line[1], line[5])
    if scope[0] in ("all", "period"):
        x = [x for x in lines if x.startswith("range ")][0]
        first, end = map(int, x.split()[1:])
        need(all(n in records for n in range(first, end)), "range")
        need(scope[0] != "all" or (first, end) == (0, size), "range of all")
        want.append(x)
    want += ["person %d" % p for p in sorted(people)]
    names = ["entitled", "history", "lines", "paid", "back", "open"]
    for (k, p, m), (c, fen) in sorted(totals.items()):
        want.append("%s %s %04d-%02d %d %d" % (names[k], p, m // 12, m % 12 + 1, c, fen))
    if scope[0] != "person":
        for b in sorted(concerned):
            rows = {s: [k for k in line_of if k[0] == b and state[k] in which]
                    for s, which in (("paid", (2,)), ("back", (3, 4, 6)))}
            fen = {s: sum(line_of[k][2] for k in rows[s]) for s in rows}
            want.append("batch %d %s %d %d %d %d %d %d %s" % (
                b, STATES[batches[b]["state"]], batches[b]["lines"], batches[b]["fen"],
                len(rows["paid"]), fen["paid"], len(rows["back"]), fen["back"],
                batches[b]["digest"].hex()))
        want += ["export %d %d %s %d %s" % x for x in exports if x[1] in concerned]
    if scope[0] == "all":
        want += ["balance %s %d %d" % (p, k, fen)
                 for (p, k), fen in sorted(balances.items()) if fen != 0]
    want += ["erased %d %d" % e for e in sorted(erased)]
    if lines != want:
        for a, b in zip(lines + ["(end)"], want + ["(end)"]):
            need(a == b, "claims.txt says \"%s\", the records \"%s\"" % (a, b))
    return scope, totals, people


# ---- sealed ----

def unseal(files, path, k):
    key = hmac.new(k, path.encode(), "sha256").digest()
    b, plain, i, last = files[path], b"", 0, False
    while not last:
        need(b, "a chunk is missing in " + path)
        chunk, b = b[:65536 + 28], b[65536 + 28:]
        last = not b
        need(chunk[:12] == struct.pack(">III", 0, i, last), "nonce in " + path)
        plain += subprocess.run(
            ["openssl", "enc", "-d", "-aes-256-ctr", "-K", key.hex(), "-iv",
             (chunk[:12] + b"\0\0\0\2").hex()], input=chunk[12:-16],
            stdout=subprocess.PIPE, check=True).stdout
        i += 1
    return plain


def entries(row):
    """(recorded, bytes, fields) of each entry."""
    def varint(at):
        n = shift = 0
        while True:
            c = row[at]
            n |= (c & 127) << shift
            at, shift = at + 1, shift + 7
            if c < 128:
                return n, at
    at = 0
    while at < len(row):
        start = at
        length, at = varint(at + 1)
        recorded, _ = varint(at)
        yield recorded, row[start:at + length], row[at:at + length]
        at += length


def sealed(files, records, scope, people, passphrase):
    params = files["data/sealed.txt"].decode().splitlines()
    need(params[0] == "almoner-sealed/v1", "sealed.txt")
    _, n, r, p, salt = params[1].split(" ")
    k = hashlib.scrypt(passphrase, salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p),
                       maxmem=64 << 20, dklen=32)
    b, rows = unseal(files, "data/sealed/people.bin", k), {}
    while b:
        person, length = struct.unpack(">Q", b[:8])[0], struct.unpack(">I", b[40:44])[0]
        need(not rows or person > max(rows), "people.bin's order")
        rows[person] = (b[8:40], b[44:44 + length])
        b = b[44 + length:]
    opened, holders = 0, set()
    for n, r in records.items():
        kind, body = r[5], r[7]
        pairs = []
        if kind in (22, 24):
            pairs = [(x[0], x[1]) for x in body[3]]
        elif kind == 26:
            pairs = [(body[3], body[5]), (body[4], body[6])]
        elif kind == 62:
            pairs = [(body[2], body[6])]
        for person, commitment in pairs:
            holders.add(person)
            if person not in rows:
                continue
            key, row = rows[person]
            salt = hmac.new(key, b"salt" + struct.pack(">Q", n), "sha256").digest()
            e = b"".join(x for recorded, x, _ in entries(row) if recorded == n)
            need(sha(salt, e) == commitment, "commitment of person %d in %d" % (person, n))
            opened += 1
        for line in body[3] if kind == 41 else []:
            holder = line[6] if len(line) > 6 else line[0]
            holders.add(holder)
            if holder in rows:
                key, row = rows[holder]
                salt = hmac.new(key, b"salt" + struct.pack(">Q", n), "sha256").digest()
                need(sha(salt, list(entries(row))[line[3]][2]) == line[4],
                     "route of person %d" % holder)
                opened += 1
    if scope[0] == "person":
        holders = people
    gone = {x[0] for r in records.values() if r[5] == 29 for x in r[7][4]}
    need(set(rows) == holders - gone, "other rows than those to be there")
    count = 0
    for name in files:
        if name.startswith("data/sealed/exports/"):
            stem, ext = name.split("/")[-1].split(".")
            body = records[int(stem.split("-")[0])][7]
            plain = unseal(files, name, k)
            need(("-" in stem and 12 in body) or
                 (sha(plain) == body[3] and len(plain) == body[4] and
                  (ext == "files") == (12 in body)), name)
            count += 1
        elif name.startswith("data/sealed/files/"):
            need(sha(unseal(files, name, k)).hex() == name.split("/")[-1], name)
            count += 1
    return len(rows), opened, count


def main(path, passphrase_file=None):
    files = container(path)
    info = bag(files)
    sizes = []
    size, records, roots = tree(files, sizes)
    origin, n, root = note(files["data/checkpoint.txt"])
    need((origin, n) == (info["External-Identifier"], size), "checkpoint")
    need(str(size) == info["Almoner-Size"] and roots[size] == root, "root")
    for name in files:
        if name.startswith("data/checkpoints/"):
            _, n, root = note(files[name])
            need(name == "data/checkpoints/%012d.txt" % n, name)
            sizes.append((n, root, name))
    for n, root, what in sizes:
        need(roots.get(n) == root, "root of size %d in %s" % (n, what))
    scope, totals, people = claims(files, size, records)
    need(info["External-Description"] == " ".join(scope), "scope")
    policies = {r[7][3].hex() for r in records.values() if r[5] == 10}
    need({"data/policies/%s.yaml" % p for p in policies} ==
         {n for n in files if n.startswith("data/policies/")}, "policies")
    for p in policies:
        need(sha(files["data/policies/%s.yaml" % p]).hex() == p, "policy " + p)
    paid = [r[7][3][0][0] for _, r in sorted(records.items()) if r[5] == 41] + [0]
    print(size, len(records), sum(c for (k, _, _), (c, _) in totals.items() if k == 2),
          paid[0])
    if passphrase_file:
        line = open(passphrase_file, "rb").read().split(b"\n")[0].rstrip(b"\r")
        print(*sealed(files, records, scope, people, line))


if __name__ == "__main__":
    args = [a for a in sys.argv[1:] if a != "--passphrase-file"]
    main(*args)
