"""The rules of the kinds (ledger.md sections 3 to 6), record by record. With records left
out, what stands on them is not checked: `complete` says that none is, `persons` whose
accounts can be told all the same."""
import datetime
import glob
import hashlib
import os
import re

from primitives import (Bad, DIGESTS, b64, cosignature_holds, need, signature_holds,
                        vkey, typed_key)
from records import (ADMIN, CHECKER, DUE, GRANTED, PAID, RECEIVABLE, RECOVERED,
                     LEFT, MAX_FEN, REFUNDED, RELEASER, RETURNED, SET_OFF, STARTS, STEPS,
                     TRANSIT, WAIVED, WRITTEN, BACKWARDS, STEP_NAMES, WITHDRAWN, Accounts,
                     Moves)

DAY40, DAYS7 = 3456000000000, 604800000000
MAX_FUND = 10 ** 14
OPEN, BATCH_STATES = {1, 2}, ("", "draft", "submitted", "approved", "released",
                              "exported", "settled", "closing", "closed", "cancelled",
                              "recalled")


def shipped():
    """Digests of the layouts that come with the program: profiles/."""
    found = set()
    for path in glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                       "..", "..", "profiles", "*.yaml")):
        with open(path, "rb") as f:
            found.add(hashlib.sha256(f.read()).digest())
    return found


def refused(row):
    return getattr(row, "refused", False)


def counting(rows):
    """Those that were not refused: their names and keys are taken."""
    return [row for row in rows.values() if not refused(row)]


class Row:
    def __init__(self, **fields):
        self.__dict__.update(fields)


def auth(condition, what):
    need(condition, what, "authorisation")


def balance(condition, what):
    need(condition, what, "balance")


def encode(v):
    """Deterministic CBOR of what is hashed here: arrays, texts, unsigned numbers."""
    if type(v) is list:
        return head(4, len(v)) + b"".join(map(encode, v))
    if type(v) is str:
        return head(3, len(v.encode())) + v.encode()
    return head(0, v)


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    k = next(k for k in range(4) if n < 256 ** 2 ** k)
    return bytes([major << 5 | 24 + k]) + n.to_bytes(2 ** k, "big")


def month_of(day):
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
    return date.year * 12 + date.month - 1


def first_day(month):
    return (datetime.date(month // 12, month % 12 + 1, 1) -
            datetime.date(1970, 1, 1)).days


def plus_years(day, years):
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
    if (date.month, date.day) == (2, 29):
        try:
            date = date.replace(year=date.year + years)
        except ValueError:
            date = date.replace(year=date.year + years, day=28)
    else:
        date = date.replace(year=date.year + years)
    return (date - datetime.date(1970, 1, 1)).days


def year_of(day):
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).year


def multiply(spans):
    return sum(s[1] * s[2] for s in spans)


def by_month(spans):
    """Ascending and apart spans as [(month, fen, ...)]."""
    out, last = [], -1
    for s in spans:
        need(s[0] > last, "spans do not ascend")
        last = s[0] + s[1] - 1
        out.extend((m,) + tuple(s[2:]) for m in range(s[0], s[0] + s[1]))
    return out


def as_spans(taken):
    out = []
    for m, x in taken:
        if out and out[-1][0] + out[-1][1] == m and out[-1][2] == x:
            out[-1][1] += 1
        else:
            out.append([m, 1, x])
    return out


class Fold:
    def __init__(self, genesis, complete, persons, roots, starts):
        """roots: {size: root}; starts: set of sizes at which an act is known to begin,
        records that are left out being asked about by `known_size`."""
        b = genesis.body
        self.suite, self.digest = b[3], DIGESTS[b[3]]
        self.sm2_id = b.get(8, "").encode()
        self.sandbox, self.offset = b[5], b[6]
        self.origin, self.first_origin = genesis.origin, genesis.origin
        self.complete, self.persons, self.roots, self.starts = \
            complete, persons, roots, starts
        self.operators, self.channels, self.policies, self.imports = {}, {}, {}, {}
        self.retention, self.runs, self.batches, self.recoveries = {}, {}, {}, {}
        self.witnesses, self.cosignatures, self.timestamps = {}, {}, {}
        self.units, self.settings, self.funds = {}, {}, {}
        self.months, self.closes = {}, {}  # (month, own, programme, debit, credit): fen
        self.open_month, self.closed_year = 0, 0
        self.notices, self.objections = {}, {}
        self.used, self.holds, self.proposals, self.erased = {}, {}, {}, {}
        self.merged, self.newest, self.institutions = {}, {}, set()
        self.accounts, self.balances = Accounts(), {}
        self.people, self.epoch, self.locked, self.stated = 0, 1, False, None
        self.ended = {}  # origin of an epoch -> (kept, size and root of what was lost)
        self.keys = {1: Row(key=b[4], begins=0, origin=genesis.origin, epoch=1, by=0)}
        self.key_log = [(0, 1)]  # (sequence, number) as they came into force
        self.open, self.before = None, None
        self.checks = {"authorisation": 0, "balance": 0}
        self.partly = set()
        self.layouts = set()  # which nobody but a maker signed for
        self.history, self.entitled = [], []  # (programme, month span, fen)
        self.commitments = {}  # (sequence, person) -> (digest, kind)
        self.lines_of = {}  # person -> [(batch, line)]

    # ---- what is known ----

    def person(self, n):
        """The number whose account moves, or None when it is not known."""
        hops = 0
        while n in self.merged and hops < 1000:
            n, hops = self.merged[n], hops + 1
        return n if self.complete or n in self.persons else None

    def exists(self, n):
        if self.complete:
            need(1 <= n <= self.people, "person %d is above the highest number" % n)
        else:
            need(n >= 1, "person 0")
        need(n not in self.erased, "person %d was erased" % n)

    def moves(self):
        return Moves(self.accounts)

    def close(self, record, moves):
        self.checks["balance"] += 1
        if moves.open:
            self.partly.add("postings that depend on accounts of people whose records "
                            "are left out: their sums only")
        own = self.own_month(record) if self.complete else 0
        for p, d, c, x in record.body[9]:
            key = max(own, self.open_month), own, p, d, c
            self.months[key] = self.months.get(key, 0) + x
            self.balances[p, d] = self.balances.get((p, d), 0) + x
            self.balances[p, c] = self.balances.get((p, c), 0) - x
        moves.compare(record.body[9])

    def next_number(self, table, n, whole=True):
        if whole or self.complete:
            need(n == len(table) + 1, "number %d is not the next" % n)
        else:
            need(n >= 1 and n not in table, "number %d a second time" % n)

    def key_at(self, size):
        """The ledger key that signs checkpoints of this size."""
        number = 1
        for sequence, n in self.key_log:
            if size > sequence:
                number = n
        return self.keys[number]

    def key_of(self, origin, size):
        """That of the epoch with this origin; also for a size that was lost since."""
        rows = [self.keys[n] for sequence, n in self.key_log if size > sequence]
        rows = [row for row in rows if row.origin == origin]
        return rows[-1] if rows else None

    def vkey_at(self, size):
        row = self.key_at(size)
        return vkey(row.origin, typed_key(self.suite, row.key))

    # ---- a record ----

    def record(self, r, gap):
        before, self.before = self.before, r
        self.faults = []  # of this record, which has its effects all the same
        self.softly(self.envelope, r, before, gap)
        if r.signature:
            self.softly(self.signed, r)
        self.softly(getattr(self, "do_" + r.name.replace("-", "_")), r)
        if self.open and r.kind == STARTS[self.open.kind]:
            self.open = None

    def softly(self, what, *args):
        try:
            what(*args)
        except Bad as bad:
            self.faults.append(bad)

    def envelope(self, r, before, gap):
        if before is None:
            need(r.kind == 1 and r.sequence == 0, "the first record is no genesis")
        else:
            need(r.kind != 1, "a second genesis")
            need(r.time >= before.time, "its time is before that of the one before")
        if r.kind == 7:
            need(r.origin == "%s/e%d" % (self.first_origin, self.epoch + 1),
                 "the origin is not that of the next epoch")
        else:
            need(r.origin == self.origin, "another origin")
        if gap and self.open:
            self.open.whole = False
        if r.inside:
            need(self.open and self.open.kind == r.inside and r.act == self.open.first,
                 "it does not stand in its act")
            need(r.body[1] == self.open.number, "another number than its act's")
            if 15 in r.body:
                need(r.body[15] == r.previous, "key 15 is not the record before")
        else:
            need(self.open is None, "it stands within another act")
            need(r.act == r.sequence, "it is its own act, and does not say so")
            if not (self.sandbox or gap or before is None or r.kind == 5):
                need(r.time - before.time <= DAY40, "a jump of the clock")
        if r.kind in STARTS:
            self.open = Row(kind=r.kind, first=r.sequence, time=r.time, number=r.body[1], whole=True,
                            entries=0, next=0, people=0, sums=[0, 0, 0, 0], records=0,
                            others=0, person=0, corrects=False)

    def signed(self, r):
        self.checks["authorisation"] += 1
        who, subject, count, total, time, size, root, signature = r.signature
        operator = self.operators.get(who)
        auth(operator, "operator %d is none" % who)
        auth(operator.confirmed, "operator %d is not confirmed" % who)
        auth(operator.roles & r.roles, "operator %d has not the role" % who)
        auth(time <= r.time <= time + DAYS7, "the time of the signature is not the record's")
        auth(size <= r.act, "signed for a size after the act")
        begins = self.starts(size)
        auth(begins is not False, "no act began at size %d" % size)
        auth(self.roots.get(size) == root, "another root than the tree had at %d" % size)
        auth(signature not in self.used, "the signature stands under record %s, too" %
             self.used.get(signature))
        self.used[signature] = r.sequence
        text = "almoner-act/v1\n%s\n%s\n%s\n%d\n%d\n%s\n%d\n%d\n%d\n%s\n" % (
            r.origin, r.name, subject, who, time, self.digest(r.body_unsigned()).hex(),
            count, total, size, b64(root))
        auth(signature_holds(self.suite, operator.key, text.encode(), signature,
                             self.sm2_id), "the signature does not hold")
        if r.kind in (43, 54):
            b = r.body
            step = STEPS[b[2]][0] if r.kind == 43 else STEP_NAMES[b[2]]
            auth(subject == "batch %d: %s" % (b[1], step) and
                 (count, total) == (b[4], b[5]), "what was signed for is not the batch")

    # ---- registers ----

    def do_genesis(self, r):
        b = r.body
        parts = r.origin.split("/")
        need(parts[1] == b[2], "the division is not that of the origin")
        need((len(parts) == 4 and parts[3] == "sandbox") == b[5] and
             len(parts) == 3 + b[5], "sandbox or not: the origin says otherwise")
        need((8 in b) == (b[3] == 2), "an SM2 id is of suite 2, and only of it")
        need(b[5] or len(b[7]) >= 2, "one admin alone")
        for n, key in b[7]:
            self.add_operator(n, key, ADMIN, 0, True, "")
        self.key_length(b[4])

    def key_length(self, key):
        need(len(key) == 31 + self.suite, "a key of the other suite")

    def add_operator(self, name, key, roles, by, confirmed, office):
        self.key_length(key)
        for row in counting(self.operators):
            need(row.name != name and row.key != key, "a name or key a second time")
        for row in counting(self.witnesses):
            need(row.key != key, "a witness has this key")
        need(not roles & ADMIN or roles == ADMIN, "an admin with another role")
        self.operators[len(self.operators) + 1] = Row(
            name=name, key=key, roles=roles, by=by, confirmed=confirmed, office=office)

    def do_operator(self, r):
        b = r.body
        self.next_number(self.operators, b[1])
        self.add_operator(b[2], b[3], b[4], b[0][0], self.sandbox, b.get(5, ""))

    def do_channel(self, r):
        b = r.body
        self.next_number(self.channels, b[1])
        need(all(c.name != b[2] for c in counting(self.channels)), "a name a second time")
        self.channels[b[1]] = Row(name=b[2], account=b[4], by=b[0][0],
                                  confirmed=self.sandbox, layout=b.get(7))

    def vouched(self, r, layout):
        if layout and layout not in shipped() and not any(c.confirmed and c.layout == layout
                              for c in self.channels.values()):
            self.layouts.add("the layout %s of record %d is no confirmed channel's" %
                             (layout.hex(), r.sequence))

    def do_retention(self, r):
        b = r.body
        self.next_number(self.retention, b[1])
        self.retention[b[1]] = Row(kind=b[2], years=b[3], by=b[0][0],
                                   confirmed=self.sandbox)

    def do_setting(self, r):
        b = r.body
        self.next_number(self.settings, b[1])
        if b[2] == "release.second-above":
            need(b[3] == "" or re.match(r"(0|[1-9][0-9]*)\.[0-9]{2}\Z", b[3]) and
                 0 < int(b[3].replace(".", "")) < 2 ** 63, "not an amount above zero")
        self.settings[b[1]] = Row(name=b[2], value=b[3], by=b[0][0],
                                  confirmed=self.sandbox)

    def setting(self, name):
        """The newest that counts; "" when there is none."""
        values = [self.settings[n].value for n in sorted(self.settings)
                  if self.settings[n].confirmed and self.settings[n].name == name]
        return values[-1] if values else ""

    def do_second(self, r):
        b = r.body
        tables = {1: self.operators, 2: self.channels, 11: self.witnesses,
                  14: self.retention, 16: self.keys, 17: self.settings}
        need(b[1] in tables, "no such register")
        row = tables[b[1]].get(b[2])
        need(row, "nothing to confirm")
        auth(not getattr(row, "confirmed", True), "confirmed already")
        self.not_refused(row)
        auth(row.by != b[0][0], "confirmed by who proposed it")
        row.confirmed = True
        if b[1] == 16:
            need(b[2] == len(self.keys) and row.epoch == self.epoch,
                 "not the newest key of this epoch")
            self.key_log.append((r.sequence, b[2]))

    # What waits: register -> (rows, does the row wait?, roles of who may confirm).
    def waiting(self, register):
        pending = lambda row: not getattr(row, "confirmed", True)
        return {1: (self.operators, pending, ADMIN), 2: (self.channels, pending, ADMIN),
                3: (self.policies, pending, CHECKER),
                4: (self.imports, lambda row: not row.begun, CHECKER),
                8: (self.recoveries, lambda row: row.state == 1, CHECKER),
                11: (self.witnesses, pending, ADMIN),
                14: (self.retention, pending, ADMIN),
                15: (self.proposals, lambda row: row.person not in self.erased, CHECKER),
                16: (self.keys, pending, ADMIN), 17: (self.settings, pending, ADMIN),
                18: (self.funds, pending, CHECKER),
                22: (self.closes, pending, CHECKER | RELEASER)}.get(register)

    def do_refused(self, r):
        b, by = r.body, r.body[0][0]
        need(self.waiting(b[1]), "no such register")
        rows, waits, roles = self.waiting(b[1])
        row = rows.get(b[2])
        if row is None and b[1] in (4, 8, 18, 22) and not self.complete:
            self.partly.add("refusals of what is left out")
            return
        auth(row and waits(row) and not refused(row), "it does not wait to be confirmed")
        auth(row.by == by or self.operators[by].roles & roles,
             "refused by who may not confirm it, and has not proposed it")
        row.refused = True
        if b[1] == 8:
            row.state = 5

    def not_refused(self, row):
        auth(not refused(row), "it was refused")

    def do_clock(self, r):
        b = r.body
        need(b[1] <= b[2] <= r.time, "the times are not in order")

    def do_reveal(self, r):
        if self.complete:
            need(r.body[1] <= self.people, "a person above the highest number")

    def new_ledger_key(self, key):
        self.key_length(key)
        need(all(o.key != key for o in counting(self.operators)) and
             all(k.key != key for k in self.keys.values()), "a key that is in use")

    def do_epoch(self, r):
        b = r.body
        need(b[1] == self.epoch + 1, "not the next epoch")
        self.new_ledger_key(b[2])
        need(b[3] == r.sequence and self.roots.get(b[3]) == b[4],
             "size and root are not those of the tree before", "integrity")
        need((5 in b) == (6 in b) and b.get(5, b[3] + 1) > b[3], "what was lost")
        self.ended[self.origin] = (b[3], b.get(5, 0), b.get(6))
        self.epoch, self.origin = b[1], r.origin
        self.keys[len(self.keys) + 1] = Row(key=b[2], origin=r.origin, epoch=b[1],
                                            by=b[0][0], confirmed=True)
        self.key_log.append((r.sequence, len(self.keys)))
        self.locked, self.stated = True, None

    def do_ledger_key(self, r):
        b = r.body
        self.next_number(self.keys, b[1])
        self.new_ledger_key(b[2])
        self.keys[b[1]] = Row(key=b[2], origin=r.origin, epoch=self.epoch, by=b[0][0],
                              confirmed=self.sandbox)
        if self.sandbox:
            self.key_log.append((r.sequence, b[1]))

    def do_lost_file(self, r):
        b = r.body
        need(self.locked, "the ledger is not locked")
        if b[1] == 2:
            self.stated = (r.leaf, b[0][0])
        elif b[1] == 3:
            auth(self.stated and self.stated[0] == b[2] and self.stated[1] != b[0][0],
                 "not the newest statement, or by who stated it")
            self.locked = False
        else:
            self.stated = None
            batch = self.batch(b[2])
            if batch.whole:
                need(1 <= batch.state <= 4 and batch.lines, "not a batch to be sent")
                balance((b[6], b[7]) == self.pays(batch),
                        "lines and total are not the batch's")
            self.vouched(r, b.get(12))
            need(b.get(17, 0) < b[6], "key 17 is not fewer than the lines")
            if batch.whole:
                balance(b.get(17, b[6]) == len(self.payments(batch)),
                        "key 17 is not the payments of the lines")
            ids = (b[10], b[11])
            balance(batch.ids in (None, ids) or
                    batch.ids[0] == self.epoch and 0 < ids[0] < self.epoch and
                    all(x.ids != ids for x in self.batches.values()),
                    "the ids of another batch")
            self.spend(batch)
            batch.state, batch.export, batch.ids = 5, r.sequence, (b[10], b[11])

    def do_policy_adopt(self, r):
        b = r.body
        self.next_number(self.policies, b[1])
        self.policies[b[1]] = Row(sha=b[3], by=b[0][0], confirmed=False)

    def do_policy_confirm(self, r):
        row = self.policies.get(r.body[1])
        need(row, "no such policy")
        auth(not row.confirmed, "confirmed already")
        self.not_refused(row)
        auth(row.sha == r.body[2], "another policy than the adopted one")
        auth(row.by != r.body[0][0], "confirmed by who adopted it")
        row.confirmed = True

    def do_witness(self, r):
        b = r.body
        self.next_number(self.witnesses, b[1])
        for row in counting(self.witnesses):
            need(row.name != b[2] and row.key != b[3], "a name or key a second time")
        need(all(o.key != b[3] for o in counting(self.operators)), "an operator's key")
        self.witnesses[b[1]] = Row(name=b[2], key=b[3], by=b[0][0],
                                   confirmed=self.sandbox)

    def do_cosigned(self, r):
        b = r.body
        self.next_number(self.cosignatures, b[1])
        row = self.witnesses.get(b[2])
        need(row and row.confirmed, "the witness is not confirmed", "integrity")
        need(b[3] <= r.sequence and self.starts(b[3]) is not False and
             self.roots.get(b[3]) == b[4], "no tree that the ledger had", "integrity")
        mark = (b[2], b[3], b[5])
        need(mark not in self.cosignatures.values(), "a second time", "integrity")
        self.cosignatures[b[1]] = mark
        text = "%s\n%d\n%s\n" % (r.origin, b[3], b64(b[4]))
        need(cosignature_holds(row.key, b[5], text, b[6]),
             "the cosignature does not hold", "integrity")

    def do_timestamp(self, r):
        b = r.body
        self.next_number(self.timestamps, b[1])
        need(b[2] <= r.sequence and self.roots.get(b[2]) == b[3],
             "no tree that the ledger had", "integrity")
        need(all(t.token != b[6] for t in self.timestamps.values()), "a token twice")
        self.timestamps[b[1]] = Row(token=b[6], size=b[2], time=b[8])

    # ---- holds and erasures ----

    def do_hold(self, r):
        b = r.body
        self.exists(b[1])
        held, by = self.holds.get(b[1], (0, 0))
        auth(held != b[2], "a hold set or lifted a second time")
        if not b[2]:
            auth(self.operators[b[0][0]].roles & CHECKER and by != b[0][0],
                 "lifted by who set it, or by no checker")
        self.holds[b[1]] = (b[2], b[0][0])

    def day(self, time):
        return (time + self.offset * 60000000) // 86400000000

    def do_notice(self, r):
        b = r.body
        today = self.day(b[0][4])
        span = b[7] - b[6] + 1
        need(today <= b[6] <= today + 366 and
             (b[8] <= span <= 4 * 366 if 14 in b else span == b[8]),
             "the days do not fit together", "balance")
        self.next_number(self.notices, b[1])
        self.notices[b[1]] = Row(programme=b[2], last=b[7], objections=0, closed=False)

    def do_objection(self, r):
        b = r.body
        need(b[2] in self.notices, "no such notice")
        self.exists(b[3])
        need(b[3] not in self.merged, "about a duplicate")
        self.next_number(self.objections, b[1])
        self.notices[b[2]].objections += 1
        self.objections[b[1]] = Row(person=b[3], state=0, by=b[0][0],
                                    programme=self.notices[b[2]].programme)

    def do_objection_decided(self, r):
        b = r.body
        row = self.objections.get(b[1])
        need(row, "no such objection")
        auth(row.state == (1 if b[2] == 3 else 0) and row.by != b[0][0],
             "decided twice, or by who recorded it")
        row.state = b[2]

    def do_notice_closed(self, r):
        b = r.body
        row = self.notices.get(b[1])
        need(row, "no such notice")
        need(not row.closed and row.last <= b[2] <= self.day(r.time) and
             b[3] == row.objections, "closed twice, too early, or other objections",
             "balance")
        row.closed = True

    def objected(self, n, programme):
        def now(p):
            while p in self.merged:
                p = self.merged[p]
            return p
        return any(x.state <= 1 and x.programme == programme and now(x.person) == n
                   for x in self.objections.values())

    def do_erase(self, r):
        n = r.body[1]
        self.exists(n)
        auth(not self.holds.get(n, (0,))[0] and n not in self.merged,
             "a duplicate, or under hold")
        self.proposals[n] = Row(person=n, leaf=r.leaf, sequence=r.sequence,
                                by=r.body[0][0])

    def do_erased(self, r):
        b = r.body
        n, numbers = b[1], [x[0] for x in b[4]]
        row = self.proposals.get(n)
        self.not_refused(row)
        auth(row and (row.sequence, row.leaf) == (b[2], b[3]) and row.by != b[0][0],
             "not the newest proposal, or erased by who proposed it")
        auth(numbers[0] == n and numbers[1:] == sorted(set(numbers[1:])),
             "key 4 is not the person and the duplicates")
        for x in numbers:
            auth(x not in self.erased and not self.holds.get(x, (0,))[0],
                 "under hold, or erased already")
            if x != n and self.complete:
                auth(self.person(x) == n, "%d is not merged into %d" % (x, n))
        if self.complete:
            self.may_erase(r, n)
        for x in numbers:
            self.erased[x] = r.sequence

    def may_erase(self, r, n):
        b = r.body
        last = None
        for _, months in self.accounts.of(n):
            for m, cell in months.items():
                auth(not any(cell[a] for a in (DUE, TRANSIT, RETURNED, RECEIVABLE)),
                     "money is open")
                if any(cell):
                    last = max(m, last or m)
        if last is not None:
            auth(b[6] >= first_day(last), "key 6 is before a month with money")
        today = (r.time + self.offset * 60000000) // 86400000000
        years = {1: 30, 2: 10}
        for row in self.retention.values():
            if row.confirmed:
                years[row.kind] = row.years
        if b[6] != -2147483648:
            auth(today > plus_years(b[6], years[1]), "payments are kept longer")
        auth(today > plus_years(b[7], years[2]), "applications are kept longer")

    # ---- imports ----

    def do_import(self, r):
        b = r.body
        self.next_number(self.imports, b[1], False)
        self.imports[b[1]] = Row(kind=b[2], sha=b[3], rows=b[5], by=b[0][0],
                                 begun=False, until=b.get(8))

    def do_import_start(self, r):
        row = self.imports.get(r.body[1])
        if row is None:
            need(not self.complete, "no such import")
            self.imports[r.body[1]] = Row(kind=0, sha=r.body[2], begun=True)
            return
        auth(not row.begun, "taken in or begun already")
        self.not_refused(row)
        auth(row.sha == r.body[2], "another file than the proposed one")
        auth(row.by != r.body[0][0], "confirmed by who proposed it")
        row.begun = True

    def import_of(self, r, *kinds):
        row = self.imports[r.body[1]]
        need(not row.kind or row.kind in kinds, "it does not belong to this import")
        return row

    def ascending(self, r, key=2):
        if self.open.whole:
            need(r.body.get(key, 0) >= self.open.next, "the place goes back")
        self.open.next = r.body.get(key, 0)

    def commit(self, r, n, digest):
        need((r.sequence, n) not in self.commitments, "a person twice")
        self.commitments[r.sequence, n] = (digest, r.kind)

    def facts_of(self, r, n, digest, row):
        if self.complete and n > self.people:
            need(n == self.people + 1, "not the next person")
            self.people, self.open.people = n, self.open.people + 1
            if row.kind == 7:
                self.institutions.add(n)
        self.exists(n)
        self.commit(r, n, digest)
        self.open.entries += 1

    def do_facts(self, r):
        row = self.import_of(r, 1, 2, 3, 4, 5, 7, 10)
        self.ascending(r)
        for n, digest in r.body[3]:
            self.facts_of(r, n, digest, row)

    def do_history(self, r):
        row = self.import_of(r, 9)
        self.ascending(r)
        moves, last = self.moves(), 0
        for n, digest, programmes in r.body[3]:
            need(n > last, "people do not ascend")
            last = n
            self.facts_of(r, n, digest, row)
            need(n not in self.merged, "of a duplicate")
            for programme, spans in programmes:
                for m, x in by_month(spans):
                    moves.move(self.person(n), programme, m, GRANTED, PAID, x)
                self.history += [(n, programme, s) for s in spans]
        self.close(r, moves)

    def do_units(self, r):
        self.import_of(r, 8)
        self.ascending(r)
        for n, unit, label, parent, _, _, successor in r.body[3]:
            need(parent != unit and successor != unit, "a unit of itself")
            if self.complete:
                need(n == self.units.get(unit, len(self.units) + 1), "not its number")
            self.units[unit] = n
            self.open.entries += 1

    def do_merge(self, r):
        b = r.body
        self.import_of(r, 6)
        if self.open.whole and self.open.entries:
            need(b[2] > self.open.next, "rows do not ascend")
        self.open.next = b[2]
        self.open.entries += 2
        duplicate, kept = b[3], b[4]
        need(duplicate != kept, "merged into itself")
        for n, digest in ((duplicate, b[5]), (kept, b[6])):
            self.exists(n)
            need(n not in self.merged, "merged into another already")
            self.commit(r, n, digest)
        for batch, k in self.lines_of.get(duplicate, ()):
            row = self.batches[batch]
            need(row.lines[k].state != 1 or row.state >= 5 or not row.whole,
                 "an open line of the duplicate is not exported")
        for row in self.recoveries.values():
            need(row.person != duplicate or row.state not in OPEN,
                 "an open recovery of the duplicate")
        for programme, months in self.accounts.of(duplicate):
            for m, cell in months.items():
                into = self.accounts.month(kept, programme, m)
                for a in range(11):
                    into[a] += cell[a]
                    balance(into[a] <= MAX_FEN, "an account above 10^13")
        self.accounts.rows.pop(duplicate, None)
        self.merged[duplicate] = kept

    def do_import_end(self, r):
        row, act = self.imports[r.body[1]], self.open
        if row.kind:
            balance(r.body[2] == row.rows, "not the rows of the import")
        if act.whole:
            balance(r.body[4] == act.entries, "not its number of entries")
            if self.complete:
                balance(r.body[3] == act.people, "not its number of new people")

    # ---- runs ----

    def do_run_start(self, r):
        b = r.body
        self.next_number(self.runs, b[1], False)
        need(b[3] == r.sequence, "key 3 is not its sequence")
        need(b[4] == sum(p.confirmed for p in self.policies.values()),
             "not the number of confirmed policies")
        self.runs[b[1]] = Row(period=b[2])

    def do_entitlement(self, r):
        b, act = r.body, self.open
        n, programme, period = b[2], b[4], self.runs[b[1]].period
        self.exists(n)
        need(n not in self.merged, "granted to a duplicate")
        need(n not in self.institutions, "granted to an institution")
        need(n >= act.person or not act.whole, "people do not ascend")
        act.person = n
        known = self.person(n) is not None
        if known or n in self.newest:
            before = self.newest.get(n, 0)
            self.softly(need, b[3] == before if known else b[3] >= before,
                        "key 3 is not the person's entitlement before (left out?)",
                        "completeness" if not self.complete else "integrity")
        self.newest[n] = r.sequence + 1
        moves = self.moves()
        for s in b[5]:
            m0, count, d, cause, policy = s[:5]
            need(d and (d < 0) == (cause == 3), "a cause that does not fit")
            need(cause != 1 or (m0 == period and count == 1), "regular is the own month")
            need(cause != 2 or m0 + count <= period, "back-pay is of earlier months")
            need(policy <= len(self.policies), "no such policy")
            act.sums[cause - 1] += d * count
            for m in range(m0, m0 + count):
                moves.grant(self.person(n), programme, m, d)
            self.entitled.append((n, programme, (m0, count, d)))
        act.records += 1
        need(all(x < r.sequence for x in b.get(6, ())), "facts of later records")
        self.sixteen(n)
        self.close(r, moves)

    def sixteen(self, n):
        if len(self.accounts.of(n)) > 16:
            live = [p for p, row in self.accounts.of(n)
                    if any(any(cell) for cell in row.values())]
            balance(len(live) <= 16, "more than 16 programmes of one person")

    def do_run_end(self, r):
        b, act = r.body, self.open
        if act.whole:
            balance([b[2], b[3], b[4], b[5]] == [act.records] + act.sums[:3] and
                    [b[6], b[7]] == [act.others, act.sums[3]],
                    "the sums are not those of the run")

    # ---- recoveries ----

    def take(self, moves, row, x, account):
        """What a recovery takes: [(month, fen)], posted."""
        taken, rest = [], x
        for m in sorted(row.left):
            have = self.accounts.peek(self.person(row.person), row.programme,
                                      m)[RECEIVABLE]
            part = min(row.left[m], have, rest)
            if part:
                taken.append((m, part))
                rest -= part
        balance(rest == 0, "more than is open of the recovery")
        for m, part in taken:
            moves.move(self.person(row.person), row.programme, m, account, RECEIVABLE,
                       part)
            row.left[m] -= part
        row.left = {m: x for m, x in row.left.items() if x and m >= taken[-1][0]}
        return as_spans(taken)

    def moved(self, r, row):
        row.newest = r.sequence + 1
        if self.person(row.person) is not None:
            have = sum(min(x, self.accounts.peek(self.person(row.person), row.programme,
                                                 m)[RECEIVABLE])
                       for m, x in row.left.items())
            row.state = row.state if have else 3

    def recovery_of(self, n, person, programme):
        row = self.recoveries.get(n)
        if row is None:
            need(not self.complete and self.person(person) is None, "no such recovery")
            return None
        need(row.state == 2 and row.person == person and
             programme in (None, row.programme), "not a decided recovery of this person")
        return row

    def given(self, moves, programme, spans, account):
        """Without the accounts: what the record says is taken for."""
        for m, x in by_month(spans):
            moves.move(None, programme, m, account, RECEIVABLE, x)

    def do_set_off(self, r):
        b, act, moves = r.body, self.open, self.moves()
        n, programme = b[2], b[4]
        need(n >= act.person or not act.whole, "people do not ascend")
        self.exists(n)
        row = self.recovery_of(b[3], n, programme)
        who = self.person(n)
        for m, x, share in by_month(b[6]):
            if who is not None:
                cell = self.accounts.peek(who, programme, m)
                balance(x <= min(cell[DUE], cell[GRANTED] * share // 10000 -
                                 cell[SET_OFF]), "more is set off than the share")
            if row:
                need(m > month_of(row.served), "a month before the person was told")
            moves.move(who, programme, m, DUE, SET_OFF, x)
        total = multiply(b[6])
        act.others += 1
        act.sums[3] += total
        if row and who is not None:
            need(row.method == 1, "the recovery does not set off")
            need(b[7] == row.newest, "key 7 is not the recovery's record before")
            balance(self.take(moves, row, total, RECOVERED) == b[5],
                    "key 5 is not what the recovery takes")
            self.moved(r, row)
        else:
            balance(multiply(b[5]) == total, "keys 5 and 6 differ")
            self.given(moves, programme, b[5], RECOVERED)
        self.close(r, moves)

    def verified(self, row, besides):
        """Key 4 of a recovery is receivable, beside what others have."""
        if self.person(row.person) is None:
            return
        for m, x in row.asked:
            have = self.accounts.peek(self.person(row.person), row.programme,
                                      m)[RECEIVABLE]
            for n, other in self.recoveries.items():
                if other is not row and n != besides and other.state in OPEN and \
                        (other.person, other.programme) == (row.person, row.programme):
                    have -= other.left.get(m, 0)
            balance(have >= x, "less is receivable than the recovery says")

    def do_recovery(self, r):
        b = r.body
        self.next_number(self.recoveries, b[1], False)
        self.exists(b[2])
        need(b[2] not in self.merged, "of a duplicate")
        need((8 in b) == (10 in b) == (b[5] == 3), "a plan, and only it, has a rate")
        total = multiply(b[4])
        if b[5] == 3:
            need(b[8] > 0 and b[8] * b[10] >= total > b[8] * (b[10] - 1),
                 "the plan does not fit its sum")
        months = by_month(b[4])
        row = Row(person=b[2], programme=b[3], asked=months, left=dict(months), state=1,
                  method=b[5], served=b[7], replaces=b.get(11), by=b[0][0], newest=0,
                  leaf=r.leaf)
        if row.replaces is not None and (self.complete or row.replaces in self.recoveries):
            old = self.recoveries.get(row.replaces)
            need(old and old.state in OPEN and (old.person, old.programme) ==
                 (b[2], b[3]), "it replaces none that is open")
        self.verified(row, row.replaces)
        if row.replaces in self.recoveries and self.recoveries[row.replaces].state == 1:
            self.recoveries[row.replaces].state = 4
        self.recoveries[b[1]] = row

    def do_recovery_confirm(self, r):
        b, moves = r.body, self.moves()
        row = self.recoveries.get(b[1])
        if row is None:
            need(not self.complete, "no such recovery")
            return
        auth(row.state == 1 and row.leaf == b[2] and row.by != b[0][0],
             "not proposed, another record, or confirmed by who proposed it")
        self.verified(row, row.replaces)
        if row.method == 1 and self.person(row.person) is not None:
            for n, other in self.recoveries.items():
                need(other is row or n == row.replaces or other.method != 1 or
                     other.state != 2 or (other.person, other.programme) !=
                     (row.person, row.programme), "another recovery sets off")
        if row.replaces in self.recoveries:
            self.recoveries[row.replaces].state = 4
        row.state = 2
        if row.method >= 4:
            account = WAIVED if row.method == 4 else WRITTEN
            if self.person(row.person) is not None:
                self.take(moves, row, sum(row.left.values()), account)
                self.moved(r, row)
            else:
                for m, x in row.asked:
                    moves.move(None, row.programme, m, account, RECEIVABLE, x)
        self.close(r, moves)

    def do_repayment(self, r):
        b, moves = r.body, self.moves()
        self.commit(r, b[2], b[6])
        row = self.recovery_of(b[1], b[2], None)
        if row is None:
            return
        if self.person(row.person) is not None:
            need(b[8] == row.newest, "key 8 is not the recovery's record before")
            balance(self.take(moves, row, b[4], RECOVERED) == b[7],
                    "key 7 is not what the recovery takes")
            self.moved(r, row)
        else:
            balance(multiply(b[7]) == b[4], "keys 4 and 7 differ")
            self.given(moves, row.programme, b[7], RECOVERED)
        self.close(r, moves)

    # ---- batches ----

    def batch(self, n):
        """A batch whose start is not there is there all the same, as not whole."""
        if n not in self.batches:
            need(not self.complete and n, "no such batch")
            self.batches[n] = Row(start=None, lines={}, whole=False, state=0, total=0,
                                  digest=bytes(32), signers={}, export=None, end=None,
                                  answers=set(), codes=None, exports=[], ids=None,
                                  dropped=False)
        return self.batches[n]

    def do_batch_start(self, r):
        b = r.body
        self.next_number(self.batches, b[1], False)
        channel = self.channels.get(b[2])
        need(channel and channel.confirmed, "the channel is not confirmed")
        self.batches[b[1]] = Row(start=r.sequence, pay_day=b[3], lines={}, whole=True,
                                 state=1, total=0,
                                 digest=bytes(32), signers={}, export=0, end=None,
                                 answers=set(), codes=b.get(4), exports=[],
                                 channel=b[2], ids=(self.epoch, b[1]),
                                 dropped=False, pay_year=year_of(b[3]))

    def do_lines(self, r):
        b, batch, moves = r.body, self.batch(r.body[1]), self.moves()
        if self.open.whole:
            need(b[2] == len(batch.lines) + 1, "lines do not follow each other")
        batch.digest = self.digest(batch.digest + r.items_of(3))
        for k, item in enumerate(b[3], b[2]):
            n, programme, x, route, commitment, spans = item[:6]
            payee = item[6] if len(item) == 7 else None
            self.exists(n)
            need(n not in self.merged, "pays a duplicate")
            need(not self.objected(n, programme), "paid while an objection holds")
            need(payee is None or payee not in (0, n) and
                 (not self.complete or payee in self.institutions),
                 "a payee that may not be")
            need(not batch.codes or programme in batch.codes, "a programme of another batch")
            self.softly(balance, multiply(spans) == x, "the spans do not add up to the line")
            need(k not in batch.lines, "a line twice")
            balance(k - 1 not in batch.lines or batch.lines[k - 1].person <= n,
                    "lines are not in the order of people")
            batch.lines[k] = Row(person=n, programme=programme, fen=x, spans=spans,
                                 payee=payee, route=route, commitment=commitment,
                                 state=1, sequence=r.sequence)
            self.lines_of.setdefault(n, []).append((b[1], k))
            batch.total += x
            for m0, count, each in spans:
                for m in range(m0, m0 + count):
                    moves.move(self.person(n), programme, m, DUE, TRANSIT, each)
        self.close(r, moves)

    def do_batch_end(self, r):
        b, batch = r.body, self.batch(r.body[1])
        batch.end = (b[2], b[3], b[4])
        if not self.open.whole:
            batch.whole = False
            self.partly.add("content digests of batches with lines left out")
            return
        balance(b[2] == len(batch.lines) and b[3] == batch.total,
                "lines and total are not those of the batch")
        balance(b[4] == batch.digest, "the content digest is another")

    @staticmethod
    def pays(batch):
        """Lines and total: without those that are out."""
        out = [x.fen for x in batch.lines.values() if x.state == 7]
        return batch.end[0] - len(out), batch.end[1] - sum(out)

    @staticmethod
    def payments(batch):
        """[(first line, [lines])]: an institution's of one programme and account are one."""
        groups = {}
        for k, x in sorted(batch.lines.items()):
            if x.state != 7:
                key = (x.payee, x.route, x.programme) if x.payee else k
                groups.setdefault(key, []).append(k)
        return sorted((lines[0], lines) for lines in groups.values())

    def same(self, batch, count, total, digest):
        if batch.end and (batch.whole or not batch.dropped):
            balance((count, total) == self.pays(batch) and
                    digest in (None, batch.digest if batch.whole else batch.end[2]),
                    "lines, total or digest are not those of the batch")

    def do_batch_sign(self, r):
        b, batch = r.body, self.batch(r.body[1])
        step, who = b[2], b[0][0]
        self.softly(self.same, batch, b[4], b[5], b[3])
        self.softly(self.may_sign, batch, step, who)
        if self.complete and step in (1, 3) and self.setting("funds") == "on":
            self.softly(balance, getattr(batch, "items", None), "no appropriation bears it")
        if step == 3 and 3 in batch.signers:
            step = 6  # the second releaser
        batch.signers[step] = who
        limit = self.setting("release.second-above")
        if step == 3 and limit and b[5] > int(limit.replace(".", "")):
            return
        batch.state = {1: 2, 2: 3, 3: 4, 6: 4, 4: 7, 5: 8}[step]
        if batch.state == 4:
            self.spend(batch)

    def may_sign(self, batch, step, who):
        need(step != 3 or not self.locked, "released while the ledger is locked")
        if batch.whole or step <= 3 and batch.start is not None:
            at = {1: 1, 2: 2, 3: 3, 4: 6, 5: 7}[step]
            auth(batch.state == at, "the batch is %s" % BATCH_STATES[batch.state])
        others = {1: (1, 2, 3, 6), 2: (1, 2, 3, 6), 3: (1, 2, 3, 6), 4: (), 5: (4,)}[step]
        auth(all(batch.signers.get(s) != who for s in others),
             "operator %d signed another step of this batch" % who)
        if step <= 3 and who in self.operators:
            office = self.setting("office." + STEPS[step][0])
            auth(office in ("", self.operators[who].office),
                 "operator %d is not of the office that signs this step" % who)

    def do_export(self, r):
        b, batch = r.body, self.batch(r.body[1])
        self.vouched(r, b.get(8))
        self.softly(self.same, batch, b[5], b[6], None)
        need(b.get(15, 0) < b[5] or not b[5], "key 15 is not fewer than the lines")
        need(not self.locked, "exported while the ledger is locked")
        if batch.export is not None:
            need(b[7] == batch.export, "key 7 is not the export before")
        if batch.whole:
            auth(batch.state in (4, 5, 6), "exported while %s" % BATCH_STATES[batch.state])
        batch.state = 5 if batch.state == 4 or not batch.whole else batch.state
        if batch.whole:
            self.softly(balance, b.get(15, b[5]) == len(self.payments(batch)),
                        "key 15 is not the payments of the lines")
        batch.export = r.sequence
        batch.exports.append((r.sequence, b[2], b[4], b[3], batch.ids))

    def do_answer_start(self, r):
        b, batch = r.body, self.batch(r.body[1])
        need(not batch.whole or 5 <= batch.state <= 8, "answered, and not with the bank")
        need(b[3] not in batch.answers, "this file was taken in already")
        batch.answers.add(b[3])
        self.open.corrects = 10 in b
        day = (r.time + self.offset * 60000000) // 86400000000
        self.open.year = (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).year

    def lines_known(self, batch, line):
        return batch.whole or self.person(line.person) is not None

    def do_results(self, r):
        b, batch, moves = r.body, self.batch(r.body[1]), self.moves()
        self.ascending(r)
        blind = False
        for k, state, reason in b[3]:
            self.open.entries += 1
            line = batch.lines.get(k)
            if line is None:
                need(not batch.whole, "no such line")
                blind = True
                continue
            corrected = state == 2 and line.state in (3, 4, 6)
            if self.lines_known(batch, line):
                need(corrected and self.open.corrects or
                     line.state in {2: (1, 5), 3: (1, 5), 4: (1, 5, 2), 5: (1,)}[state],
                     "line %d was %d and cannot become %d" % (k, line.state, state))
            else:
                blind = True
            source = PAID if line.state == 2 else TRANSIT
            self.answered(batch, k, line, state)
            line.state = state
            for m0, count, x in line.spans:
                for m in range(m0, m0 + count):
                    if corrected:
                        moves.correct(self.person(line.person), line.programme, m, x)
                    elif state == 2:
                        moves.move(self.person(line.person), line.programme, m, TRANSIT,
                                   PAID, x)
                    elif state != 5:
                        moves.back(self.person(line.person), line.programme, m, x, source)
        self.close_or_not(r, moves, blind)

    def close_or_not(self, r, moves, blind):
        if blind:
            self.partly.add("postings of lines whose batch is not whole in the bundle")
        else:
            self.close(r, moves)

    def do_answer_end(self, r):
        batch = self.batch(r.body[1])
        if self.open.whole:
            balance(r.body[2] == self.open.entries, "not its number of results")
        if batch.whole and batch.state == 5 and \
                all(x.state not in (1, 5) for x in batch.lines.values()):
            batch.state = 6

    def do_reissue_start(self, r):
        batch = self.batch(r.body[1])
        need(not batch.whole or 5 <= batch.state <= 8, "reissued before it was exported")

    def do_reissue(self, r):
        b, batch, moves = r.body, self.batch(r.body[1]), self.moves()
        self.ascending(r)
        blind = False
        for k, x in b[3]:
            self.open.entries += 1
            self.open.sums[0] += x
            line = batch.lines.get(k)
            if line is None:
                need(not batch.whole, "no such line")
                blind = True
                continue
            if self.lines_known(batch, line):
                need(line.state in (3, 4), "line %d is not back" % k)
            line.state = 6
            who, due = self.person(line.person), 0
            for m0, count, each in line.spans:
                for m in range(m0, m0 + count):
                    due += moves.reissue(who, line.programme, m, each)
            if who is None:
                balance(x <= line.fen, "more becomes due than the line")
                moves.post(None, line.programme, RETURNED, DUE, x)
            else:
                balance(x == due, "line %d: %d becomes due, not %d" % (k, due, x))
        self.close_or_not(r, moves, blind)

    def do_reissue_end(self, r):
        if self.open.whole:
            balance(r.body[2] == self.open.entries and
                    r.body[3] == self.open.sums[0], "not the sums of its entries")

    # ---- what goes backwards ----

    def backwards(self, batch, step, who):
        """The state after the step; None: not possible, or not known."""
        if not batch.whole and batch.start is None:
            return None
        auth((step, batch.state) in BACKWARDS, "step %d while the batch is %s" %
             (step, BATCH_STATES[batch.state]))
        roles, state = BACKWARDS[step, batch.state]
        operator = self.operators.get(who)
        auth(operator is None or operator.roles & roles,
             "operator %d has not the role for step %d" % (who, step))
        return state

    def unanswered(self, batch):
        balance(all(x.state in (1, 5, 7, 9) for x in batch.lines.values()),
                "the bank has answered lines of the batch")

    def do_withdraw_start(self, r):
        b, batch = r.body, self.batch(r.body[1])
        self.open.what = b[2]
        self.backwards(batch, WITHDRAWN[b[2]][0], b[0][0])
        if b[2] != 4:
            self.void(batch)
        if b[2] == 3:
            self.unanswered(batch)

    def do_withdrawn(self, r):
        b, batch, moves = r.body, self.batch(r.body[1]), self.moves()
        _, states, after = WITHDRAWN[self.open.what]
        self.ascending(r)
        blind = False
        if self.open.what == 1:
            batch.digest = self.digest(batch.digest + r.items_of(3))
            batch.dropped = True
        for k, x in b[3]:
            self.open.entries += 1
            self.open.sums[0] += x
            line = batch.lines.get(k)
            if line is None:
                need(not batch.whole, "no such line")
                blind = True
                continue
            if self.lines_known(batch, line):
                balance(line.state in states, "line %d is %d and cannot leave" %
                        (k, line.state))
            line.state = after
            who, moved = self.person(line.person), 0
            for m0, count, each in line.spans:
                for m in range(m0, m0 + count):
                    what = moves.refund if after == 8 else moves.untake
                    moved += what(who, line.programme, m, each)
            balance(x <= line.fen if who is None else x == moved,
                    "line %d: %d is moved, not %d" % (k, moved, x))
            if who is None and after == 8:
                moves.post(None, line.programme, RETURNED, REFUNDED, x)
        self.close_or_not(r, moves, blind)

    def do_withdraw_end(self, r):
        b, batch, act = r.body, self.batch(r.body[1]), self.open
        if act.whole:
            balance((b[2], b[3]) == (act.entries, act.sums[0]),
                    "not the sums of its entries")
        state = self.backwards(batch, WITHDRAWN[act.what][0], b[0][0])
        if batch.whole and act.whole:
            left = self.pays(batch)[0]
            balance({1: left > 0, 2: left == 0, 3: left == b[2], 4: True}[act.what],
                    "lines are left that must not be, or none")
        if state:
            batch.state = state
        if act.what == 1:
            batch.signers = {}

    def do_batch_step(self, r):
        b, batch = r.body, self.batch(r.body[1])
        self.softly(self.same, batch, b[4], b[5], b[3])
        state = self.backwards(batch, b[2], b[0][0])
        if b[2] == 14:
            self.softly(self.unanswered, batch)
        if b[2] != 15:
            batch.signers = {}
            self.void(batch)
        else:
            batch.pay_year = year_of(b[7])
            if getattr(batch, "items", None):
                balance(batch.pay_year == self.funds[batch.items[0][1]].terms[4],
                        "appropriations of another year bear it")
        if state:
            batch.state = state

    # ---- the books of months ----

    def day_of(self, time):
        return (time + self.offset * 60 * 10 ** 6) // (86400 * 10 ** 6)

    def own_month(self, r):
        """The month a posting of this record belongs to."""
        if self.open is None or self.open.kind == 21:
            return month_of(self.day_of(self.open.time if self.open else r.time))
        if self.open.kind == 30:
            return self.runs[self.open.number].period
        return month_of(self.batches[self.open.number].pay_day)

    def books(self, what, month):
        """Rows, digest and changes of a month's or year's books."""
        first = month - 11 if what == 2 else month
        digest, changes, rows = bytes(32), [0] * 11, 0
        for (m, own, p, d, c), x in sorted(
                self.months.items(), key=lambda i: (i[0][:2], i[0][2].encode() + b"\0",
                                                    i[0][3:])):
            if first <= m <= month:
                digest = self.digest(digest + encode([m, own, p, d, c, x]))
                changes[d] += x if d in LEFT else -x
                changes[c] -= x if c in LEFT else -x
                rows += 1
        return [rows, digest, changes]

    def check_close(self, r, b):
        if not self.complete:
            self.partly.add("books of months: records are left out")
            return
        what, month = b[2], b[3]
        if what == 2:
            need(month % 12 == 11 and self.open_month > month and
                 self.closed_year in (0, month // 12 - 1), "not the next year to close")
        else:
            need(self.open_month in (0, month), "not the next month to close")
            need(month <= month_of(self.day_of(r.time)), "a month that has not begun")
        balance([b[4], b[5], b[6]] == self.books(what, month),
                "control totals are not those of the books")
        for n, batch in self.batches.items():
            balance(batch.state not in (5, 6, 7) or month_of(batch.pay_day) > month,
                    "batch %d was sent and is not closed" % n)

    def do_month_close(self, r):
        b = r.body
        self.next_number(self.closes, b[1], False)
        self.closes[b[1]] = Row(body=b, leaf=r.leaf, by=b[0][0], confirmed=False)
        self.check_close(r, b)

    def do_close_confirm(self, r):
        b, close = r.body, self.closes.get(r.body[1])
        if close is None:
            need(not self.complete, "no such close")
            return
        self.not_refused(close)
        need(not close.confirmed and b[1] == max(self.closes), "not the newest close")
        auth(close.by != b[0][0], "closed and confirmed by one")
        auth(close.leaf == b[2], "another close than was seen")
        self.check_close(r, close.body)
        close.confirmed = True
        if close.body[2] == 2:
            self.closed_year = close.body[3] // 12
        else:
            self.open_month = close.body[3] + 1

    def do_unknown_list(self, r):
        b, batch = r.body, self.batch(r.body[1])
        auth(r.signature[1:4] == ["batch %d: close-unknown" % b[1], b[2], b[3]],
             "what was signed for is not the list")
        if batch.whole:
            need(batch.state == 5, "a list of a batch that is not with the bank")
            digest, fen, count = bytes(32), 0, 0
            for k in sorted(batch.lines):
                line = batch.lines[k]
                if line.state in (1, 5):
                    digest = self.digest(digest + encode([k, line.state, line.fen]))
                    fen, count = fen + line.fen, count + 1
            balance([count, fen, digest] == [b[2], b[3], b[4]],
                    "the list is not what is unknown")
        need(b[5] <= self.day_of(r.time), "a list of a later day")
        batch.state = 7
        batch.signers[4] = b[0][0]

    # ---- funds ----

    def do_appropriation(self, r):
        b = r.body
        self.next_number(self.funds, b[1], False)
        need(b[8] and (b[8] > 0 or 9 in b), "an amount that is none")
        terms = [b[k] for k in range(2, 7)]
        if 9 in b and (self.complete or b[9] in self.funds):
            of = self.funds.get(b[9])
            balance(of and of.confirmed and of.adjusts is None and of.terms == terms,
                    "it adjusts none that is confirmed, or of other terms")
        self.funds[b[1]] = Row(terms=terms, fen=b[8], adjusts=b.get(9), by=b[0][0],
                               leaf=r.leaf, confirmed=False, given=0, received=0,
                               reserved=0, committed=0, spent=0)

    def left(self, fund):
        return fund.given - fund.reserved - fund.committed - fund.spent

    def fund_left_out(self, n):
        if not self.complete and n not in self.funds:
            self.partly.add("appropriations that are left out")
            return True
        return False

    def do_appropriation_confirm(self, r):
        b = r.body
        if self.fund_left_out(b[1]):
            return
        row = self.funds.get(b[1])
        self.not_refused(row)
        auth(row and not row.confirmed and row.leaf == b[2] and row.by != b[0][0],
             "not proposed so, confirmed already, or by who proposed it")
        row.confirmed = True
        if row.adjusts is not None and self.fund_left_out(row.adjusts):
            return
        root = row if row.adjusts is None else self.funds[row.adjusts]
        root.given += row.fen
        balance(root.given <= MAX_FUND or not self.complete, "an appropriation above 10^14")
        balance(not self.complete or row.fen > 0 or 0 <= self.left(root),
                "less than is taken from it")

    def do_receipt(self, r):
        b = r.body
        need(b[3], "nothing was received")
        if self.fund_left_out(b[1]):
            return
        row = self.funds.get(b[1])
        need(row and row.confirmed and row.adjusts is None,
             "not received for a confirmed appropriation")
        row.received += b[3]
        balance(0 <= row.received <= MAX_FUND or not self.complete,
                "less than nothing was received, or more than 10^14")

    def do_allocation(self, r):
        b, batch = r.body, self.batch(r.body[1])
        need(len({tuple(c[:2]) for c in b[3]}) == len(b[3]), "a source twice")
        if batch.end and (batch.whole or not batch.dropped):
            auth(r.signature[1:4] == ["batch %d: allocate" % b[1], *self.pays(batch)],
                 "what was signed for is not the batch")
        if not self.complete:
            self.partly.add("what batches take of appropriations")
            return
        self.void(batch)
        need(batch.state == 1 and self.setting("funds") == "on",
             "the batch is no draft, or funds are off")
        pays = {}
        for line in batch.lines.values():
            if line.state != 7:
                pays[line.programme] = pays.get(line.programme, 0) + line.fen
        items = {}
        for programme, _, x in b[2]:
            items[programme] = items.get(programme, 0) + x
        balance(items == pays, "the items are not what the batch pays")
        need(len({tuple(i[:2]) for i in b[2]}) == len(b[2]), "an item twice")
        balance(sum(c[3] for c in b[3]) == 0, "what is carried does not add up")
        first = self.funds.get(b[2][0][1])
        need(first, "no such appropriation")
        for programme, source, before, _ in b[3]:
            carried = sum(c[3] for other in self.batches.values()
                          if getattr(other, "items", None) and
                          self.funds[other.items[0][1]].terms[4] == first.terms[4]
                          for c in other.carries if tuple(c[:2]) == (programme, source))
            balance(carried == before, "%s, %s: another sum is carried" %
                    (programme, source))
        batch.items, batch.carries, batch.held = b[2], b[3], "reserved"
        for programme, n, x in b[2]:
            fund = self.funds.get(n)
            need(fund and fund.confirmed and fund.adjusts is None and
                 fund.terms[0] in ("", programme) and fund.terms[4] == batch.pay_year,
                 "appropriation %d cannot bear it" % n)
            balance(x <= self.left(fund), "more than is left of appropriation %d" % n)
            fund.reserved += x

    def void(self, batch):
        for _, n, x in getattr(batch, "items", None) or ():
            setattr(self.funds[n], batch.held, getattr(self.funds[n], batch.held) - x)
        batch.items, batch.held = None, None

    def spend(self, batch):
        if getattr(batch, "held", None) == "reserved":
            for _, n, x in batch.items:
                self.funds[n].reserved -= x
                self.funds[n].committed += x
            batch.held, batch.parts = "committed", self.parts(batch)

    def parts(self, batch):
        """What each item bears of each line."""
        sums, out = {}, {}
        for k in sorted(batch.lines):
            line = batch.lines[k]
            if line.state != 7:
                x = sums.get(line.programme, 0)
                sums[line.programme] = x + line.fen
                out[k] = [(n, b - a) for (n, a), (_, b) in zip(
                    self.bears(batch, line.programme, x),
                    self.bears(batch, line.programme, x + line.fen))]
        return out

    def bears(self, batch, programme, x):
        items = [i for i in batch.items if i[0] == programme]
        whole, out = sum(i[2] for i in items), []
        for _, n, fen in items:
            part = x * fen // whole
            out.append((n, part))
            x, whole = x - part, whole - fen
        return out

    def answered(self, batch, k, line, state):
        """Line k, as it is, becomes `state`."""
        if getattr(batch, "held", None) != "committed" or state == 5:
            return
        for n, x in batch.parts[k]:
            fund = self.funds[n]
            later = self.open.year != fund.terms[4]
            if line.state in (3, 4, 6):  # a correction
                fund.spent += 0 if later else x
                continue
            was_open = line.state != 2
            fund.committed -= x if was_open else 0
            if state == 2 or later and was_open:
                fund.spent += x
            elif not later and not was_open:
                fund.spent -= x

    # ---- at the end ----

    def equations(self):
        """Section 6: every month's equation, and balances that add up to zero."""
        sums, total = {}, {}
        for n, programmes in self.accounts.rows.items():
            for programme, months in programmes.items():
                for m, cell in months.items():
                    left = cell[0] + sum(cell[5:9])
                    balance(left == sum(cell[1:5]) + cell[9] + cell[10],
                            "person %d, %s, month %d is not in balance" %
                            (n, programme, m))
                    for a in range(11):
                        sums[programme, a] = sums.get((programme, a), 0) + (
                            cell[a] if a in LEFT else -cell[a])
        for (programme, _), x in self.balances.items():
            total[programme] = total.get(programme, 0) + x
        balance(not any(total.values()), "the trial balance is not zero")
        for key in set(sums) | set(self.balances) if self.complete else ():
            balance(sums.get(key, 0) == self.balances.get(key, 0),
                    "account %d of %s is not the sum of the people's" % (key[1], key[0]))
