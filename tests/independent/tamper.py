#!/usr/bin/env python3
"""tamper.py IN.zip OUT.zip KEYS PASSPHRASE_FILE CASE - a bundle with one thing changed and
all manifests made anew, for independent.sh. Cases that begin with `forged-` do as somebody
would who has every key (KEYS is a folder with NAME.pem and ledger.pem): all records behind
the change are chained, signed and put under a checkpoint again."""
import base64
import functools
import hashlib
import hmac
import os
import struct
import sys
import zlib

import container
import primitives
import sealed
from records import Record, KINDS
from primitives import b64, key_id, sha256

TOP = container.TOP


def encode(v):
    if v is True or v is False:
        return b"\xf5" if v else b"\xf4"
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list):
        return head(4, len(v)) + b"".join(map(encode, v))
    return head(5, len(v)) + b"".join(encode(k) + encode(v[k]) for k in sorted(v))


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    for i in range(4):
        if n < 1 << (8 << i):
            return bytes([major << 5 | 24 + i]) + n.to_bytes(1 << i, "big")
    raise ValueError(n)


def seed_of(path):
    with open(path, encoding="ascii") as f:
        lines = f.read().split("\n")
    return base64.b64decode("".join(x for x in lines if "-" not in x))[-32:]


@functools.lru_cache(maxsize=None)
def ed_sign(seed, message):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254
    public = primitives.ed_bytes(primitives.ed_times(a, primitives.ED_BASE))
    r = int.from_bytes(hashlib.sha512(h[32:] + message).digest(), "little")
    r %= primitives.ORDER
    big_r = primitives.ed_bytes(primitives.ed_times(r, primitives.ED_BASE))
    k = int.from_bytes(hashlib.sha512(big_r + public + message).digest(), "little")
    return big_r + ((r + k * a) % primitives.ORDER).to_bytes(32, "little")


def write_zip(files, path):
    out, central = [], []
    at = 0
    for name, data in files.items():
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = deflate.compress(data) + deflate.flush()
        raw = (TOP + name).encode()
        crc = zlib.crc32(data)
        out.append(container.LOCAL.pack(b"PK\3\4", 20, 0x800, 8, 0, 0x21, crc, len(packed),
                                        len(data), len(raw), 0) + raw + packed)
        central.append(container.CENTRAL.pack(
            b"PK\1\2", 20, 20, 0x800, 8, 0, 0x21, crc, len(packed), len(data), len(raw),
            0, 0, 0, 0, 0, at) + raw)
        at += len(out[-1])
    directory = b"".join(central)
    end = container.END.pack(b"PK\5\6", 0, 0, len(files), len(files), len(directory), at, 0)
    with open(path, "wb") as f:
        f.write(b"".join(out) + directory + end)


def pack(files, path):
    """Manifests and Payload-Oxum anew."""
    payload = sorted(p for p in files if p.startswith("data/"))
    lines = files["bag-info.txt"].decode().split("\n")
    lines[4] = "Payload-Oxum: %d.%d" % (sum(len(files[p]) for p in payload), len(payload))
    files["bag-info.txt"] = "\n".join(lines).encode()
    files["manifest-sha256.txt"] = container.manifest(files, payload)
    files["tagmanifest-sha256.txt"] = container.manifest(
        files, ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"])
    order = ["bagit.txt"] + payload + ["bag-info.txt", "manifest-sha256.txt",
                                       "tagmanifest-sha256.txt"]
    write_zip({p: files[p] for p in order}, path)


class Records:
    """The records of a bundle of all, as lists of 8."""

    def __init__(self, files):
        self.files = files
        _, parts = container.parse_tree(files)
        self.raw = [r for p in parts for r in p[2]]
        self.items = []
        for raw in self.raw:
            r = Record(raw, sha256)
            self.items.append([1, r.origin, r.sequence, r.previous, r.time, r.kind, r.act,
                               r.body])

    def find(self, kind, n=0, key=None, value=None):
        return [i for i in self.items if i[5] == kind and
                (key is None or i[7][key] == value)][n]

    def put(self):
        raw = [encode(i) for i in self.items]
        self.files["data/records/000000000000.bin"] = b"".join(
            struct.pack(">H", len(r)) + r for r in raw)
        self.files["data/tree.txt"] = (
            "almoner-tree/v1\nsize %d\nrecords 0 %d records/000000000000.bin\n" %
            (len(raw), len(raw))).encode()
        return raw

    def forge(self, keys):
        names = {i: n for i, (n, _) in enumerate(self.items[0][7][7], 1)}
        names.update({i[7][1]: i[7][2] for i in self.items if i[5] == 2})
        seeds = {n: seed_of(os.path.join(keys, names[n] + ".pem")) for n in names}
        tree, before, roots = container.Tree(sha256), bytes(32), {}
        for i in self.items:
            roots[tree.size] = tree.root()
            i[3], body = before, i[7]
            if isinstance(body.get(15), bytes):
                body[15] = before
            if 0 in body:
                s = body[0]
                if s[6] != b"\xff" * 32:
                    s[6] = roots[s[5]]
                rest = {k: v for k, v in body.items() if k != 0}
                text = "almoner-act/v1\n%s\n%s\n%s\n%d\n%d\n%s\n%d\n%d\n%d\n%s\n" % (
                    i[1], KINDS[i[5]][0], s[1], s[0], s[4], sha256(encode(rest)).hex(),
                    s[2], s[3], s[5], b64(s[6]))
                signer = getattr(self, "instead", {}).get(id(i), s[0])
                s[7] = ed_sign(seeds[signer], text.encode())
            raw = encode(i)
            before = sha256(b"\0" + raw)
            tree.push(0, before)
        origin, seed = self.items[-1][1], seed_of(os.path.join(keys, "ledger.pem"))
        text = "%s\n%d\n%s\n" % (origin, tree.size, b64(tree.root()))
        public = b"\1" + self.items[0][7][4]
        line = b64(key_id(origin, public) + ed_sign(seed, text.encode()))
        self.files["data/checkpoint.txt"] = (
            text + "\n\u2014 %s %s\n" % (origin, line)).encode()
        self.put()


def seal(opener, path, plain):
    key = hmac.new(opener.key, path.encode(), "sha256").digest()
    tables = primitives.ghash_table(
        int.from_bytes(primitives.aes_blocks(key, bytes(16)), "big"))
    out, chunks = b"", [plain[i:i + 65536] for i in range(0, len(plain), 65536)] or [b""]
    for i, chunk in enumerate(chunks):
        nonce = struct.pack(">III", 0, i, i == len(chunks) - 1)
        blocks = -(-len(chunk) // 16)
        stream = primitives.aes_blocks(key, b"".join(
            nonce + struct.pack(">I", n) for n in range(1, 2 + blocks)))
        text = bytes(a ^ b for a, b in zip(chunk, stream[16:]))
        pad = text + bytes(-len(text) % 16) + struct.pack(">QQ", 0, len(text) * 8)
        tag = primitives.ghash(tables, pad) ^ int.from_bytes(stream[:16], "big")
        out += nonce + text + tag.to_bytes(16, "big")
    return out


def change_line(files, name, begins, change):
    lines = files[name].decode().split("\n")
    at = [i for i, x in enumerate(lines) if x.startswith(begins)][0]
    lines[at:at + 1] = change(lines[at])
    files[name] = "\n".join(lines).encode()


def more(text):
    word = text.split(" ")
    word[-1] = str(int(word[-1]) + 1)
    return [" ".join(word)]


def back_case(case, r):
    """What goes backwards, as backwards.sh does it; False: another case."""
    acts = {w: r.find(51, key=2, value=w) for w in (1, 2, 3, 4) if w in
            [i[7][2] for i in r.items if i[5] == 51]}
    of_act = lambda what: [i for i in r.items if i[6] == acts[what][2]]
    if case == "forged-dropped-back":
        chunk, end = of_act(1)[1:]
        gone = chunk[7][3].pop(0)[1]
        chunk[7][9][0][3] -= gone
        end[7][2], end[7][3] = end[7][2] - 1, end[7][3] - gone
    elif case == "forged-dropped-again":
        dropped, chunk, end = of_act(1)[1][7][3][0], of_act(3)[1], of_act(3)[-1]
        chunk[7][3].insert(0, list(dropped))
        chunk[7][9][0][3] += dropped[1]
        end[7][2], end[7][3] = end[7][2] + 1, end[7][3] + dropped[1]
    elif case == "forged-drop-signed":
        at = of_act(1)[-1][2]
        for i in [i for i in r.items if i[5] == 43 and i[7][1] == acts[1][7][1] and
                  i[2] > at][:3]:
            r.items.remove(i)
    elif case == "forged-recall-answered":
        releaser = r.find(43, key=2, value=3)[7][0][0]
        for i in (acts[4], of_act(4)[-1]):
            i[7][0][0] = releaser
        acts[4][7][2] = 3
    elif case == "forged-refund-paid":
        paid = [x for i in r.items if i[5] == 46 for x in i[7][3] if x[1] == 2][0]
        of_act(4)[1][7][3][0][0] = paid[0]
    elif case == "forged-early-reject":
        r.find(54, key=2, value=10)[7][0][0] = r.find(43, key=2, value=1)[7][0][0]
    else:
        return office_case(case, r)
    return True


def office_case(case, r):
    first, second = [i for i in r.items if i[5] == 43 and i[7][2] == 3][-2:]
    if case == "forged-other-office":
        first[7][0][0] = r.find(43, key=2, value=3)[7][0][0]
    elif case == "forged-one-release":
        r.items.remove(second)
    elif case == "forged-second-same":
        second[7][0][0] = first[7][0][0]
    else:
        return False
    return True


def renumber(r):
    """After records were taken out: sequences, and what names them."""
    numbers = {i[2]: n for n, i in enumerate(r.items)}
    for i in r.items:
        i[2], i[6], body = numbers[i[2]], numbers[i[6]], i[7]
        if 0 in body:
            body[0][5] = numbers[body[0][5]]
        for kind, key, more in ((30, 3, 0), (31, 3, 1), (44, 7, 0)):
            if i[5] == kind and body[key] > 0:
                body[key] = numbers[body[key] - more] + more


def records_case(case, files, keys):
    r = Records(files)
    lines, entitled = r.find(41), r.find(31, 2)
    signs = [r.find(43, key=2, value=n) for n in (1, 2, 3)]
    if case == "amount":
        lines[7][3][0][2] += 100
    elif case in ("drop", "forged-drop"):
        r.items.remove(entitled)
    elif case == "insert":
        r.items.insert(r.items.index(entitled), entitled)
    elif case == "swap":
        at = r.items.index(entitled)
        r.items[at], r.items[at + 1] = r.items[at + 1], r.items[at]
    elif case == "signatures":
        a, b = signs[0][7][0], signs[1][7][0]
        a[7], b[7] = b[7], a[7]
    elif case == "forged-amount":
        lines[7][3][0][2] += 100
    elif case == "forged-digest":
        lines[7][3][0][4] = sha256(b"another route")
    elif case == "forged-posting":
        entitled[7][9][0][3] += 1
    elif case == "forged-grant":
        entitled[7][5][0][2] += 100
    elif case == "forged-total":
        r.find(42)[7][3] += 1
    elif case == "forged-result":
        x = [x for i in r.items if i[5] == 46 for x in i[7][3] if x[1] != 2][0]
        x[1], x[2] = 2, 0
    elif case == "forged-key":
        r.instead = {id(signs[2]): 1}
    elif case == "forged-role":
        signs[2][7][0][0] = signs[0][7][0][0]
    elif case == "forged-twice":
        who = signs[2][7][0][0]
        r.find(2, key=1, value=who)[7][4] = 6
        signs[1][7][0][0] = who
    elif case == "forged-root":
        signs[1][7][0][6] = b"\xff" * 32
    elif case == "forged-subject":
        signs[1][7][0][3] -= 100
    elif case == "forged-late":
        signs[1][7][0][4] -= 8 * 86400 * 10 ** 6
    elif case == "forged-time":  # in no calendar
        r.items[-1][4] = 2 ** 62
    elif case == "forged-pay-day":
        r.find(40)[7][3] = 2 ** 31 - 1
    elif case == "forged-month":
        entitled[7][5][0][0] = 0
    elif case == "forged-signature-again":
        signs[1][7] = dict(signs[0][7])
    elif case != "forged-nothing" and not back_case(case, r):
        raise SystemExit("no such case: " + case)
    if case in ("forged-drop-signed", "forged-one-release"):
        renumber(r)
    if case == "forged-drop":
        numbers = {i[2]: n for n, i in enumerate(r.items)}
        for i in r.items:
            i[2], i[6] = numbers[i[2]], numbers[i[6]]
            if 0 in i[7]:
                i[7][0][5] = numbers[i[7][0][5]]
    if case.startswith("forged-"):
        r.forge(keys)
    else:
        r.put()


def file_case(case, files, passphrase):
    if case == "claim-sum":
        change_line(files, "data/claims.txt", "paid ", more)
    elif case == "claim-missing":
        change_line(files, "data/claims.txt", "lines ", lambda x: [])
    elif case == "claim-more":
        change_line(files, "data/claims.txt", "batch 1 ", lambda x: [x, x])
    elif case == "policy":
        name = [p for p in files if p.startswith("data/policies/")][0]
        files[name] += b"# another\n"
    elif case == "extra-file":
        files["data/policies/" + "0" * 64 + ".yaml"] = b""
    elif case == "checkpoint-root":
        change_line(files, "data/checkpoint.txt", "", lambda x: [x])
        text = files["data/checkpoint.txt"].decode().split("\n")
        text[2] = b64(bytes(32))
        files["data/checkpoint.txt"] = "\n".join(text).encode()
    elif case == "vkey":
        change_line(files, "bag-info.txt", "Almoner-Vkey", lambda x: [
            x[:-2] + ("A" if x[-2] != "A" else "B") + x[-1]])
    elif case == "node":
        change_line(files, "data/tree.txt", "node ", lambda x: [
            x[:-1] + ("0" if x[-1] != "0" else "1")])
    elif "data/sealed.txt" not in files:
        return False
    else:
        opener = sealed.Opener(files, passphrase)
        if case == "bank-file":
            path = [p for p in files if p.startswith("data/sealed/exports/")][0]
            plain = opener.open(path).replace(b"|6", b"|7", 1)
        elif case in ("person-row", "person-missing"):
            path = "data/sealed/people.bin"
            plain = opener.open(path)
            size = struct.unpack_from(">I", plain, 40)[0]
            if case == "person-missing":
                plain = plain[44 + size:]
            else:
                at = plain.index(b"\x0f\xfe\xff\xff\xff\x0f")
                plain = plain[:at - 1] + b"\xfe" + plain[at:]
        else:
            return False
        files[path] = seal(opener, path, plain)
    return True


def main():
    source, target, keys, passphrase_file, case = sys.argv[1:6]
    with open(passphrase_file, "rb") as f:
        make(case, source, target, keys, f.read().split(b"\n")[0])


def make(case, source, target, keys, passphrase):
    with open(source, "rb") as f:
        data = f.read()
    if case in ("tail", "byte", "truncated"):
        at = data.index(b"manifest-sha256.txt") - 60
        new = {"tail": data + b"\0", "truncated": data[:-1],
               "byte": data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]}[case]
        with open(target, "wb") as f:
            f.write(new)
        return
    files = container.read_zip(data)
    if case == "manifest":
        files["data/index.txt"] += b" \n"
        write_zip(files, target)
        return
    if not file_case(case, files, passphrase):
        records_case(case, files, keys)
    pack(files, target)


if __name__ == "__main__":
    main()
