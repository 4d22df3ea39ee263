"""forge_bundle.py - makes bad bundles out of a good one, as somebody would who has read
docs/formats and has keys: whatever else must agree (chain, tree, manifests, the ledger's
signature) is made anew, so that only the check that is meant can find it.

    forge_bundle.py IN.zip OUT.zip KEYS HOW [ARGUMENT...]

KEYS is a folder with ledger.pem and NAME.pem of operators.
"""
import base64
import hashlib
import struct
import subprocess
import sys
import zipfile
import zlib

TOP = "almoner-bundle/"


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# ---- CBOR ----

def decode(b, at=0):
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
            x, at = decode(b, at)
            items.append(x)
        return items, at
    if major == 5:
        pairs = {}
        for _ in range(low):
            k, at = decode(b, at)
            pairs[k], at = decode(b, at)
        return pairs, at
    return {20: False, 21: True}[low], at


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    for i, bits in enumerate((8, 16, 32, 64)):
        if n < 1 << bits:
            return bytes([major << 5 | 24 + i]) + n.to_bytes(bits // 8, "big")
    raise ValueError(n)


def encode(x):
    if isinstance(x, bool):
        return bytes([0xf5 if x else 0xf4])
    if isinstance(x, int):
        return head(0, x) if x >= 0 else head(1, -1 - x)
    if isinstance(x, bytes):
        return head(2, len(x)) + x
    if isinstance(x, str):
        return head(3, len(x.encode())) + x.encode()
    if isinstance(x, list):
        return head(4, len(x)) + b"".join(map(encode, x))
    return head(5, len(x)) + b"".join(encode(k) + encode(x[k]) for k in sorted(x))


# ---- tree and signatures ----

def leaf(record):
    return sha(b"\0", record)


def root(leaves):
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b"\1", root(leaves[:k]), root(leaves[k:]))


def sign(key, message):
    with open("to-sign", "wb") as f:
        f.write(message)
    subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in",
                    "to-sign", "-out", "signed"], check=True)
    with open("signed", "rb") as f:
        return f.read()


def public(key):
    out = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"],
                         check=True, stdout=subprocess.PIPE).stdout
    return out[-32:]


class Bundle:
    def __init__(self, path, keys):
        self.keys = keys
        with zipfile.ZipFile(path) as z:
            self.files = {n[len(TOP):]: z.read(n) for n in z.namelist()}
        self.records = []
        for name in sorted(self.files):
            if name.startswith("data/records/"):
                at, data = 0, self.files.pop(name)
                while at < len(data):
                    n = struct.unpack(">H", data[at:at + 2])[0]
                    self.records.append(data[at + 2:at + 2 + n])
                    at += 2 + n

    def find(self, kind, nth=0, **body):
        """The place of the nth record of the kind whose body has these, as k1=5."""
        for i, r in enumerate(self.records):
            x = decode(r)[0]
            if x[5] == kind and all(x[7].get(int(k[1:])) == v for k, v in body.items()):
                if nth == 0:
                    return i
                nth -= 1
        raise SystemExit("no such record")

    def change(self, i, change, signer=None):
        """change(record as a list); signs it again when a signer is given."""
        x = decode(self.records[i])[0]
        change(x)
        if signer is not None:
            self.sign(x, signer)
        self.records[i] = encode(x)

    def sign(self, x, signer):
        names = {2: "operator", 4: "second", 40: "batch-start", 42: "batch-end",
                 43: "batch-sign", 44: "export"}
        s = x[7][0]
        rest = {k: v for k, v in x[7].items() if k != 0}
        lines = ["almoner-act/v1", x[1], names[x[5]], s[1], s[0], s[4],
                 sha(encode(rest)).hex(), s[2], s[3], s[5],
                 base64.b64encode(s[6]).decode()]
        s[7] = sign("%s/%s.pem" % (self.keys, signer),
                    "".join("%s\n" % line for line in lines).encode())

    def rechain(self, begin=0):
        """previous, sequence, act and key 15 made to agree; signatures are not."""
        places, before = {}, bytes(32)
        for i, r in enumerate(self.records):
            x = decode(r)[0]
            places.setdefault(x[2], i)
            if i >= begin:
                x[2], x[3] = i, before
                x[6] = places.get(x[6], i)
                if 15 in x[7]:
                    x[7][15] = before
                self.records[i] = r = encode(x)
            before = leaf(r)

    def checkpoint(self):
        origin = decode(self.records[0])[0][1]
        text = "%s\n%d\n%s\n" % (origin, len(self.records), base64.b64encode(
            root([leaf(r) for r in self.records])).decode())
        key = "%s/ledger.pem" % self.keys
        key_id = sha(origin.encode(), b"\n\1", public(key))[:4]
        line = "\u2014 %s %s\n" % (origin, base64.b64encode(
            key_id + sign(key, text.encode())).decode())
        self.files["data/checkpoint.txt"] = (text + "\n" + line).encode()

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

    def write(self, path):
        files = dict(self.files)
        run = 262144
        tree = "almoner-tree/v1\nsize %d\n" % len(self.records)
        for first in range(0, len(self.records), run):
            part = self.records[first:first + run]
            name = "records/%012d.bin" % first
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

def set_body(key, value):
    def change(x):
        x[7][key] = value
    return change


def set_signed(place, value):
    def change(x):
        x[7][0][place] = value
    return change


def forge(b, how):
    whole = True  # chain, checkpoint and sizes are made to agree
    if how == "same":
        pass
    elif how == "byte":
        r = bytearray(b.records[b.find(31)])
        r[-3] ^= 1
        b.records[b.find(31)] = bytes(r)
        whole = False
    elif how == "rewritten":  # an amount, and everything behind it with fresh hashes
        def more(x):
            x[7][5][0][2] += 100
            x[7][9][0][3] += 100 * x[7][5][0][1]
        b.change(b.find(31), more)
    elif how == "deleted":
        del b.records[b.find(31)]
    elif how == "inserted":
        i = b.find(31)
        b.records.insert(i, b.records[i])
    elif how == "swapped":
        i = b.find(31)
        b.records[i], b.records[i + 1] = b.records[i + 1], b.records[i]
    elif how == "truncated":
        b.records = b.records[:-1]
    elif how == "signature-swapped":
        one, other = b.find(43, 0), b.find(43, 1)
        s = decode(b.records[other])[0][7][0][7]
        b.change(one, set_signed(7, s))
    elif how == "signature-replayed":  # the maker's signature stands a second time
        def later(x):
            x[2] = x[6] = 10 ** 9
            x[4] = decode(b.records[-2])[0][4]
        b.records.append(b.records[b.find(44, 1)])
        b.change(len(b.records) - 1, later)
    elif how == "one-person":  # maker releases what the maker submitted
        i = b.find(43, k2=3)
        b.change(i, set_signed(0, 2), "maker")
    elif how == "two-names-one-key":
        i = b.find(2, 1)
        b.change(i, set_body(3, decode(b.records[b.find(2, 0)])[0][7][3]), "admin")
    elif how == "fork":  # signed for another tree
        i = b.find(43, k2=1)
        b.change(i, set_signed(6, bytes(32)), "maker")
    elif how == "postings":
        def wrong(x):
            x[7][9][0][3] += 1
        b.change(b.find(41), wrong)
    elif how == "account-side":
        def wrong(x):
            x[7][9][0][1], x[7][9][0][2] = x[7][9][0][2], x[7][9][0][1]
        b.change(b.find(31), wrong)
    elif how == "unknown-kind":
        def kind(x):
            x[5] = 99
        b.change(b.find(31), kind)
    elif how == "version":
        def version(x):
            x[0] = 2
        b.change(b.find(31), version)
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
    elif how == "people-cut":
        b.files["data/sealed/people.bin"] = b.files["data/sealed/people.bin"][:-1]
    else:
        raise SystemExit("unknown: " + how)
    if whole and how not in ("same", "claim", "claim-left-out", "policy", "extra-file",
                             "sealed-swapped", "people-cut"):
        b.rechain()
        b.checkpoint()
        b.sized()


def main():
    source, target, keys, how = sys.argv[1:5]
    b = Bundle(source, keys)
    forge(b, how)
    b.write(target)


main()
