"""The bank of twelve_months.sh: it takes files, says what became of their lines, and keeps
books of its own from these files alone, against which the ledger's figures are held.

  send FILE MONTH BATCH         the file of a batch is here (once more after a refusal)
  answer OUT BATCH FROM:TO:N... N lines (or all) that stand in FROM are said to be TO
  wrong OUT BATCH FROM TO [FEN] a line in FROM is said to be TO, or of another amount
  drop BATCH FROM TO            what the office did with all its lines in FROM
  batch BATCH                   batch show --json (in "out") against these books
  page MONTH                    report reconcile --month --json against them
  zeros                         report reconcile --json; all that was sent is paid, or
                                went back and was sent again or to the treasury
"""
import json
import os
import sys

CODES = {"paid": "0000", "rejected": "1003", "returned": "2003", "unknown": "9999"}
BOOKS = "bank.json"


def lines_of(books, batch):
    return [books["lines"][i] for i in sorted(books["lines"])
            if books["lines"][i]["batch"] == int(batch)]


def send(books, path, month, batch):
    rows = open(path, encoding="latin-1").read().split()
    head = next(r for r in rows if r.startswith("P|")).split("|")
    rows = [r.split("|") for r in rows if r.startswith("SE1B") or r.startswith("E1B")]
    for r in rows:
        books["lines"][r[0]] = {"id": r[0], "fen": int(r[3]), "month": month,
                                "batch": int(batch), "state": "sent", "once": False}
    mine = lines_of(books, batch)
    assert len(rows) == len(mine) == int(head[1]), (len(rows), len(mine), head)
    assert sum(x["fen"] for x in mine) == int(head[2]), head


def answer(books, out, batch, *rules):
    said, told = [], set()
    for rule in rules:
        came, to, count = rule.split(":")
        mine = [x for x in lines_of(books, batch)
                if x["state"] == came and x["id"] not in told]
        count = len(mine) if count == "all" else int(count)
        assert count and len(mine) >= count, "no such lines: " + rule
        for x in mine[:count]:
            told.add(x["id"])
            x["state"] = to
            x["once"] = x["once"] or to == "paid"
            said.append((x["id"], x["fen"], CODES[to]))
    with open(out, "w", newline="") as f:
        f.write("R|%d|%d\r\n" % (len(said), sum(s[1] for s in said)))
        for ident, fen, code in said:
            f.write("%s|||%d|%s|\r\n" % (ident, fen, code))
        f.write("########\r\n")


def wrong(books, out, batch, came, to, more="0"):
    """One line of the bank's word that is not so; `more`: fen beside the amount."""
    mine = [x for x in lines_of(books, batch) if x["state"] == came][0]
    fen = mine["fen"] + int(more)
    with open(out, "w", newline="") as f:
        f.write("R|1|%d\r\n%s|||%d|%s|\r\n########\r\n"
                % (fen, mine["id"], fen, CODES[to]))


def drop(books, batch, came, to):
    mine = [x for x in lines_of(books, batch) if x["state"] == came]
    assert mine, "batch %s has no lines %s" % (batch, came)
    for x in mine:
        x["state"] = to


def sums(lines, *states):
    mine = [x for x in lines if not states or x["state"] in states]
    return len(mine), sum(x["fen"] for x in mine)


BACK = ("rejected", "returned", "reissued", "refunded")


def same(what, theirs, ours):
    assert theirs == ours, "%s: the ledger has %s, the bank %s" % (what, theirs, ours)


def batch(books, number):
    out = json.load(open("out"))
    mine = lines_of(books, number)
    same("sent", (out["lines"], out["total_fen"]), sums(mine))
    same("paid", (out["paid_lines"], out["paid_fen"]), sums(mine, "paid"))
    same("back", (out["returned_lines"], out["returned_fen"]), sums(mine, *BACK))
    same("reissued", out["reissued_fen"], sums(mine, "reissued")[1])
    same("refunded", out["refunded_fen"], sums(mine, "refunded")[1])


def page(books, month):
    out = json.load(open("out"))
    same("differences", out["differences"], 0)
    mine = [x for x in books["lines"].values() if x["month"] == month]
    wanted = {
        "files": sums(mine),
        "paid": sums(mine, "paid"),
        "unknown": sums(mine, "sent", "unknown"),
        "answers": sums(mine, "paid", *BACK),
        "reissued": sums(mine, "reissued"),
        "refunded": sums(mine, "refunded"),
    }
    for pair in out["pairs"]:
        if pair["name"] in wanted:
            both = [(pair[w]["count"], pair[w]["fen"]) for w in ("first", "second")]
            fen = wanted.pop(pair["name"])
            for has in both:
                same(month + " " + pair["name"] + " fen", has[1], fen[1])
            if pair["name"] not in ("reissued", "refunded"):
                same(month + " " + pair["name"] + " count", both[0][0], fen[0])
    assert not wanted, "not on the page: %s" % wanted


def zeros(books):
    out = json.load(open("out"))
    same("differences", out["differences"], 0)
    for pair in out["pairs"]:
        for unit in ("fen", "lines"):
            if "difference_" + unit in pair:
                same(pair["name"], pair["difference_" + unit], 0)
    every = list(books["lines"].values())
    open_lines = [x for x in every if x["state"] in ("sent", "unknown", "rejected", "returned")]
    assert not open_lines, open_lines
    by_name = {p["name"]: p.get("first_fen") for p in out["pairs"]}
    same("paid", by_name["paid by the bank: lines, register"], sums(every, "paid")[1])
    same("came back", by_name["came back: lines, register"], sums(every, *BACK)[1])
    refunded = sum(v for k, v in by_name.items() if " refunded: " in k)
    same("refunded", refunded, sums(every, "refunded")[1])
    same("in transit", by_name["in transit: accounts, lines not answered"], 0)


def main():
    books = json.load(open(BOOKS)) if os.path.exists(BOOKS) else {"lines": {}}
    acts = {f.__name__: f for f in (send, answer, wrong, drop, batch, page, zeros)}
    try:
        acts[sys.argv[1]](books, *sys.argv[2:])
    except AssertionError as e:
        sys.exit("bank: " + str(e))
    with open(BOOKS, "w") as f:
        json.dump(books, f)


main()
