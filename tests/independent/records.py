"""One record: its form (ledger.md sections 3 and 5), and the account operations of
section 6."""
import re
import unicodedata

from primitives import Unknown, cbor, cbor_count_head, cbor_head, cbor_map_parts, need

MAKER, CHECKER, RELEASER, AUDITOR, ADMIN = 1, 2, 4, 8, 16
ANY = 31
ORIGIN = re.compile(
    r"almoner/[0-9]{6,12}/[^/\s+]{1,40}(/sandbox)?(/e([1-9][0-9]*))?\Z")
MAX_FEN = 10 ** 13


def uint(most=2 ** 64 - 1, least=0):
    return lambda v: type(v) is int and least <= v <= most


def integer(least=-2 ** 63, most=2 ** 63 - 1):
    return lambda v: type(v) is int and least <= v <= most


def octets(*sizes):
    return lambda v: type(v) is bytes and len(v) in sizes


def text(most=None, least=0):
    return lambda v: type(v) is str and least <= len(v.encode()) and (
        most is None or len(v.encode()) <= most)


def plain(v):
    return not any(ord(c) < 32 or ord(c) == 127 for c in v)


def words(most, least):
    return lambda v: text(most, least)(v) and plain(v)


def budget_class(v):
    return type(v) is str and re.match(r"[A-Za-z0-9_-]{0,16}\Z", v) is not None


def name(v):
    return text(100, 1)(v) and plain(v) and "+" not in v and \
        not any(c.isspace() or unicodedata.category(c) in ("Zs", "Zl", "Zp") for c in v)


def code(v):
    return type(v) is str and re.match(r"[a-z0-9_-]{1,32}\Z", v) is not None


def array(item, least=0, most=10 ** 6):
    return lambda v: type(v) is list and least <= len(v) <= most and all(map(item, v))


def tuple_of(*items):
    return lambda v: type(v) is list and len(v) == len(items) and \
        all(check(x) for check, x in zip(items, v))


def either(*checks):
    return lambda v: any(check(v) for check in checks)


def ascending(v):
    return array(text(100, 1), 1)(v) and \
        all(a.encode() < b.encode() for a, b in zip(v, v[1:]))


def banks(v):
    return type(v) is str and re.match(r"(same|other|[0-9]{3})\Z", v) is not None


u32, u64, i64, sha = uint(2 ** 32 - 1), uint(), integer(), octets(32)
number = uint(2 ** 32 - 1, 1)
day = integer(-62091, 2932896)  # 1800-01-01 to 9999-12-31
moment = integer(-2208988800000000, 253402214399999999)  # 1900-01-01 to 9999-12-30
months = uint(12000, 1)
period = uint(26399, 22800)  # 1900-01 to 2199-12
fen = integer(1, MAX_FEN)
diff = integer(-MAX_FEN, MAX_FEN)
public_key = octets(32, 33)



def span_of(*more):
    """[from, months, ...]: months of 1800 to 9999."""
    form = tuple_of(uint(119999, 21600), months, *more)
    return lambda v: form(v) and v[0] + v[1] <= 120000


span = span_of(fen)
spans24 = array(span, 1, 24)
postings = array(tuple_of(code, uint(10), uint(10), integer(1)), 0, 48)
line = tuple_of(u64, code, fen, u64, sha, spans24)
line7 = tuple_of(u64, code, fen, u64, sha, spans24, u64)
pairs_of_texts = array(tuple_of(text(39, 1), text(100)), 1, 16)
files_of = array(tuple_of(uint(2 ** 64 - 1, 1), uint(2 ** 64 - 1, 1)), 0, 24)


def settings(v):
    return pairs_of_texts(v) and len({name for name, _ in v}) == len(v)


def opt(check):
    return check, True


def warned(v):
    """Key 6 of kind 43: checks and rows, the names ascending."""
    return array(tuple_of(code, number), 1, 64)(v) and \
        all(a[0].encode() < b[0].encode() for a, b in zip(v, v[1:]))


# kind: (name, roles of the signer, kind of the start it belongs into, keys)
KINDS = {
    1: ("genesis", 0, 0, {
        1: text(200, 1), 2: text(12, 6), 3: u64, 4: public_key,
        5: lambda v: type(v) is bool, 6: integer(-900, 900),
        7: array(tuple_of(name, public_key), 1, 16), 8: opt(text(64, 1))}),
    2: ("operator", ADMIN, 0, {1: u32, 2: name, 3: public_key, 4: uint(31, 1),
                               5: opt(text(200))}),
    3: ("channel", ADMIN, 0, {1: u32, 2: text(100), 3: text(15), 4: text(39),
                              5: text(200), 6: text(39), 7: opt(sha), 8: opt(u64),
                              10: opt(settings)}),
    4: ("second", ADMIN, 0, {1: u64, 2: u32}),
    5: ("clock", ANY, 0, {1: i64, 2: i64}),
    6: ("reveal", ANY, 0, {1: u64, 2: text(200)}),
    7: ("epoch", ADMIN, 0, {1: u32, 2: public_key, 3: u64, 4: sha, 5: opt(u64),
                            6: opt(sha)}),
    8: ("ledger-key", ADMIN, 0, {1: u32, 2: public_key}),
    9: ("lost-file", ANY, 0, None),
    10: ("policy-adopt", MAKER, 0, {1: u32, 2: text(100), 3: sha, 4: u64}),
    11: ("policy-confirm", CHECKER, 0, {1: u32, 2: sha}),
    12: ("retention", ADMIN, 0, {1: u32, 2: uint(2, 1), 3: uint(200), 4: text(200, 1)}),
    13: ("setting", ADMIN, 0, {1: u32, 2: text(48), 3: text(80)}),
    14: ("refused", MAKER | CHECKER | RELEASER | ADMIN, 0, {1: u64, 2: u64, 3: lambda v:
                                                             text(300, 1)(v) and plain(v)}),
    20: ("import", MAKER, 0, {
        1: u32, 2: uint(10, 1), 3: sha, 4: u64, 5: u64, 6: opt(text(200)),
        7: opt(text(200)), 8: opt(uint(119999, 21600)), 9: opt(text(200)), 10: opt(sha), 11: opt(u64)}),
    21: ("import-start", CHECKER, 0, {1: u32, 2: sha}),
    22: ("facts", 0, 21, {1: u32, 2: opt(u64), 3: array(tuple_of(u64, sha), 1)}),
    23: ("import-end", CHECKER, 21, {1: u32, 2: u64, 3: u64, 4: u64, 15: sha}),
    24: ("history", 0, 21, {
        1: u32, 2: opt(u64), 3: array(tuple_of(u64, sha, array(
            tuple_of(code, array(span, 1, 80)), 1)), 1), 9: postings}),
    25: ("units", 0, 21, {1: u32, 2: opt(u64), 3: array(tuple_of(
        u64, text(100), text(300), text(100), i64, i64, text(100))),
        9: opt(array(u64, 0, 0))}),
    26: ("merge", 0, 21, {1: u32, 2: u64, 3: u64, 4: u64, 5: sha, 6: sha}),
    27: ("hold", MAKER | CHECKER | AUDITOR, 0, {1: u64, 2: uint(1), 3: text(200, 1),
                                                4: text(200, 1)}),
    28: ("erase", MAKER | ADMIN, 0, {1: u64, 2: text(200, 1), 3: text(200, 1)}),
    29: ("erased", CHECKER, 0, {
        1: u64, 2: u64, 3: sha, 4: array(tuple_of(u64, sha), 1, 10), 5: u64, 6: i64,
        7: i64, 8: files_of, 10: files_of, 11: opt(text(120, 1))}),
    30: ("run-start", MAKER, 0, {1: u32, 2: period, 3: u64, 4: u32}),
    31: ("entitlement", 0, 30, {
        1: u32, 2: u64, 3: u64, 4: code, 5: array(span_of(
            diff, uint(3, 1), u64, u64), 1, 40),
        6: opt(array(u64, 0, 8)), 9: postings}),
    32: ("run-end", MAKER, 30, {1: u32, 2: u64, 3: i64, 4: i64, 5: i64, 6: u64, 7: i64,
                                15: sha}),
    33: ("set-off", 0, 30, {
        1: u32, 2: u64, 3: u32, 4: code, 5: spans24,
        6: array(span_of(fen, uint(10000)), 1, 24), 7: u64,
        9: postings}),
    40: ("batch-start", MAKER, 0, {1: u32, 2: u32, 3: day, 4: opt(array(code, 1)),
                                   5: opt(ascending), 6: opt(banks)}),
    41: ("lines", 0, 40, {1: u32, 2: u64, 3: array(either(line, line7), 1),
                          9: postings}),
    42: ("batch-end", MAKER, 40, {1: u32, 2: u32, 3: i64, 4: sha, 15: sha}),
    43: ("batch-sign", None, 0, {1: u32, 2: uint(5, 1), 3: sha, 4: number, 5: i64,
                             6: opt(warned)}),
    44: ("export", MAKER, 0, {1: u32, 2: text(39), 3: sha, 4: u64, 5: u32, 6: i64,
                              7: u64, 8: opt(sha), 10: opt(u64), 11: opt(settings),
                              12: opt(uint(100000, 2)), 13: opt(uint(2 ** 32 - 1, 2)),
                              14: opt(sha), 15: opt(number)}),
    45: ("answer-start", MAKER, 0, {1: u32, 2: text(39), 3: sha, 4: u64, 5: u64,
                                    6: opt(sha), 7: opt(u64), 8: opt(uint(100000, 1)),
                                    10: opt(uint(1, 1))}),
    46: ("results", 0, 45, {1: u32, 2: opt(u64), 3: array(tuple_of(
        u32, uint(5, 2), uint(12)), 1), 9: postings}),
    47: ("answer-end", MAKER, 45, {1: u32, 2: u64, 15: sha}),
    48: ("reissue-start", MAKER, 0, {1: u32}),
    49: ("reissue", 0, 48, {1: u32, 2: opt(u64), 3: array(tuple_of(u32, u64), 1),
                            9: postings}),
    50: ("reissue-end", MAKER, 48, {1: u32, 2: u64, 3: i64, 15: sha}),
    51: ("withdraw-start", None, 0, {1: u32, 2: uint(4, 1), 3: text(300, 1)}),
    52: ("withdrawn", 0, 51, {1: u32, 2: opt(u64), 3: array(tuple_of(u32, u64), 1),
                              9: postings}),
    53: ("withdraw-end", None, 51, {1: u32, 2: uint(2 ** 64 - 1, 1), 3: i64, 15: sha}),
    54: ("batch-step", None, 0, {
        1: u32, 2: lambda v: v in (10, 14, 15), 3: sha, 4: u32, 5: i64, 6: text(300, 1),
        7: opt(day), 8: opt(sha)}),
    60: ("recovery", MAKER, 0, {
        1: u32, 2: u64, 3: code, 4: spans24, 5: uint(5, 1), 6: text(120, 1), 7: day,
        8: opt(i64), 10: opt(uint(12000)), 11: opt(u32)}),
    61: ("recovery-confirm", CHECKER, 0, {1: u32, 2: sha, 9: postings}),
    62: ("repayment", MAKER, 0, {1: u32, 2: u64, 3: day, 4: fen, 5: uint(5, 1), 6: sha,
                                 7: spans24, 8: u64, 9: postings}),
    80: ("appropriation", MAKER, 0, {
        1: u32, 2: lambda v: v == "" or code(v), 3: words(24, 1), 4: budget_class,
        5: budget_class, 6: uint(2999, 2000), 7: words(120, 1), 8: integer(-10 ** 14, 10 ** 14),
        9: opt(u32)}),
    81: ("appropriation-confirm", CHECKER, 0, {1: u32, 2: sha}),
    82: ("receipt", MAKER, 0, {1: u32, 2: day, 3: integer(-10 ** 14, 10 ** 14),
                               4: words(120, 1)}),
    83: ("allocation", MAKER, 0, {
        1: u32, 2: array(tuple_of(code, u32, integer(1, 10 ** 14)), 1, 40),
        3: array(tuple_of(code, words(24, 1), integer(-10 ** 12, 10 ** 12),
                          integer(-10 ** 12, 10 ** 12)), 0, 40)}),
    85: ("notice", MAKER, 0, {
        1: u32, 2: code, 3: period, 4: uint(2, 1), 5: uint(2 ** 63 - 1, 1), 6: day,
        7: day, 8: uint(366, 1), 10: sha, 11: uint(2 ** 63 - 1), 12: text(60, 1),
        13: text(80, 1), 14: opt(sha)}),
    86: ("objection", MAKER | CHECKER | AUDITOR, 0, {1: u32, 2: u32, 3: u64,
                                                     4: text(200, 1)}),
    87: ("objection-decided", CHECKER, 0, {1: u32, 2: uint(3, 1), 3: text(200, 1)}),
    88: ("notice-closed", MAKER | CHECKER, 0, {1: u32, 2: day, 3: u32}),
    70: ("witness", ADMIN, 0, {1: u32, 2: name, 3: octets(32)}),
    71: ("cosigned", ANY, 0, {1: u32, 2: u32, 3: u64, 4: sha, 5: uint(2 ** 63 - 1),
                              6: octets(64)}),
    72: ("timestamp", ANY, 0, {1: u32, 2: u64, 3: sha, 4: sha, 5: u64, 6: sha, 7: u64,
                               8: moment}),
    90: ("month-close", MAKER, 0, {
        1: u32, 2: uint(2, 1), 3: period, 4: u64, 5: sha,
        6: array(i64, 11, 11),
        7: opt(array(tuple_of(sha, uint(2 ** 63 - 1), uint(2 ** 63 - 1)), 1, 8))}),
    91: ("close-confirm", CHECKER | RELEASER, 0, {1: u32, 2: sha}),
    92: ("unknown-list", MAKER, 0, {1: u32, 2: number, 3: i64, 4: sha,
                                    5: day}),
}
LOST_FILE = {
    1: (MAKER, {1: u64, 2: u32, 3: text(39), 4: sha, 5: u64, 6: u32, 7: i64, 8: moment,
                10: u32, 11: u32, 12: opt(sha), 13: opt(u64), 14: opt(settings),
                15: opt(uint(100000, 2)), 16: opt(uint(2 ** 32 - 1, 2)),
                17: opt(number), 18: opt(number)}),
    2: (RELEASER, {1: u64, 2: text(200, 1)}),
    3: (CHECKER | ADMIN, {1: u64, 2: sha}),
}
# Keys of which none is there alone: digest and length of a text.
TOGETHER = {3: (7, 8), 9: (12, 13), 20: (10, 11), 44: (8, 10), 45: (6, 7)}
STEPS = {1: ("submit", MAKER), 2: ("approve", CHECKER), 3: ("release", RELEASER),
         4: ("close", MAKER), 5: ("close", CHECKER)}
# What goes backwards, by the state of the batch: (step, state): (roles, next state).
BACKWARDS = {(10, 2): (CHECKER, 1), (10, 3): (CHECKER | RELEASER, 1),
             (10, 4): (RELEASER, 1), (12, 1): (MAKER, 9), (12, 2): (MAKER | CHECKER, 9),
             (13, 5): (RELEASER, 10), (14, 5): (CHECKER, 1)}
BACKWARDS.update({(11, s): (MAKER, 1) for s in (1, 2, 3, 4)})
BACKWARDS.update({(12, s): (MAKER | CHECKER | RELEASER, 9) for s in (3, 4)})
BACKWARDS.update({(15, s): (RELEASER, s) for s in (2, 3, 4)})
BACKWARDS.update({(16, s): (MAKER, s) for s in (5, 6, 7, 8)})
WITHDRAWN = {1: (11, (1,), 7), 2: (12, (1,), 7), 3: (13, (1, 5), 9), 4: (16, (3, 4), 8)}
STEP_NAMES = {10: "reject", 14: "refused", 15: "redate"}
STARTS = {21: 23, 30: 32, 40: 42, 45: 47, 48: 50, 51: 53}
SIGNATURE = tuple_of(u32, text(200), u64, i64, i64, u64, sha, octets(64))


def is_register(kind):
    return kind <= 19 or 27 <= kind <= 29 or 70 <= kind <= 79 or 85 <= kind <= 88


class Record:
    """The envelope; body as {key: value}; `parse_body` looks at its form."""

    def __init__(self, raw, digest):
        self.raw = raw
        self.leaf = digest(b"\0" + raw)
        need(raw[:1] == b"\x88", "not an array of 8")
        items, at = [], 1
        for _ in range(7):
            value, at = cbor(raw, at, 1)
            items.append(value)
        if items[0] != 1:
            raise Unknown("version %r" % (items[0],))
        checks = (u64, lambda v: type(v) is str, u64, sha, moment, u64, u64)
        need(all(c(v) for c, v in zip(checks, items)), "an item of another type")
        _, self.origin, self.sequence, self.previous, self.time, self.kind, self.act = \
            items
        self.parts, end = cbor_map_parts(raw, at)
        need(end == len(raw), "bytes behind the record")
        self.body = {k: v[0] for k, v in self.parts.items()}
        need(ORIGIN.match(self.origin), "no origin: %r" % self.origin)

    def parse_body(self):
        if self.kind not in KINDS:
            raise Unknown("kind %d" % self.kind)
        self.name, self.roles, self.inside, keys = KINDS[self.kind]
        if self.kind == 9:
            need(self.body.get(1) in (1, 2, 3), "key 1: not 1 to 3")
            self.roles, keys = LOST_FILE[self.body[1]]
        signed = self.roles != 0
        for key in self.body:
            if key not in keys and not (key == 0 and signed):
                raise Unknown("key %d of kind %d" % (key, self.kind))
        for key, check in keys.items():
            check, optional = check if type(check) is tuple else (check, False)
            if key not in self.body:
                need(optional, "key %d is missing" % key)
            else:
                need(check(self.body[key]), "key %d has another form" % key)
        if self.kind in TOGETHER:
            a, b = TOGETHER[self.kind]
            need((a in self.body) == (b in self.body),
                 "keys %d and %d come together" % (a, b))
        if self.kind == 43:
            self.roles = STEPS[self.body[2]][1]
            need(6 not in self.body or self.body[2] in (1, 3),
                 "key 6 is of submit and release alone")
        elif self.roles is None:  # what the batch's state allows, its rule looks at
            self.roles = MAKER | CHECKER | RELEASER
        if self.kind == 54:
            need((7 in self.body) == (self.body[2] == 15), "key 7 is of 15, and only of it")
            need(8 not in self.body or self.body[2] == 14, "key 8 is of 14 alone")
        self.signature = None
        if signed:
            need(0 in self.body, "it is not signed", "authorisation")
            need(SIGNATURE(self.body[0]) and plain(self.body[0][1]),
                 "the signature has another form", "authorisation")
            need(len(self.parts) <= 22, "too many pairs")
            self.signature = self.body[0]

    def body_unsigned(self):
        keep = [v[1] for k, v in self.parts.items() if k != 0]
        return cbor_count_head(5, len(keep)) + b"".join(keep)

    def items_of(self, key):
        """The encoding of an array's items, without the array's head."""
        spelt = self.parts[key][2]
        return spelt[cbor_head(spelt, 0)[2]:]


# ---- money ----

(GRANTED, DUE, TRANSIT, RETURNED, PAID, RECEIVABLE, RECOVERED, WAIVED, WRITTEN,
 SET_OFF, REFUNDED) = range(11)
LEFT = {GRANTED, RECEIVABLE, RECOVERED, WAIVED, WRITTEN}
PAIRS = {
    "grant": {(0, 5), (0, 7), (0, 8), (0, 1)},
    "reduce": {(1, 0), (3, 0), (5, 0)},
    "back": {(2, 5), (2, 7), (2, 8), (2, 3), (4, 5), (4, 7), (4, 8), (4, 3)},
    "correct": {(3, 4), (1, 4), (5, 4)},
    "untake": {(2, 5), (2, 7), (2, 8), (2, 1)},
}


class Accounts:
    """{person: {programme: {month: [11 amounts]}}} of those people who are known."""

    def __init__(self):
        self.rows = {}

    def month(self, person, programme, m):
        row = self.rows.setdefault(person, {}).setdefault(programme, {})
        if m not in row:
            row[m] = [0] * 11
        return row[m]

    def peek(self, person, programme, m):
        return self.rows.get(person, {}).get(programme, {}).get(m) or [0] * 11

    def of(self, person):
        return self.rows.get(person, {}).items()


class Moves:
    """What one record moves: worked out again, and compared with its key 9.
    Of people whose accounts are not known only the sums of an operation can be told."""

    def __init__(self, accounts):
        self.accounts, self.sums = accounts, {}
        self.open = {}  # (programme, operation) -> fen, where the split is not known

    def post(self, cell, programme, debit, credit, amount):
        if amount == 0:
            return
        if cell is not None:
            cell[debit] += amount if debit in LEFT else -amount
            cell[credit] += -amount if credit in LEFT else amount
            need(all(0 <= cell[a] <= MAX_FEN for a in (debit, credit)),
                 "an account below 0 or above 10^13", "balance")
        key = (programme, debit, credit)
        self.sums[key] = self.sums.get(key, 0) + amount

    def unknown(self, programme, operation, amount):
        key = (programme, operation)
        self.open[key] = self.open.get(key, 0) + amount

    def cell(self, person, programme, m):
        if person is None:
            return None
        return self.accounts.month(person, programme, m)

    def grant(self, person, programme, m, d):
        cell = self.cell(person, programme, m)
        if cell is None:
            self.unknown(programme, "grant" if d > 0 else "reduce", abs(d))
        elif d >= 0:
            self.restore(cell, programme, GRANTED, d, DUE)
        else:
            n = -d
            a = min(n, cell[DUE])
            self.post(cell, programme, DUE, GRANTED, a)
            b = min(n - a, cell[RETURNED])
            self.post(cell, programme, RETURNED, GRANTED, b)
            self.post(cell, programme, RECEIVABLE, GRANTED, n - a - b)

    def restore(self, cell, programme, debit, x, rest):
        for account in (RECEIVABLE, WAIVED, WRITTEN):
            part = min(x, cell[account])
            self.post(cell, programme, debit, account, part)
            x -= part
        self.post(cell, programme, debit, rest, x)

    def back(self, person, programme, m, x, source):
        cell = self.cell(person, programme, m)
        if cell is None:
            self.unknown(programme, "back", x)
        else:
            self.restore(cell, programme, source, x, RETURNED)

    def correct(self, person, programme, m, x):
        cell = self.cell(person, programme, m)
        if cell is None:
            self.unknown(programme, "correct", x)
            return
        a = min(x, cell[RETURNED])
        self.post(cell, programme, RETURNED, PAID, a)
        b = min(x - a, cell[DUE])
        self.post(cell, programme, DUE, PAID, b)
        self.post(cell, programme, RECEIVABLE, PAID, x - a - b)

    def reissue(self, person, programme, m, x):
        cell = self.cell(person, programme, m)
        if cell is None:
            return 0
        x = min(x, cell[RETURNED])
        self.post(cell, programme, RETURNED, DUE, x)
        return x

    def untake(self, person, programme, m, x):
        cell = self.cell(person, programme, m)
        if cell is None:
            self.unknown(programme, "untake", x)
            return 0
        before = cell[DUE]
        self.restore(cell, programme, TRANSIT, x, DUE)
        return cell[DUE] - before

    def refund(self, person, programme, m, x):
        cell = self.cell(person, programme, m)
        if cell is None:
            return 0
        x = min(x, cell[RETURNED])
        self.post(cell, programme, RETURNED, REFUNDED, x)
        return x

    def move(self, person, programme, m, debit, credit, x):
        self.post(self.cell(person, programme, m), programme, debit, credit, x)

    def compare(self, listed):
        mine = [[p, d, c, x] for (p, d, c), x in self.sums.items()]
        if not self.open:
            need(mine == listed, "postings are not those of its operations: %r, not %r" %
                 (listed[:4], mine[:4]), "balance")
            return
        # Exact ones must all be there; what is left is split among an operation's pairs.
        rest, seen = {}, set()
        for p, d, c, x in listed:
            need((p, d, c) not in seen, "a posting twice", "balance")
            seen.add((p, d, c))
            x -= self.sums.get((p, d, c), 0)
            need(x >= 0, "a posting is too small", "balance")
            if x:
                operation = [n for n, pairs in PAIRS.items() if (d, c) in pairs and
                             (p, n) in self.open]
                need(operation, "a posting of no operation of this record", "balance")
                key = (p, operation[0])
                rest[key] = rest.get(key, 0) + x
        need(all(key in seen for key in self.sums), "a posting is missing", "balance")
        need(rest == self.open, "postings do not add up", "balance")
