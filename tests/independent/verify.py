#!/usr/bin/env python3
"""verify.py - a third reading of an evidence bundle, written from docs/formats alone.

    verify.py FILE.zip [--checkpoint FILE] [--vkey KEY] [--passphrase-file F]
              [--tsa-ca FILE] [--json]

Prints PASS, FAIL or NOT CHECKED for each group, with the first wrong record. Exit codes as
those of almoner-verify: 0 nothing failed, 2 usage, 3 not a bundle, 5 something failed,
6 a file cannot be read. Needs Python 3.8 and, for what is sealed and for time stamps, the
openssl program."""
import argparse
import json
import sys
import time

import container
import sealed
import stamps
from claims import Claims
from container import Tree, expected_nodes, lines_of, number
from fold import Fold
from primitives import (DIGESTS, Bad, Note, Unknown, cosignature_holds, need, parse_vkey,
                        sha256, typed_key)
from records import Record

GROUPS = ("package", "integrity", "authorisation", "balance", "bank-files",
          "completeness", "personal-data")


class Report:
    def __init__(self):
        self.groups = {g: {"checks": 0, "faults": [], "not_checked": [], "notes": []}
                       for g in GROUPS}
        self.cut = set()  # groups that cannot PASS

    def fault(self, group, what, record=None):
        self.groups[group]["faults"].append((record, what))

    def checked(self, group, count=1):
        self.groups[group]["checks"] += count

    def note(self, group, what):
        self.groups[group]["notes"].append(what)

    def skip(self, group, what):
        self.groups[group]["not_checked"].append(what)

    def unchecked(self, group, what):
        """What would have to be looked at, and cannot: then nothing is said of the group."""
        self.skip(group, what)
        self.cut.add(group)

    def verdict(self, group):
        g = self.groups[group]
        if g["faults"]:
            return "FAIL"
        return "PASS" if g["checks"] and group not in self.cut else "NOT CHECKED"

    def attempt(self, group, what, *args):
        """what(*args), its failure a fault of the group; None then."""
        self.checked(group)
        try:
            return what(*args)
        except Bad as bad:
            self.fault(bad.group or group, str(bad))
        return None

    def write(self, as_json):
        records = [f[0] for g in self.groups.values() for f in g["faults"]
                   if f[0] is not None]
        if as_json:
            out = {"schema": "almoner.bundle-verify/1"}
            for group in GROUPS:
                out[group] = self.verdict(group)
            if records:
                first = min(records)
                out["first_bad"] = {"seq": first, "what": [
                    f[1] for g in self.groups.values() for f in g["faults"]
                    if f[0] == first][0]}
            out["groups"] = [
                {"name": n, "result": self.verdict(n), "checks": g["checks"],
                 "failed": len(g["faults"]),
                 "faults": [{"record": r, "what": w} for r, w in g["faults"][:20]],
                 "not_checked": [{"what": w} for w in g["not_checked"]],
                 "notes": [{"what": w} for w in g["notes"]]}
                for n, g in self.groups.items()]
            print(json.dumps(out, ensure_ascii=False))
        else:
            for group in GROUPS:
                g = self.groups[group]
                print("%-12s %s" % (self.verdict(group), group))
                for record, what in g["faults"][:5]:
                    where = "" if record is None else "record %d: " % record
                    print("    " + where + what)
                for what in g["not_checked"]:
                    print("    not checked: " + what)
                for what in g["notes"]:
                    print("    " + what)
        return 5 if any(g["faults"] for g in self.groups.values()) else 0


class Bundle:
    def __init__(self, files, options, report):
        self.files, self.options, self.report = files, options, report
        self.records, self.present, self.fold = {}, [], None
        self.unknown_at = None

    # ---- records and tree ----

    def read(self):
        self.size, self.parts = container.parse_tree(self.files)
        need(self.parts and self.parts[0][0] == "records", "the genesis is not there",
             "integrity")
        try:
            self.genesis = Record(self.parts[0][2][0], sha256)
            self.genesis.parse_body()
        except Unknown as what:
            raise Bad("the genesis has an unknown %s" % what, "integrity") from None
        need(self.genesis.kind == 1, "record 0 is no genesis", "integrity")
        self.suite = self.genesis.body[3]
        need(self.suite in DIGESTS, "a suite that is not known", "integrity")
        self.digest = DIGESTS[self.suite]
        self.complete = all(p[0] == "records" for p in self.parts)
        for part in self.parts:
            if part[0] == "node":
                continue
            for i, raw in enumerate(part[2]):
                self.one(part[1] + i, raw)

    def one(self, sequence, raw):
        self.report.checked("integrity")
        try:
            record = Record(raw, self.digest)
            self.records[sequence] = record
            need(record.sequence == sequence, "it says that it is record %d" %
                 record.sequence)
            if self.unknown_at is None:
                record.parse_body()
                self.present.append(sequence)
        except Unknown as what:
            self.stop_at(sequence, what)
        except Bad as bad:
            self.report.fault(bad.group or "integrity", str(bad), sequence)
            if sequence in self.records and self.records[sequence].kind in (1, 2):
                self.stop_at(sequence, "record that is not readable")

    def stop_at(self, sequence, what):
        if self.unknown_at is None:
            self.unknown_at = sequence
            for group in ("authorisation", "balance", "completeness"):
                self.report.unchecked(group, "from record %d on: an unknown %s" %
                                      (sequence, what))

    def wanted_sizes(self):
        sizes = set()
        for s in self.present:
            r = self.records[s]
            if r.signature:
                sizes.add(r.signature[5])
            if r.kind in (71, 72):
                sizes.add(r.body[3 if r.kind == 71 else 2])
        for path in self.files:
            if path.startswith("data/checkpoints/"):
                sizes.add(int(path[17:29]))
        return sizes

    def build(self):
        """Chain and tree; self.roots of the sizes that are asked about."""
        wanted = self.wanted_sizes()
        asked = set(wanted)
        for r in self.records.values():
            if r.kind == 7:
                asked.add(r.sequence)
        if self.options.checkpoint:
            asked.add(self.options.checkpoint.size)
        self.roots, tree, before = {}, Tree(self.digest), None
        for part in self.parts:
            if part[0] == "node":
                if tree.size in asked:
                    self.roots[tree.size] = tree.root()
                tree.push(part[2], part[3])
                before = part[3] if part[2] == 0 else None
                continue
            for i, raw in enumerate(part[2]):
                if tree.size in asked:
                    self.roots[tree.size] = tree.root()
                leaf = self.digest(b"\0" + raw)
                record = self.records.get(part[1] + i)
                if record and tree.size:
                    if record.previous != before:
                        self.report.fault("integrity", "previous is not the leaf hash of "
                                          "the record before", record.sequence)
                elif record and record.previous != bytes(32):
                    self.report.fault("integrity", "previous is not zeros", 0)
                tree.push(0, leaf)
                before = leaf
        self.root = self.roots[tree.size] = tree.root()
        if self.unknown_at is None and not self.report.groups["integrity"]["faults"]:
            have = [(p[1], p[2]) for p in self.parts if p[0] == "node"]
            need(have == expected_nodes(self.parts, self.size,
                                        {z for z in wanted if z <= self.size}),
                 "tree.txt has other nodes than it must", "package")

    def starts(self, size):
        """Whether an act began at this size; None when that record is not there."""
        if size in self.records:
            return self.records[size].act == size
        return None

    # ---- checkpoints ----

    def checkpoint(self, data, where, only=True):
        note = Note(data)
        key = self.fold.key_of(note.origin, note.size)
        need(key, where + ": another origin, or of another epoch")
        need(note.signed_by(self.suite, key.origin, key.key),
             where + ": the ledger's signature does not hold")
        need(not only or len(note.signatures) == 1, where + ": more signatures")
        if self.lost(note, where):
            return note
        need(note.size <= self.size, "%s: its size is above the bundle's: a rollback" %
             where)
        if note.size not in self.roots:
            self.report.skip("integrity", "%s: its tree cannot be told from this bundle" %
                             where)
            return note
        need(note.root == self.roots[note.size], where + ": another root: a fork")
        return note

    def lost(self, note, where):
        """Whether it covers records that a restore lost: then nothing is left to compare
        it with but what the record of kind 7 says (ledger.md section 8, step 2)."""
        kept, size, root = self.fold.ended.get(note.origin, (note.size, 0, None))
        if note.size <= kept:
            return False
        need(note.size <= size, "%s: records from %d on were lost in a restore, and its "
             "record names no loss of so many" % (where, kept))
        need(note.size < size or note.root == root, "%s: another root than the restore "
             "names: a fork" % where)
        self.report.unchecked("integrity", "%s: records from %d on were lost in a restore, "
                              "as its record says" % (where, kept))
        return True

    def checkpoints(self):
        report = self.report
        note = report.attempt("integrity", self.checkpoint,
                              self.files["data/checkpoint.txt"], "checkpoint.txt")
        if note and note.size != self.size:
            report.fault("integrity", "checkpoint.txt is not of the size of the tree")
        for path in self.files:
            if path.startswith("data/checkpoints/"):
                note = report.attempt("integrity", self.checkpoint, self.files[path],
                                      path, False)
                if note and note.size != int(path[17:29]):
                    report.fault("package", path + ": its name says another size")
                self.cosignatures(note, path)
        if self.options.checkpoint_data:
            report.attempt("integrity", self.checkpoint, self.options.checkpoint_data,
                           "the checkpoint given", False)
        else:
            report.skip("integrity", "no checkpoint from outside was given")
        if self.options.vkey:
            report.attempt("integrity", self.outside_key)
        else:
            report.skip("integrity", "no vkey was given: nobody outside vouches for the "
                        "key " + self.fold.vkey_at(self.size))

    def cosignatures(self, note, path):
        for name, _, blob in note.signatures if note else ():
            rows = [w for w in self.fold.witnesses.values() if w.name == name]
            if rows and len(blob) == 72:
                seconds = int.from_bytes(blob[:8], "big")
                if not cosignature_holds(rows[0].key, seconds, note.text,
                                         blob[8:]):
                    self.report.fault("integrity", "%s: the cosignature of %s does not "
                                      "hold" % (path, name))
                else:
                    self.report.note("integrity", "%s: cosigned by %s" % (path, name))

    def outside_key(self):
        name, typed = self.options.vkey
        need(any((k.origin, typed_key(self.suite, k.key)) == (name, typed)
                 for k in self.fold.keys.values()),
             "the ledger's key is not the vkey given")

    # ---- the rest ----

    def fold_records(self):
        r, fold = self.report, self.fold
        before = -1
        for sequence in self.present:
            try:
                fold.record(self.records[sequence], sequence != before + 1)
                for bad in fold.faults:
                    r.fault(bad.group or "integrity", str(bad), sequence)
            except (KeyError, IndexError, ValueError, OverflowError, AttributeError,
                    TypeError) as error:
                r.fault("integrity", "it stands on records that are not as they must be "
                        "(%s)" % error, sequence)
            before = sequence
        r.checked("authorisation", fold.checks["authorisation"])
        r.checked("balance", fold.checks["balance"])
        r.attempt("balance", fold.equations)
        for what in sorted(fold.partly):
            r.skip("balance", what)
        for what in sorted(fold.layouts):
            r.unchecked("bank-files", what)
        for c in fold.cosignatures.values():
            r.note("integrity", "cosigned: size %d by witness %s" %
                   (c[1], fold.witnesses[c[0]].name))

    def bag_info(self, info):
        b, fold = self.genesis.body, self.fold
        office = "".join(c if ord(c) >= 32 and not 127 <= ord(c) < 160 else " "
                         for c in b[1])
        need(info["Source-Organization"] == office, "Source-Organization is another")
        need(info["External-Identifier"] == fold.origin, "External-Identifier is another")
        need(info["External-Description"] == self.claims.scope_text,
             "External-Description is not the scope")
        need(number(info["Almoner-Size"]) == self.size, "Almoner-Size is another")
        need(info["Almoner-Vkey"] == fold.vkey_at(self.size), "Almoner-Vkey is another")
        if self.size - 1 in self.records:
            day = self.claims.day_text(self.records[self.size - 1].time, b[6])
            need(info["Bagging-Date"] == day, "Bagging-Date is another")

    def timestamp(self, record):
        """What was stamped is the checkpoint named; the token holds, if that is asked."""
        body, parts = record.body, []
        for key, end in ((4, "checkpoint.txt"), (6, "tsr")):
            path = "data/timestamps/%012d.%s" % (record.sequence, end)
            need(path in self.files, path + " is not there", "completeness")
            data = self.files[path]
            need((len(data), sha256(data)) == (body[key + 1], body[key]),
                 path + " is not what the record names")
            parts.append(data)
        note = Note(parts[0])
        need((note.size, note.root) == (body[2], body[3]), "another checkpoint was stamped")
        if self.options.tsa_ca:
            seconds = stamps.check(parts[1], body[4], self.options.tsa_ca)
            need(seconds * 1000000 == body[8], "the token's time is another")
            self.report.note("integrity", "record %d: a time stamp that holds: size %d at "
                             "%s" % (record.sequence, note.size,
                                     time.strftime("%FT%TZ", time.gmtime(seconds))))

    def timestamps(self):
        found = [self.records[s] for s in self.present if self.records[s].kind == 72]
        for record in found:
            self.report.checked("integrity")
            try:
                self.timestamp(record)
            except Bad as bad:
                self.report.fault(bad.group or "integrity", str(bad), record.sequence)
        if found and not self.options.tsa_ca:
            self.report.skip("integrity", "whether %d time stamps hold: no --tsa-ca was "
                             "given" % len(found))

    def payload(self):
        """Policies and timestamps: what records name is there, and nothing else."""
        want, have = set(), set()
        for s in self.present:
            r = self.records[s]
            if r.kind == 10:
                want.add("data/policies/%s.yaml" % r.body[3].hex())
            if r.kind == 72:
                want |= {"data/timestamps/%012d.%s" % (s, end)
                         for end in ("checkpoint.txt", "tsr")}
        for path, data in self.files.items():
            if path.startswith("data/policies/"):
                have.add(path)
                need(path in want, path + " is named by no record")
                need(sha256(data).hex() == path[14:78], path + " has another SHA-256",
                     "completeness")
            if path.startswith("data/timestamps/"):
                have.add(path)
        need(have <= want, "of no record: %s" % sorted(have - want)[:2])
        need(want <= have, "not there: %s" % sorted(want - have)[:2], "completeness")

    def personal(self):
        report, names = self.report, [p for p in self.files if
                                      p.startswith("data/sealed/")]
        has = "data/sealed.txt" in self.files
        if not has:
            if names:
                report.fault("package", "sealed files without sealed.txt")
            for group in ("bank-files", "personal-data"):
                report.skip(group, "no personal data in this bundle")
            return
        if self.options.passphrase is None:
            for group in ("bank-files", "personal-data"):
                report.skip(group, "sealed, and no passphrase was given")
            return
        opener = report.attempt("personal-data", sealed.Opener, self.files,
                                self.options.passphrase)
        if opener is None:
            return
        people = report.attempt("personal-data", self.people, opener) or {}
        self.sealed_files(opener, names)
        self.bank_files(opener, people)

    def people(self, opener):
        need("data/sealed/people.bin" in self.files, "no people.bin")
        people = sealed.read_people(opener.open("data/sealed/people.bin"))
        fold = self.fold
        for n in people:
            need(n not in fold.erased, "person %d was erased, and is there" % n)
        wanted = self.claims.people(fold, self.records, self.present)
        gone = wanted & set(fold.erased)
        need(set(people) == wanted - gone, "people that are missing, or too many: %s" %
             sorted(set(people) ^ (wanted - gone))[:5])
        for n in sorted(gone):
            self.report.note("personal-data", "person %d: erased" % n)
        count = sealed.check_commitments(fold, people, set(self.present), self.records)
        for batch in fold.batches.values():
            for line in batch.lines.values():
                count += sealed.route_of(fold, people, line) is not None
        self.report.checked("personal-data", count)
        return people

    def sealed_files(self, opener, names):
        want = set()
        if self.claims.scope != "person":
            for s in self.present:
                r = self.records[s]
                if r.kind in (20, 45):
                    keys = (3, 10) if r.kind == 20 else (3, 6)
                    want |= {r.body[k].hex() for k in keys if k in r.body}
                elif r.kind == 44 and 8 in r.body:
                    want.add(r.body[8].hex())
        have = {p[18:] for p in names if p.startswith("data/sealed/files/")}
        for path in sorted(have):
            def check(name):
                need(name in want, "a file that no record names: " + name)
                need(sha256(opener.open("data/sealed/files/" + name)).hex() == name,
                     "a file has another SHA-256: " + name)
            self.report.attempt("personal-data", check, path)
        for name in sorted(want - have):
            self.report.skip("personal-data", "file %s is not in the bundle" % name)

    def bank_files(self, opener, people):
        fold, mark = self.fold, "S" if self.genesis.body[5] else ""
        left = {p for p in self.files if p.startswith("data/sealed/exports/")}
        for n, batch in sorted(fold.batches.items()):
            if not self.claims.has_batch(n):
                continue
            for export in batch.exports:
                start = "data/sealed/exports/%012d" % export[0]
                mine = sorted(p for p in left if p.startswith(start))
                if not mine:
                    self.report.skip("bank-files", "that of record %d is not in the "
                                     "bundle" % export[0])
                    continue
                left -= set(mine)
                ids = "%sE%dB%06d" % ((mark,) + tuple(export[4]))

                def check(mine, export, batch, ids):
                    body = self.records[export[0]].body
                    files = [(p, opener.open(p)) for p in mine]
                    sealed.check_bank_files(fold, people, files, export, batch, ids,
                                            body.get(12, 1), 8 in body)
                self.report.attempt("bank-files", check, mine, export, batch, ids)
        for path in sorted(left):
            self.report.fault("bank-files", path + " belongs to no export")

    def verify(self, info):
        report = self.report
        self.read()
        report.attempt("integrity", self.build)
        self.claims = Claims(lines_of(self.files["data/claims.txt"], "claims.txt"))
        persons = self.claims.numbers(self.records)
        self.fold = Fold(self.genesis, self.complete, persons, self.roots, self.starts)
        self.fold_records()
        self.checkpoints()
        if self.unknown_at is None:
            self.claims.check(self.fold, self.records, self.present, self.size,
                              self.complete, report)
        report.attempt("package", self.bag_info, info)
        report.attempt("package", self.payload)
        self.timestamps()
        self.personal()


def verify(data, options):
    report = Report()
    files = report.attempt("package", container.read_zip, data)
    info = files and report.attempt("package", container.check_bag, files)
    if files and "data/tree.txt" in files and "data/claims.txt" in files and \
            "data/checkpoint.txt" in files:
        try:
            Bundle(files, options, report).verify(info or container.loose_info(files))
        except Bad as bad:
            report.fault(bad.group or "package", str(bad))
    return report


def main():
    p = argparse.ArgumentParser()
    p.add_argument("file")
    p.add_argument("--checkpoint")
    p.add_argument("--vkey")
    p.add_argument("--passphrase-file")
    p.add_argument("--tsa-ca")
    p.add_argument("--json", action="store_true")
    o = p.parse_args()
    o.checkpoint_data = o.passphrase = None
    try:
        with open(o.file, "rb") as f:
            data = f.read()
        if o.checkpoint:
            with open(o.checkpoint, "rb") as f:
                o.checkpoint_data = f.read()
        if o.passphrase_file:
            with open(o.passphrase_file, "rb") as f:
                line = f.read().split(b"\n")[0]
            o.passphrase = line[:-1] if line.endswith(b"\r") else line
        if o.tsa_ca:
            with open(o.tsa_ca, "rb"):
                pass
    except OSError as error:
        print(error, file=sys.stderr)
        return 6
    try:
        o.checkpoint = Note(o.checkpoint_data) if o.checkpoint_data else None
        o.vkey = parse_vkey(o.vkey) if o.vkey else None
        need(o.passphrase is None or 8 <= len(o.passphrase) <= 1024, "not a passphrase")
        need(o.tsa_ca is None or stamps.certificates(o.tsa_ca), "no certificates")
    except Bad as bad:
        print(bad, file=sys.stderr)
        return 2
    if not container.is_bundle(data):
        print("not an evidence bundle", file=sys.stderr)
        return 3
    return verify(data, o).write(o.json)


if __name__ == "__main__":
    sys.exit(main())
