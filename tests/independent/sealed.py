"""What is sealed: people's rows, files, bank files (bundle.md section 7, ledger.md
section 7)."""
import functools
import hashlib
import hmac
import re
import struct
from xml.etree import ElementTree

from primitives import Bad, hmac_of, need, sha256, unseal

HEAD = re.compile(r"almoner-sealed/v1\nscrypt 32768 8 1 ([0-9a-f]{64})\n\Z")


@functools.lru_cache(maxsize=4)
def stretched(passphrase, salt):
    return hashlib.scrypt(passphrase, salt=bytes.fromhex(salt), n=32768, r=8, p=1,
                          maxmem=2 ** 26, dklen=32)


class Opener:
    def __init__(self, files, passphrase):
        found = HEAD.match(files["data/sealed.txt"].decode("ascii", "replace"))
        need(found, "sealed.txt is another")
        self.files = files
        self.key = stretched(passphrase, found.group(1))

    def open(self, path):
        key = hmac.new(self.key, path.encode(), "sha256").digest()
        try:
            return unseal(key, self.files[path])
        except Bad as bad:
            raise Bad("%s: %s" % (path, bad)) from None


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        need(self.at + n <= len(self.data), "a row ends early")
        self.at += n
        return self.data[self.at - n:self.at]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                need((byte or shift == 7) and value < 2 ** 64, "a varint's other spelling")
                return value
            need(shift < 70, "a varint of too many bytes")

    def zigzag(self):
        v = self.varint()
        return v >> 1 ^ -(v & 1)

    def text(self):
        try:
            return self.take(self.varint()).decode("utf-8")
        except UnicodeDecodeError:
            raise Bad("a text that is not UTF-8") from None

    def done(self):
        return self.at == len(self.data)


class Entry:
    """type, recorded, all its bytes, its fields' bytes, and the fields."""

    LAYOUT = {2: "ttttttttzz", 3: "tttvu", 4: "t", 5: "vtt", 6: "uvt"}

    def __init__(self, r):
        begin = r.at
        self.type = r.take(1)[0]
        self.fields = r.take(r.varint())
        self.bytes = r.data[begin:r.at]
        f = Reader(self.fields)
        self.recorded, self.values = f.varint(), []
        if self.type == 1:
            named = f.take(1)[0]
            need(named <= 24, "an attribute that is none")
            self.values = [named, f.text() if named == 0 else ""]
            self.values += self.read(f, "ttzzttztt")
        elif self.type == 7:
            self.programme, _, count = f.text(), f.text(), f.varint()
            need(1 <= count <= 200, "a payment of no months")
            self.paid, m = [], 0
            for _ in range(count):
                m += f.varint()
                months, each = f.varint(), f.varint()
                f.zigzag()
                self.paid.append((m, months, each))
                m += months
        else:
            need(self.type in self.LAYOUT, "an entry of type %d" % self.type)
            self.values = self.read(f, self.LAYOUT[self.type])
        need(f.done(), "an entry with more fields")

    @staticmethod
    def read(f, layout):
        return [{"t": f.text, "v": f.varint, "z": f.zigzag,
                 "u": lambda: f.take(1)[0]}[x]() for x in layout]


class Person:
    def __init__(self, key, row):
        self.key, self.entries, last = key, [], 0
        r = Reader(row)
        while not r.done():
            entry = Entry(r)
            need(entry.recorded >= last, "entries do not ascend")
            last = entry.recorded
            self.entries.append(entry)

    def added(self, sequence):
        return [e for e in self.entries if e.recorded == sequence]


def read_people(plain):
    people, last, at = {}, 0, 0
    while at < len(plain):
        need(at + 44 <= len(plain), "people.bin ends early")
        number, key, size = struct.unpack_from(">Q32sI", plain, at)
        at += 44
        need(number > last and at + size <= len(plain), "people.bin: a row's head")
        last = number
        try:
            people[number] = Person(key, plain[at:at + size])
        except Bad as bad:
            raise Bad("person %d: %s" % (number, bad)) from None
        at += size
    return people


ALLOWED = {22: {1, 2, 3}, 24: {7}, 26: {1, 2, 3, 6, 7}, 62: {4}}


def check_commitments(fold, people, kinds, records):
    """The commitments of the bundle's records, and entries without one."""
    count = 0
    for (sequence, n), (digest, kind) in fold.commitments.items():
        if n not in people or n in fold.erased:
            continue
        person, count = people[n], count + 1
        entries = person.added(sequence)
        salt = hmac_of(fold.suite, person.key, b"salt" + struct.pack(">Q", sequence))
        whole = b"".join(e.bytes for e in entries)
        need(entries and fold.digest(salt + whole) == digest,
             "record %d: the commitment to person %d does not open" % (sequence, n))
        types = {e.type for e in entries}
        allowed = ALLOWED[kind]
        if kind == 22 and 5 in types:
            allowed = {5}
        need(types <= allowed, "record %d brings person %d entries of another type" %
             (sequence, n))
        if kind == 24:
            says = [x[2] for x in records[sequence].body[3] if x[0] == n][0]
            need(months_of((p, s) for p, spans in says for s in spans) ==
                 months_of((e.programme, s) for e in entries for s in e.paid),
                 "record %d and person %d's row tell other payments" % (sequence, n))
        if kind == 26:
            check_merge(records[sequence].body, n, entries)
    for n, person in people.items():
        for e in person.entries:
            need(e.recorded not in kinds or (e.recorded, n) in fold.commitments,
                 "person %d has an entry that record %d does not commit to" %
                 (n, e.recorded))
    return count


def months_of(pairs):
    out = {}
    for programme, (m0, count, x) in pairs:
        for m in range(m0, m0 + count):
            out[programme, m] = out.get((programme, m), 0) + x
    return out


def check_merge(body, n, entries):
    other, into = (body[4], 1) if n == body[3] else (body[3], 0)
    marks = [e.values for e in entries if e.type == 6]
    need(len(marks) == 1 and marks[0][:2] == [into, other] and
         (not into or len(entries) == 1), "the merge of %d and %d" % (n, other))


def route_of(fold, people, line):
    """The route entry of a line, its commitment checked; None when its row is not there."""
    owner = line.payee or line.person
    if owner not in people:
        return None
    person = people[owner]
    need(line.route < len(person.entries) and person.entries[line.route].type == 2,
         "record %d: person %d has no such route" % (line.sequence, owner))
    entry = person.entries[line.route]
    salt = hmac_of(fold.suite, person.key, b"salt" + struct.pack(">Q", line.sequence))
    need(fold.digest(salt + entry.fields) == line.commitment,
         "record %d: the route of person %d does not open" % (line.sequence, owner))
    return entry.values


# ---- bank files ----

def read_pipe(data):
    """[(id, account, name, fen)], count, total."""
    try:
        lines = data.decode("gbk").split("\r\n")
    except UnicodeDecodeError:
        raise Bad("not GBK") from None
    need(len(lines) >= 3 and lines[-1] == "" and lines[-2] == "########", "no end mark")
    head = lines[0].split("|")
    need(len(head) == 3 and head[0] in ("P", "PO"), "another first line")
    wide = 6 if head[0] == "P" else 8
    rows = []
    for line in lines[1:-2]:
        f = line.split("|")
        need(len(f) == wide, "a line of other fields")
        rows.append((f[0], f[1], f[2], int(f[wide - 3])))
    return rows, int(head[1]), int(head[2])


def fen_of(text):
    found = re.match(r"([0-9]+)(?:\.([0-9]{1,2}))?\Z", text)
    need(found, "an amount: " + text)
    return int(found.group(1)) * 100 + int((found.group(2) or "").ljust(2, "0"))


def read_pain(data):
    need(b"<!DOCTYPE" not in data and b"<!ENTITY" not in data, "not plain XML")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise Bad("not XML: %s" % error) from None
    space = root.tag[:root.tag.index("}") + 1]

    def at(node, path):
        found = node.find("/".join(space + x for x in path.split("/")))
        return (found.text or "") if found is not None else ""
    rows = []
    for t in root.iter(space + "CdtTrfTxInf"):
        amount = t.find("/".join(space + x for x in ("Amt", "InstdAmt")))
        need(amount is not None and amount.get("Ccy") == "CNY", "an amount in no yuan")
        rows.append((at(t, "PmtId/EndToEndId"), at(t, "CdtrAcct/Id/Othr/Id"),
                     at(t, "Cdtr/Nm"), fen_of(amount.text)))
    head = "CstmrCdtTrfInitn/GrpHdr/"
    return rows, int(at(root, head + "NbOfTxs")), fen_of(at(root, head + "CtrlSum"))


def check_bank_file(fold, people, data, export, batch, first_of_id):
    sequence, form, length, digest, _ = export
    need(len(data) == length and sha256(data) == digest,
         "record %d: the bank file has not its length and SHA-256" % sequence)
    try:
        rows, count, total = (read_pipe if form.startswith("pipe") else read_pain)(data)
    except ValueError as error:
        raise Bad("record %d: the bank file: %s" % (sequence, error)) from None
    payments = fold.payments(batch)
    need(count == len(rows) == len(payments) and total == sum(r[3] for r in rows) ==
         sum(batch.lines[k].fen for _, lines in payments for k in lines),
         "record %d: number and sum of payments" % sequence)
    for row, (first, lines) in zip(rows, payments):
        need(row[0] == "%sL%08d" % (first_of_id, first) and
             row[3] == sum(batch.lines[k].fen for k in lines),
             "record %d: payment %d is not the batch's lines" % (sequence, first))
        for k in lines:
            route = route_of(fold, people, batch.lines[k])
            need(route is None or (route[1], route[2]) == (row[1], row[2]),
                 "record %d: line %d goes to another account" % (sequence, k))


LISTED = re.compile(r"# (\d+) of (\d+): (\d+) payments, (\d+) fen, (\d+) bytes\n"
                    r"([0-9a-f]{64})  ([^/\n]+)\n")


def check_bank_files(fold, people, files, export, batch, first_of_id, count, described):
    """files: (path, bytes). One, read where its layout is known; or several and their
    list, of which digests and sums are checked."""
    sequence, form, length, digest, _ = export
    if count == 1:
        need(len(files) == 1, "record %d: more than one bank file" % sequence)
        data = files[0][1]
        need(len(data) == length and sha256(data) == digest,
             "record %d: the bank file has not its length and SHA-256" % sequence)
        if form.startswith("pain") or (form.startswith("pipe") and data[:1] == b"P"):
            check_bank_file(fold, people, data, export, batch, first_of_id)
        return
    lists = [data for path, data in files if path.endswith(".files")]
    parts = {path.split("-")[-1][:6]: data for path, data in files
             if not path.endswith(".files")}
    need(len(lists) == 1 and len(lists[0]) == length and sha256(lists[0]) == digest,
         "record %d: the list of bank files has not its length and SHA-256" % sequence)
    text, lines, total = lists[0].decode(), 0, 0
    for n in range(1, count + 1):
        entry = LISTED.match(text)
        need(entry and entry.group(1, 2) == (str(n), str(count)),
             "record %d: entry %d of the list" % (sequence, n))
        text = text[entry.end():]
        data = parts.pop("%06d" % n, None)
        need(data is not None and len(data) == int(entry.group(5)) and
             sha256(data).hex() == entry.group(6), "record %d: file %d" % (sequence, n))
        lines += int(entry.group(3))
        total += int(entry.group(4))
    need(not text and not parts, "record %d: files or entries too many" % sequence)
    need((lines, total) == (len(fold.payments(batch)), fold.pays(batch)[1]),
         "record %d: number and sum of payments in the list" % sequence)
