"""forge_bundle.py - makes bad bundles out of a good one, as somebody would who has read
docs/formats and has keys: whatever else must agree (chain, tree, manifests, the ledger's
signature) is made anew, so that only the check that is meant can find it.

    forge_bundle.py IN.zip OUT.zip KEYS HOW [ARGUMENT...]

KEYS is a folder with ledger.pem and NAME.pem of operators.
"""
import base64
import calendar
import hashlib
import re
import struct
import sys
import time
import zipfile
import zlib

sys.dont_write_bytecode = True
from forge import Records, attack, decode, leaf, root, sha  # noqa: E402

TOP = "almoner-bundle/"


class Bundle(Records):
    def __init__(self, path, keys):
        super().__init__(keys)
        with zipfile.ZipFile(path) as z:
            self.files = {n[len(TOP):]: z.read(n) for n in z.namelist()}
        self.left_out = set()  # of these only the leaf hash is there
        for name in sorted(self.files):
            if name.startswith("data/records/"):
                at, data = 0, self.files.pop(name)
                while at < len(data):
                    n = struct.unpack(">H", data[at:at + 2])[0]
                    self.records.append(data[at + 2:at + 2 + n])
                    at += 2 + n

    def checkpoint(self):
        text = "%s\n%d\n%s\n" % (self.origin(), len(self.records),
                               base64.b64encode(self.root()).decode())
        self.files["data/checkpoint.txt"] = self.note(text)

    def claims(self, change):
        name = "data/claims.txt"
        self.files[name] = change(self.files[name].decode()).encode()

    def sized(self):
        """claims.txt and bag-info.txt for the number of records there is."""
        n = len(self.records)
        out = []
        for line in self.files["data/claims.txt"].decode().splitlines():
            word = line.split()[0]
            out.append({"included": "included %d" % n, "range": "range 0 %d" % n}.get(
                word, line))
        self.files["data/claims.txt"] = ("\n".join(out) + "\n").encode()

    def parts(self):
        """(first, end, whether they are there), as tree.txt has them."""
        size, run = len(self.records), 262144
        starts = {i for i in range(size) if i == 0 or (i in self.left_out) !=
                  (i - 1 in self.left_out) or (i % run == 0 and i not in self.left_out)}
        starts = sorted(starts) + [size]
        return [(first, end, first not in self.left_out)
                for first, end in zip(starts, starts[1:])]

    def nodes(self, first, end):
        """Whole subtrees, cut before a records part and at sizes that are asked about."""
        stops, out = {end}, ""
        if end < len(self.records):
            stops.add(end - 1)
        for i in set(range(len(self.records))) - self.left_out:
            _, _, _, _, _, kind, _, body = decode(self.records[i])[0]
            if 0 in body:
                stops.add(body[0][5])
            if kind in (71, 72):
                stops.add(body[3 if kind == 71 else 2])
        for stop in sorted(x for x in stops if first < x <= end):
            while first < stop:
                level = 0
                while first % (2 << level) == 0 and first + (2 << level) <= stop:
                    level += 1
                part = self.records[first:first + (1 << level)]
                out += "node %d %d %s\n" % (level, first >> level,
                                           root([leaf(r) for r in part]).hex())
                first += 1 << level
        return out

    def write(self, path):
        files = dict(self.files)
        tree = "almoner-tree/v1\nsize %d\n" % len(self.records)
        for first, end, there in self.parts():
            if not there:
                tree += self.nodes(first, end)
                continue
            part, name = self.records[first:end], "records/%012d.bin" % first
            tree += "records %d %d %s\n" % (first, len(part), name)
            files["data/" + name] = b"".join(struct.pack(">H", len(r)) + r for r in part)
        files["data/tree.txt"] = tree.encode()
        data = sorted(n for n in files if n.startswith("data/"))
        info = []
        for line in files["bag-info.txt"].decode().splitlines():
            if line.startswith("Payload-Oxum"):
                line = "Payload-Oxum: %d.%d" % (sum(len(files[n]) for n in data), len(data))
            if line.startswith("Almoner-Size"):
                line = "Almoner-Size: %d" % len(self.records)
            info.append(line + "\n")
        files["bag-info.txt"] = "".join(info).encode()
        lines = ["%s  %s\n" % (hashlib.sha256(files[n]).hexdigest(), n) for n in data]
        files["manifest-sha256.txt"] = "".join(lines).encode()
        tags = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"]
        files["tagmanifest-sha256.txt"] = "".join(
            "%s  %s\n" % (hashlib.sha256(files[n]).hexdigest(), n) for n in tags).encode()
        order = ["bagit.txt"] + data + ["bag-info.txt", "manifest-sha256.txt",
                                        "tagmanifest-sha256.txt"]
        write_zip(path, [(n, files[n]) for n in order])


def write_zip(path, files):
    out, central = b"", b""
    for name, data in files:
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = deflate.compress(data) + deflate.flush()
        full = (TOP + name).encode()
        common = struct.pack("<HHHHHIIIHH", 20, 0x800, 8, 0, 0x21, zlib.crc32(data),
                             len(packed), len(data), len(full), 0)
        central += b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack(
            "<HHHII", 0, 0, 0, 0, len(out)) + full
        out += b"PK\3\4" + common + full + packed
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(central),
                                  len(out), 0)
    with open(path, "wb") as f:
        f.write(out + central + end)


# ---- what is done to it ----

HOLES = ("range-hole", "lines-hole", "approve-hole", "person-hole")
STRAYS = {"stray-file": 20, "stray-grant": 31, "stray-sign": 43, "stray-start": 48}


def part(b, source):
    """As `source`, a bundle of a part of the same ledger; its claims, word by word."""
    with zipfile.ZipFile(source) as z:
        claims, tree, b.files["bag-info.txt"] = (z.read(TOP + n) for n in (
            "data/claims.txt", "data/tree.txt", "bag-info.txt"))
    b.left_out = set(range(len(b.records)))
    for word in map(str.split, tree.decode().splitlines()):
        if word[0] == "records":
            b.left_out -= set(range(int(word[1]), int(word[1]) + int(word[2])))
    return [line.split() for line in claims.decode().splitlines()]


def stray(b, how, source):
    """The bundle `source` with the first record of a kind that is not in it."""
    lines = part(b, source)
    b.left_out.discard(min(i for i in b.left_out
                           if decode(b.records[i])[0][5] == STRAYS[how]))
    lines[2][1] = str(len(b.records) - len(b.left_out))
    lines[3][1] = str(len(b.left_out))
    b.files["data/claims.txt"] = "".join(" ".join(x) + "\n" for x in lines).encode()


def hole(b, how, source):
    """The bundle `source` without one record that its scope has: of run 2 a grant, of batch
    1 lines or the approval, of a person the first grant. Its claims are of what is left."""
    lines = part(b, source)
    if how == "approve-hole":
        i, spans = b.find(43, k1=1, k2=2), []
    elif how == "lines-hole":
        i, spans = b.find(41, k1=1), []
        gone = ("lines", "paid", "back", "open", "batch", "export")
        lines = [word for word in lines if word[0] not in gone]
    else:
        i = b.find(31, k1=2) if how == "range-hole" else b.find(31, k2=int(lines[1][2]))
        spans = decode(b.records[i])[0][7][5]
    b.left_out.add(i)
    less = {"%d-%02d" % (m // 12, m % 12 + 1): s[2]
            for s in spans for m in range(s[0], s[0] + s[1])}
    out = []
    for word in lines:
        if word[0] == "included":
            word[1] = str(len(b.records) - len(b.left_out))
        elif word[0] == "left-out":
            word[1] = str(len(b.left_out))
        elif word[0] == "entitled" and word[2] in less and \
                word[1] == decode(b.records[i])[0][7][4]:
            word[3:] = str(int(word[3]) - 1), str(int(word[4]) - less[word[2]])
            if word[3] == "0":
                continue
        out.append(" ".join(word) + "\n")
    b.files["data/claims.txt"] = "".join(out).encode()


def stamp(b, how, token=None, checkpoint=None):
    """Of the only time stamp: the record with its two files (and the time the token says),
    or a file alone."""
    i = b.find(72)
    names = ["data/timestamps/%012d.%s" % (i, end) for end in ("checkpoint.txt", "tsr")]
    if how == "stamp-gone":
        del b.files[names[1]]
        return
    for name, path in zip(names, (checkpoint, token)):
        if path is not None:
            with open(path, "rb") as f:
                b.files[name] = f.read()
    if how == "stamp-swapped":
        return
    text, data = (b.files[name] for name in names)
    when = re.search(rb"\x18\x0f(\d{14})Z", data)

    def change(x):
        x[7].update({4: sha(text), 5: len(text), 6: sha(data), 7: len(data)})
        if when is not None:
            x[7][8] = 10 ** 6 * calendar.timegm(
                time.strptime(when.group(1).decode(), "%Y%m%d%H%M%S"))
        if how == "stamp-late":
            x[7][8] += 10 ** 6
    b.change(i, change, "maker")


def within(b, source):
    """The bundle `source` with a signature made within a run."""
    lines = part(b, source)
    b.files["data/claims.txt"] = "".join(" ".join(x) + "\n" for x in lines).encode()
    attack(b, "within")
    b.rechain()
    b.checkpoint()


def forge(b, how):
    """Chain, checkpoint and sizes are made to agree, but for `left` and a lone byte."""
    left = ("same", "byte", "claim", "claim-left-out", "policy", "extra-file",
            "sealed-swapped", "people-cut", "stamp-gone", "stamp-swapped",
            "within-part")
    if how == "same":
        pass
    elif how == "claim":
        b.claims(lambda t: t.replace("entitled old-age", "entitled old-agf", 1))
    elif how == "claim-left-out":
        lines = b.files["data/claims.txt"].decode().splitlines(True)
        b.files["data/claims.txt"] = "".join(
            x for x in lines if not x.startswith("batch 1 ")).encode()
    elif how == "policy":
        name = [n for n in b.files if n.startswith("data/policies/")][0]
        b.files[name] += b"# more\n"
    elif how == "extra-file":
        b.files["data/index2.txt"] = b"\n"
    elif how == "sealed-swapped":
        names = sorted(n for n in b.files if n.startswith("data/sealed/exports/"))
        b.files[names[0]], b.files[names[1]] = b.files[names[1]], b.files[names[0]]
    elif how in HOLES:
        hole(b, how, sys.argv[5])
    elif how in STRAYS:
        stray(b, how, sys.argv[5])
    elif how.startswith("stamp"):
        stamp(b, how, *sys.argv[5:])
    elif how == "within-part":
        within(b, sys.argv[5])
    elif how == "people-cut":
        b.files["data/sealed/people.bin"] = b.files["data/sealed/people.bin"][:-1]
    elif not attack(b, how):
        raise SystemExit("unknown: " + how)
    if how not in left and how not in HOLES and how not in STRAYS:
        b.rechain()
        b.checkpoint()
        b.sized()


def main():
    source, target, keys, how = sys.argv[1:5]
    b = Bundle(source, keys)
    forge(b, how)
    b.write(target)


main()
