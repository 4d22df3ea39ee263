"""forge_ledger.py - rewrites a ledger's store, as somebody would who has its folder and
whatever keys the attack needs. Rows are read and written by tests/damage/rows.c.

    forge_ledger.py ROWS LEDGER KEYS HOW

HOW is one of forge.py's, and then chain, tree, the store's head and the signed head file
are made to agree; or one that changes rows only:

    raw-changed raw-deleted raw-last raw-inserted raw-swapped raw-cut   records
    old-head         rewritten, but with the head file that there was
    rolled-head      the last act taken away, with a head signed for what is left
    account balance register line act node lookup row-swapped                       what is derived
"""
import base64
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
from forge import Records, attack, decode, leaf, root  # noqa: E402


class Ledger(Records):
    def __init__(self, program, folder, keys):
        super().__init__(keys)
        self.program, self.folder = program, folder
        self.tables = {}
        out = subprocess.run([program, folder, "dump"], check=True,
                             stdout=subprocess.PIPE).stdout.decode()
        for line in out.splitlines():
            table, key, value = line.split(" ")
            self.tables.setdefault(table, {})[bytes.fromhex(key)] = bytes.fromhex(value)
        rows = self.tables["records"]
        self.records = [rows[k] for k in sorted(rows)]
        self.before = {t: dict(rows) for t, rows in self.tables.items()}

    def put_records(self):
        self.tables["records"] = {struct.pack(">Q", i): r
                                  for i, r in enumerate(self.records)}

    def put_head(self):
        """Of the store: size, roots of the complete subtrees, last leaf; what follows
        stays."""
        old = self.tables["meta"][b"head"]
        rest = old[9 + 32 * bin(struct.unpack(">Q", old[1:9])[0]).count("1") + 32:]
        leaves, roots, at = [leaf(r) for r in self.records], b"", 0
        for bit in range(40, -1, -1):
            if len(leaves) >> bit & 1:
                roots += root(leaves[at:at + (1 << bit)])
                at += 1 << bit
        self.tables["meta"][b"head"] = (old[:1] + struct.pack(">Q", len(leaves)) + roots
                                        + leaves[-1] + rest)

    def put_head_file(self):
        text = "almoner-head/v1\n%s\n%d\n%s\n%s\n" % (
            self.origin(), len(self.records), base64.b64encode(self.root()).decode(),
            base64.b64encode(leaf(self.records[-1])).decode())
        with open(self.folder + "/head", "wb") as f:
            f.write(2 * self.note(text).ljust(1024, b"\0"))

    def write(self):
        lines = []
        for table, rows in self.tables.items():
            old = self.before.get(table, {})
            lines += ["del %s %s\n" % (table, k.hex()) for k in old if k not in rows]
            lines += ["put %s %s %s\n" % (table, k.hex(), v.hex())
                      for k, v in rows.items() if old.get(k) != v]
        subprocess.run([self.program, self.folder, "apply"], check=True,
                       input="".join(lines).encode())


# Of each derived table, a row: the first, or the first whose key or value has this.
ROWS = {"account": ("accounts", b""), "balance": ("balances", b""),
        "register": ("register", b"\6"), "line": ("lines", b""),
        "act": ("acts", b"")}


def raw(b, how):
    i, records = b.find(31), b.tables["records"]
    key = [struct.pack(">Q", n) for n in range(len(b.records) + 1)]
    last = len(b.records) - 1
    if how == "raw-changed":
        records[key[i]] = records[key[i]][:-3] + b"\1\2\3"
    elif how == "raw-deleted":
        del records[key[i]]
    elif how == "raw-last":
        del records[key[last]]
    elif how == "raw-inserted":
        b.records.insert(i, b.records[i])
        b.put_records()
    elif how == "raw-swapped":
        records[key[i]], records[key[i + 1]] = records[key[i + 1]], records[key[i]]
    elif how == "raw-cut":
        for n in range(i, last + 1):
            del records[key[n]]
    elif how == "lookup":  # an ID number that leads to another
        rows = b.tables["lookup"]
        one, other = sorted(rows)[:2]
        rows[one] = rows[other]
    elif how == "row-swapped":  # one person's sealed row under another's number
        b.tables["people"][key[2]] = b.tables["people"][key[3]]
    elif how == "node":  # of the tree, or one too many in a small tree
        b.tables.setdefault("tiles", {})[b"\x08" + bytes(8)] = bytes(32)
    elif how in ROWS:
        table, begin = ROWS[how]
        rows = b.tables[table]
        k = [k for k in sorted(rows) if k.startswith(begin)][0]
        rows[k] = rows[k][:-1] + bytes([rows[k][-1] ^ 1])
    else:
        return False
    return True


def main():
    program, folder, keys, how = sys.argv[1:5]
    b = Ledger(program, folder, keys)
    if not raw(b, how):
        if how == "rolled-head":
            act = decode(b.records[-1])[0][6]
            del b.records[act:]
        elif not attack(b, "rewritten" if how == "old-head" else how):
            raise SystemExit("unknown: " + how)
        if how != "byte":
            b.rechain()
        b.put_records()
        b.put_head()
        if how != "old-head":
            b.put_head_file()
    b.write()


main()
