"""claims.txt worked out again, and whether the records are those of the scope:
bundle.md sections 5 and 6."""
import datetime
import re

from container import number
from fold import BATCH_STATES, Fold
from primitives import need
from records import STARTS, is_register

ENDS = {end: start for start, end in STARTS.items()}


def month_text(m):
    return "%04d-%02d" % (m // 12, m % 12 + 1)


def parse_month(text):
    need(re.match(r"[0-9]{4}-(0[1-9]|1[0-2])\Z", text), "not a month: " + text)
    return int(text[:4]) * 12 + int(text[5:]) - 1


class Claims:
    def __init__(self, lines):
        self.lines = lines
        need(len(lines) >= 2 and lines[0] == "almoner-claims/v1" and
             lines[1].startswith("scope "), "claims.txt begins otherwise", "completeness")
        self.scope_text = lines[1][6:]
        word = self.scope_text.split(" ")
        self.scope, rest = word[0], word[1:]
        need(len(rest) == {"all": 0, "period": 2, "batch": 1, "person": 1}.get(word[0]),
             "claims.txt: no scope", "completeness")
        if self.scope == "period":
            self.first, self.last = map(parse_month, rest)
            need(self.first <= self.last, "claims.txt: no scope", "completeness")
        elif rest:
            self.subject = number(rest[0])
        self.persons, self.wanted_batches = set(), set()

    @staticmethod
    def day_text(time, offset):
        day = datetime.date(1970, 1, 1) + datetime.timedelta(
            days=(time + offset * 60000000) // 86400000000)
        return day.isoformat()

    def numbers(self, records):
        """The persons of the scope: and who was merged into them."""
        if self.scope == "person":
            self.persons = {self.subject}
            merges = [(r.body.get(3), r.body.get(4)) for r in records.values()
                      if r.kind == 26]
            while True:
                more = {d for d, k in merges if k in self.persons} - self.persons
                if not more:
                    break
                self.persons |= more
        return self.persons

    def in_period(self, spans):
        return any(s[0] <= self.last and s[0] + s[1] > self.first for s in spans)

    def has_batch(self, n):
        return n in self.wanted_batches

    # ---- which records belong to the scope ----

    def acts(self, records, present):
        """{first sequence of an act: its records}."""
        acts = {}
        for s in present:
            acts.setdefault(records[s].act, []).append(records[s])
        return acts

    def concerned(self, fold, records, present):
        """Period: the range of the records concerned."""
        acts, at = self.acts(records, present), set()
        recoveries = {r.body[1] for r in records.values() if r.kind == 60 and
                      self.in_period(r.body[4])}
        for first, members in acts.items():
            kind = members[0].kind
            if kind == 30:
                hit = any(r.kind == 31 and self.in_period(r.body[5]) or r.kind == 33 and
                          self.in_period(r.body[5] + r.body[6]) for r in members)
            elif kind == 21:
                hit = any(r.kind == 24 and any(
                    self.in_period(spans) for x in r.body[3] for _, spans in x[2])
                    for r in members)
            elif 40 <= kind <= 54:
                hit = self.has_batch(members[0].body[1])
            elif 60 <= kind <= 62:
                hit = members[0].body[1] in recoveries
            else:
                hit = False
            if hit:
                at |= {first, members[-1].sequence}
        return (min(at), max(at) + 1) if at else (0, 0)

    def names_person(self, fold, r, lines):
        b, who = r.body, self.persons
        if r.kind in (22, 24):
            return any(x[0] in who for x in b[3])
        if r.kind == 26:
            return b[3] in who or b[4] in who
        if r.kind in (31, 33, 60, 62):
            return b[2] in who
        if r.kind == 61:
            return b[1] in fold.recoveries and fold.recoveries[b[1]].person in who
        if r.kind == 41:
            return any(x[0] in who or (len(x) == 7 and x[6] in who) for x in b[3])
        return r.kind in (46, 49) and any((b[1], x[0]) in lines for x in b[3])

    def expected_records(self, fold, records, present, size):
        """The sequences that the scope has, as far as those that are there tell."""
        if self.scope == "all":
            return set(range(size)), (0, size)
        want = {s for s in present if is_register(records[s].kind)}
        if self.scope == "period":
            span = self.concerned(fold, records, present)
            return want | set(range(*span)), span
        if self.scope == "batch":
            return want | {s for s in present if 40 <= records[s].kind <= 54 and
                           records[s].body[1] == self.subject}, None
        lines = {(n, k) for n, batch in fold.batches.items()
                 for k, line in batch.lines.items()
                 if line.person in self.persons or line.payee in self.persons}
        batches, acts = {n for n, _ in lines}, set()
        imports = set()
        for s in present:
            r = records[s]
            if self.names_person(fold, r, lines):
                want.add(s)
                acts.add(r.act)
                if r.inside == 21:
                    imports.add(r.body[1])
        for s in present:
            r = records[s]
            if r.kind in (40, 42, 43, 44, 51, 52, 53, 54) and r.body[1] in batches or \
                    r.act in acts and (r.kind in STARTS or r.kind in ENDS) or \
                    r.kind == 20 and r.body[1] in imports:
                want.add(s)
        return want, None

    # ---- the lines ----

    def table(self, word, items):
        """items: (programme, span): rows by programme and month, of those that count."""
        sums = {}
        for programme, span in items:
            for m in range(span[0], span[0] + span[1]):
                if self.scope != "period" or self.first <= m <= self.last:
                    count, fen = sums.get((programme, m), (0, 0))
                    sums[programme, m] = (count + 1, fen + span[2])
        return ["%s %s %s %d %d" % (word, p, month_text(m), count, fen)
                for (p, m), (count, fen) in sorted(
                    sums.items(), key=lambda x: (x[0][0].encode(), x[0][1]))]

    def expected(self, fold, records, present, size, span):
        out = ["almoner-claims/v1", "scope " + self.scope_text,
               "included %d" % len(present), "left-out %d" % (size - len(present))]
        if span:
            out.append("range %d %d" % span)
        out += ["person %d" % n for n in sorted(self.persons)]
        if self.scope != "batch":
            for word, spans in (("entitled", fold.entitled), ("history", fold.history)):
                out += self.table(word, [(p, s) for n, p, s in spans
                                         if self.scope != "person" or n in self.persons])
        lines = [line for n, batch in fold.batches.items()
                 if self.scope == "person" or self.has_batch(n)
                 for line in batch.lines.values()
                 if self.scope != "person" or line.person in self.persons]
        for word, states in (("lines", range(1, 10)), ("paid", (2,)),
                             ("back", (3, 4, 6, 8)), ("open", (1, 5)), ("out", (7, 9))):
            out += self.table(word, [(x.programme, s) for x in lines if x.state in states
                                     for s in x.spans])
        if self.scope != "person":
            for n in sorted(self.wanted_batches):
                out.append(self.batch_line(n, fold.batches[n]))
            exports = sorted((e[0], n, e[1], e[2], e[3].hex())
                             for n in self.wanted_batches
                             for e in fold.batches[n].exports)
            out += ["export %d %d %s %d %s" % e for e in exports]
        if self.scope == "all":
            out += ["balance %s %d %d" % (p, a, x) for (p, a), x in sorted(
                fold.balances.items(), key=lambda x: (x[0][0].encode(), x[0][1])) if x]
        out += ["erased %d %d" % x for x in sorted(fold.erased.items())]
        return out

    @staticmethod
    def batch_line(n, batch):
        paid = [x.fen for x in batch.lines.values() if x.state == 2]
        back = [x.fen for x in batch.lines.values() if x.state in (3, 4, 6, 8)]
        return "batch %d %s %d %d %d %d %d %d %s" % (
            n, BATCH_STATES[batch.state], *Fold.pays(batch), len(paid), sum(paid),
            len(back), sum(back), batch.digest.hex())

    def choose_batches(self, fold):
        for n, batch in fold.batches.items():
            if batch.whole and batch.end and (self.scope == "all" or (
                    self.scope == "batch" and n == self.subject) or (
                    self.scope == "period" and any(
                        self.in_period(x.spans) for x in batch.lines.values()))):
                self.wanted_batches.add(n)

    def check(self, fold, records, present, size, complete, report):
        self.choose_batches(fold)
        try:
            want, span = self.expected_records(fold, records, present, size)
            mine = self.expected(fold, records, present, size, span)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            report.fault("completeness", "the records are not as they must be (%s)" %
                         error)
            return
        report.checked("completeness", len(mine))
        for s in sorted(want ^ set(present))[:1]:
            report.fault("completeness", "it is missing" if s in want else
                         "it is not of the scope", s)
        if mine != self.lines:
            for text in [x for x in self.lines if x not in set(mine)][:3]:
                report.fault("completeness", "claims.txt says, and the records do not: " +
                             text)
            for text in [x for x in mine if x not in set(self.lines)][:3]:
                report.fault("completeness", "claims.txt does not say: " + text)
            if set(mine) == set(self.lines):
                report.fault("completeness", "claims.txt: lines twice, or in another order")
        if self.scope == "all" and not complete:
            report.fault("completeness", "records are left out of the scope all")
        if self.scope == "batch" and self.subject not in self.wanted_batches:
            report.fault("completeness", "the batch is not wholly there")
        if self.scope == "period" and span != (0, size):
            report.skip("completeness", "that no record before or after the range grants "
                        "or pays these months is the ledger's word")
        if self.scope == "batch":
            report.skip("completeness", "that no later act of the batch is left out is the "
                        "ledger's word")
        if self.scope == "person":
            whole = not report.groups["completeness"]["faults"]
            for n in sorted(self.persons) if whole else ():
                report.note("completeness", "person %d: no entitlement is left out before "
                            "the newest one" % n)
            report.skip("completeness", "that no other record of the person is left out is "
                        "the ledger's word")

    # ---- who must be in people.bin ----

    def people(self, fold, records, present):
        if self.scope == "all":
            return set(range(1, fold.people + 1))
        if self.scope == "person":
            return set(self.persons)
        wanted = {n for _, n in fold.commitments}
        for batch in fold.batches.values():
            wanted |= {x.payee or x.person for x in batch.lines.values()}
        return wanted
