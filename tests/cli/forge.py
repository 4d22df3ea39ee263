"""forge.py - for forge_bundle.py and forge_ledger.py: the ledger's bytes as docs/formats
has them, and what somebody who holds keys can do to its records. What must agree is made
anew afterwards (rechain), so that only the check that is meant can find it.
"""
import base64
import hashlib
import subprocess


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


class Records:
    """Of one ledger; keys is a folder with ledger.pem and NAME.pem of operators."""

    def __init__(self, keys):
        self.keys = keys
        self.records = []

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

    def sign(self, x, signer, origin=None):
        names = {2: "operator", 4: "second", 32: "run-end", 40: "batch-start",
                 42: "batch-end", 43: "batch-sign", 44: "export", 47: "answer-end",
                 14: "refused", 72: "timestamp", 81: "appropriation-confirm",
                 83: "allocation"}
        s = x[7][0]
        rest = {k: v for k, v in x[7].items() if k != 0}
        lines = ["almoner-act/v1", origin or x[1], names[x[5]], s[1], s[0], s[4],
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
                if isinstance(x[7].get(15), bytes):  # not the payments of an export
                    x[7][15] = before
                self.records[i] = r = encode(x)
            before = leaf(r)

    def origin(self):
        return decode(self.records[0])[0][1]

    def note(self, text):
        """The text with the ledger's own signature."""
        key = "%s/ledger.pem" % self.keys
        origin = self.origin()
        key_id = sha(origin.encode(), b"\n\1", public(key))[:4]
        line = "\u2014 %s %s\n" % (origin, base64.b64encode(
            key_id + sign(key, text.encode())).decode())
        return (text + "\n" + line).encode()

    def root(self):
        return root([leaf(r) for r in self.records])


# ---- what is done to them ----

def set_body(key, value):
    def change(x):
        x[7][key] = value
    return change


def set_signed(place, value):
    def change(x):
        x[7][0][place] = value
    return change


def forge_allocation(b, how):
    """The newest allocation, and the submission behind it, signed anew by the maker."""
    i = max(n for n, r in enumerate(b.records) if decode(r)[0][5] == 83)

    def change(x):
        items, carries = x[7][2], x[7][3]
        if how in ("unsigned", "sum"):
            items[0][2] += 100
        elif how == "shares":  # it adds up, but a source bears another's part
            items[0][2] += 100
            items[-1][2] -= 100
            carries[0][3] -= 1000000
            carries[-1][3] += 1000000
        elif how == "carry":
            carries[0][2] += 1
        elif how == "fund":  # of another year
            items[0][1] = 1
        elif how == "words":  # what was signed for says less than the batch
            x[7][0][3] -= 100

    def again(x):
        s = x[7][0]
        s[5] = min(s[5], x[2])
        s[6] = root([leaf(r) for r in b.records[:s[5]]])
        b.sign(x, "maker")
    if how == "gone":
        del b.records[i]
        i -= 1
    else:
        b.change(i, change)
        b.rechain()
        if how != "unsigned":
            b.change(i, again)
    b.rechain()
    b.change(i + 1, again)


def forge_refused(b, how):
    """The last record, a checker's refusal of appropriation 6; 5 was confirmed, 4
    refused. Or the confirmation of 5 is one of 4."""
    i = len(b.records) - 1
    signers = {"stranger": (3, "maker2"), "auditor": (6, "auditor")}

    def change(x):
        x[7].update({"reason": {3: "another"}, "confirmed": {2: 5}, "twice": {2: 4},
                     "unknown": {2: 7}, "register": {1: 5}}.get(how, {}))
        if how in signers:
            x[7][0][0] = signers[how][0]

    def confirm(x):
        x[7][1] = 4
        x[7][2] = leaf(b.records[b.find(80, k1=4)])

    def again(x):
        s = x[7][0]
        s[6] = root([leaf(r) for r in b.records[:s[5]]])
        b.sign(x, signers.get(how, (0, "checker"))[1])
    if how == "after":
        i = b.find(81, k1=5)
        b.change(i, confirm, "checker")
        b.rechain()
        del b.records[i + 1:]
        return
    b.change(i, change)
    if how != "reason":
        b.change(i, again)


def attack(b, how):
    """False when it is none that is done to records."""
    if how == "byte":
        r = bytearray(b.records[b.find(31)])
        r[-3] ^= 1
        b.records[b.find(31)] = bytes(r)
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
        b.records.append(max((r for r in b.records if decode(r)[0][5] in (43, 44)),
                             key=lambda r: decode(r)[0][2]))
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
    elif how == "within":  # signed for a size within a run
        size = b.find(31, 1, k1=2)

        def seen(x):
            x[7][0][5:7] = size, root([leaf(r) for r in b.records[:size]])
        b.change(b.find(43, k1=2, k2=1), seen, "maker")
    elif how == "far-person":
        def far(x):
            x[7][3][0][0] = 2 ** 40
        b.change(b.find(22), far)
    elif how == "many-spans":  # one more than a line may have
        def many(x):
            x[7][3] = x[7][3][:1]
            x[7][3][0][5] = 25 * x[7][3][0][5][:1]
        b.change(b.find(41), many)
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
    elif how in ("sandbox", "epoch"):  # a good signature, but under that origin
        real = b.origin()
        other = {"sandbox": "almoner/230523/main", "epoch": real + "/e2"}[how]

        def replay(x):
            b.sign(x, "maker", other)
        b.change(b.find(43, k2=1), replay)
    elif how == "two-roles":  # by somebody who has both roles
        def both(x):
            s = x[7][0]
            s[0], s[6] = 7, root([leaf(r) for r in b.records[:s[5]]])
        for step in (1, 2):
            b.change(b.find(43, k2=step), both, "both")
            b.rechain()
    elif how == "results-gone":  # of the newest answer, and its end signed for none
        i = max(n for n, r in enumerate(b.records) if decode(r)[0][5] == 46)
        del b.records[i]
        b.change(i, set_body(2, 0))
        b.rechain()
        b.change(i, lambda x: b.sign(x, "maker"))
    elif how == "export-layout":  # of the newest record: the text is the first policy
        policy = decode(b.records[b.find(10)])[0][7]
        b.change(len(b.records) - 1,
                 lambda x: x[7].update({8: policy[3], 10: policy[4]}), "maker")
    elif how == "export-length":  # of the newest record
        b.change(len(b.records) - 1, lambda x: x[7].update({4: x[7][4] + 1}), "maker")
    elif how in ("lines-swapped", "payee"):  # of the newest batch, a draft
        i = max(n for n, r in enumerate(b.records) if decode(r)[0][5] == 41)

        def swap(x):  # the first two
            x[7][3][:2] = x[7][3][1::-1]

        def payee(x):  # a neighbour in place of an institution
            line = [line for line in x[7][3] if len(line) == 7][0]
            line[6] = line[0] + 1
        b.change(i, payee if how == "payee" else swap)
        items = decode(b.records[i])[0][7][3]
        b.change(i + 1, set_body(4, sha(bytes(32), *map(encode, items))))
        b.rechain()
        b.change(i + 1, lambda x: b.sign(x, "maker"))
    elif how.startswith("refused-"):
        forge_refused(b, how[len("refused-"):])
    elif how.startswith("allocation-"):
        forge_allocation(b, how[len("allocation-"):])
    elif how == "all-keys":  # the newest run, signed anew by who signed it
        i = max(i for i, r in enumerate(b.records) if decode(r)[0][5] == 31)
        end = next(i for i, r in enumerate(b.records[i:], i) if decode(r)[0][5] == 32)
        added = []

        def grant(x):
            span = x[7][5][-1]
            span[2] += 100
            x[7][9][0][3] += 100 * span[1]
            added.append((span[3], 100 * span[1]))

        def total(x):
            cause, fen = added[0]
            x[7][2 + cause] += fen
            x[7][0][3] += fen
        b.change(i, grant)
        b.change(end, total)
        b.rechain()
        b.change(end, lambda x: b.sign(x, "maker"))
    else:
        return False
    return True
