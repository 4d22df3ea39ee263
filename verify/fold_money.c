/* fold_money.c - programmes, spans, the rows of people, and postings held against what
 * they must be: docs/formats/ledger.md section 6. */
#include <string.h>

#include "base/money.h"
#include "verify/fold_private.h"

int fold_programme(struct fold *f, struct str code)
{
    for (size_t i = 0; i < f->programme_count; i++) {
        if (str_is(code, f->programmes[i])) {
            return (int)i;
        }
    }
    if (f->programme_count == PROGRAMMES_MAX || !code_fine(code)) {
        return -1;
    }
    (void)str_copy(code, f->programmes[f->programme_count], CODE_MAX + 1);
    return (int)f->programme_count++;
}

bool span_read(struct cbor *c, struct span *out, bool signed_fen)
{
    out->from = (int32_t)cbor_uint(c, MONTH_LAST);
    out->months = (int32_t)cbor_uint(c, SPAN_MONTHS_MAX);
    out->fen = cbor_int(c);
    int64_t least = signed_fen ? -FEN_MAX : 1;
    c->bad = c->bad || out->from < MONTH_FIRST ||
             out->from + out->months - 1 > MONTH_LAST || out->months < 1 ||
             out->fen == 0 || out->fen < least || out->fen > FEN_MAX;
    return !c->bad;
}

int64_t spans_read(const struct value *v, struct span *out, size_t *count)
{
    struct cbor c = cbor_of(v->s);
    int64_t sum = 0;
    *count = 0;
    for (uint64_t i = 0; i < v->u && i < SPANS_MAX; i++) {
        c.bad = c.bad || cbor_array(&c, 3) != 3;
        struct span *s = &out[i];
        if (!span_read(&c, s, false) ||
            (i > 0 && s->from < s[-1].from + s[-1].months) ||
            !money_add(sum, s->fen * s->months, &sum)) {
            return -1;
        }
        ++*count;
    }
    return cbor_done(&c) && *count == v->u ? sum : -1;
}

/* Who has the person's row. False: there is no such person. */
static bool row_of(struct fold *f, uint64_t *person, struct person *out)
{
    /* Who was merged may be merged again: at most as many steps as people. */
    for (uint64_t steps = 0; steps <= f->people.count; steps++) {
        if (!people_get(&f->people, *person, out)) {
            return false;
        }
        if (out->merged_into == 0) {
            return true;
        }
        *person = out->merged_into;
    }
    return false;
}

bool fold_row_load(struct fold *f, const struct act *a, uint64_t person)
{
    struct person p;
    (void)a;
    if (!f->o.whole || !row_of(f, &person, &p)) {
        return false;
    }
    f->row_person = person;
    row_unpack(p.money, &f->row);
    return true;
}

void fold_row_store(struct fold *f, const struct act *a)
{
    if (f->row_person == 0) {
        return;
    }
    if (!row_balances(&f->row)) {
        FAULT(f, a, GROUP_BALANCE, "month-equation",
              "a month of person %llu does not balance", "%llu 号补贴对象有月份不平衡",
              (unsigned long long)f->row_person);
    }
    struct person p;
    if (people_get(&f->people, f->row_person, &p)) {
        p.money = row_pack(&f->row);
        fold_put_person(f, f->row_person, &p);
    }
}

void fold_operate(struct fold *f, const struct act *a, int programme, enum operation op,
                  const struct span *s)
{
    if (f->stopped || f->row_person == 0) {
        return;
    }
    if (!row_apply(&f->row, (uint8_t)programme, op, s, &f->postings)) {
        report_fail(f->report, GROUP_BALANCE, a->r->sequence, "account",
                    "it moves money that is not there: an account of person %llu would "
                    "leave its bounds",
                    "动用了不存在的款项：%llu 号补贴对象的账户将越界",
                    (unsigned long long)f->row_person);
        fold_stop(f, a->r->sequence);
    }
}

static bool read_posting(struct cbor *c, struct fold *f, struct posting *out)
{
    c->bad = c->bad || cbor_array(c, 4) != 4;
    int programme = fold_programme(f, cbor_text(c, 1, CODE_MAX));
    out->programme = (uint8_t)programme;
    out->debit = (uint8_t)cbor_uint(c, ACCOUNT_COUNT - 1);
    out->credit = (uint8_t)cbor_uint(c, ACCOUNT_COUNT - 1);
    out->fen = cbor_int(c);
    c->bad = c->bad || programme < 0 || out->fen <= 0 || out->debit == out->credit;
    return !c->bad;
}

static void book(struct fold *f, const struct act *a, const struct posting *p)
{
    int64_t *balance = f->balance[p->programme];
    if (!money_add(balance[p->debit], p->fen, &balance[p->debit]) ||
        !money_sub(balance[p->credit], p->fen, &balance[p->credit])) {
        fold_malformed(f, a, "sums beyond 64 bits");
    }
}

void fold_postings(struct fold *f, const struct act *a, bool exact, int64_t *sum)
{
    const struct value *v = &a->b.v[9];
    struct cbor c = cbor_of(v->s);
    bool same = v->u == f->postings.count && !f->postings.bad;
    int64_t total = 0;
    for (uint64_t i = 0; i < v->u; i++) {
        struct posting p;
        if (!read_posting(&c, f, &p) || !money_add(total, p.fen, &total)) {
            fold_malformed(f, a, "key 9");
            return;
        }
        const struct posting *q = &f->postings.list[i];
        same = same && q->programme == p.programme && q->debit == p.debit &&
               q->credit == p.credit && q->fen == p.fen;
        book(f, a, &p);
        fold_month(f, a, &p);
    }
    if (!cbor_done(&c)) {
        fold_malformed(f, a, "key 9");
        return;
    }
    if (sum != NULL) {
        *sum = total;
    }
    if (exact && !same && !f->stopped) {
        FAULT(f, a, GROUP_BALANCE, "postings",
              "the postings (debit and credit) are not those that its months give",
              "所记借贷与其各月金额推算的不符");
    }
}
