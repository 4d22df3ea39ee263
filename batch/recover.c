/* recover.c - see recover.h. What a rule of the fold refuses is asked before, where the
 * answer can be told to a clerk; what only facts know (a death) is asked here alone. */
#include "batch/recover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "base/text.h"
#include "ledger/body.h"

#define SUBJECT_CAP 160
#define NAME_MAX 200

enum status recover_account(struct ledger *l, uint64_t person, struct account *out,
                            struct diag *d)
{
    uint8_t key[8];
    struct str row;
    put_u64(key, person);
    TRY(store_get(ledger_txn(l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    return account_read(row, out, d);
}

/* ---- proposing ---- */

static enum status check_document(struct str document, struct diag *d)
{
    if (document.n == 0 || document.n > RECOVERY_DOCUMENT_MAX ||
        text_has_control(document) || !text_utf8_valid(document, NULL)) {
        return diag_fail(d, ST_INPUT, "document",
                         "the decision's document is named in 1 to %d bytes",
                         RECOVERY_DOCUMENT_MAX);
    }
    return ST_OK;
}

static enum status not_after_today(struct ledger *l, int32_t day, const char *code,
                                   const char *what, struct diag *d)
{
    char text[DATE_TEXT_CAP];
    if (day <= ledger_today(l)) {
        return ST_OK;
    }
    date_print(day, text);
    diag_fail(d, ST_INPUT, code, "%s %s is not over yet", what, text);
    return diag_hint(d, "record it when it has happened");
}

static enum status death_of(struct ledger *l, uint64_t person, int32_t *death,
                            struct diag *d)
{
    struct vault_row row;
    struct person *p = calloc(1, sizeof *p);
    vault_row_init(&row);
    enum status st = p == NULL ? diag_memory(d) : vault_row_read(l, person, &row, d);
    if (st == ST_OK) {
        st = person_read(buf_str(&row.plain), UINT64_MAX, p, d);
    }
    if (st == ST_OK) {
        *death = person_death(p);
    }
    vault_row_release(&row);
    free(p);
    return st;
}

/* The dead have no later dues, and nobody to keep to a plan. */
static enum status check_alive(struct ledger *l, const struct recover_request *q,
                               struct diag *d)
{
    char day[DATE_TEXT_CAP];
    int32_t death = DAY_NEVER;
    if (q->method != RECOVERY_SET_OFF && q->method != RECOVERY_PLAN) {
        return ST_OK;
    }
    TRY(death_of(l, q->person, &death, d));
    if (death == DAY_NEVER) {
        return ST_OK;
    }
    date_print(death, day);
    diag_fail(d, ST_CONFLICT, "dead", "person %llu died on %s: %s",
              (unsigned long long)q->person, day,
              q->method == RECOVERY_SET_OFF ? "there are no later dues to set off"
                                            : "nobody is left to keep to a plan");
    return diag_hint(d, "--method repay takes it from heirs, bank or village (correct "
                        "repay names them); or --method waive or write-off");
}

/* Does the ruling policy let dues be set off at all? */
static enum status check_share(struct ledger *l, const struct recover_request *q,
                               struct diag *d)
{
    struct entitle *e;
    if (q->method != RECOVERY_SET_OFF) {
        return ST_OK;
    }
    TRY(entitle_open(&e, l, UINT32_MAX, d));
    int32_t now = month_of_day(ledger_today(l));
    const struct programme *p = entitle_rules(e, q->programme, now);
    bool may = entitle_share(e, q->programme, now) > 0;
    entitle_close(e);
    if (may) {
        return ST_OK;
    }
    diag_fail(d, ST_CONFLICT, "no-set-off",
              p == NULL ? "no policy rules %.*s any more: it has no later dues"
                        : "the policy of %.*s lets nothing be set off",
              STR_ARG(q->programme));
    return diag_hint(d, "--method repay, plan, waive or write-off");
}

/* The recoveries that ask for it already, for the hint. */
static enum status name_open(struct ledger *l, const struct recover_request *q,
                             struct diag *d)
{
    uint32_t number;
    struct diag own;
    diag_fail(d, ST_CONFLICT, "nothing-receivable",
              "person %llu owes nothing in these months of %.*s that no recovery asks "
              "for",
              (unsigned long long)q->person, STR_ARG(q->programme));
    if (recovery_newest(ledger_txn(l), q->person, &number, &own) != ST_OK) {
        return d->status;
    }
    while (number != 0) {
        struct recovery_entry e;
        if (recovery_get(ledger_txn(l), number, &e, &own) != ST_OK) {
            return d->status;
        }
        if (recovery_is_open(&e) && str_is(q->programme, e.terms.programme)) {
            return diag_hint(d,
                             "recovery %u is open: --replaces %u decides anew in "
                             "its place",
                             number, number);
        }
        number = e.before;
    }
    return diag_hint(d, "almoner person show says what is receivable (应追缴)");
}

static enum status find_months(struct ledger *l, const struct recover_request *q,
                               struct spans *out, struct diag *d)
{
    struct recovery_scope scope = {q->person, q->programme, q->from, q->to,
                                   q->replaces};
    struct account *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return diag_memory(d);
    }
    enum status st = recover_account(l, q->person, a, d);
    if (st == ST_OK) {
        st = recovery_available(ledger_txn(l), a, &scope, out, d);
    }
    free(a);
    if (st == ST_OK && out->count == 0) {
        st = name_open(l, q, d);
    }
    return st;
}

/* What is not said of the two follows from the sum. */
static enum status fill_plan(const struct recover_request *q, struct recovery_terms *t,
                             struct diag *d)
{
    int64_t whole = spans_sum(&t->months);
    char monthly[MONEY_TEXT_CAP];
    char sum[MONEY_TEXT_CAP];
    if (q->method != RECOVERY_PLAN) {
        return ST_OK;
    }
    if (q->monthly_fen <= 0 && q->plan_months == 0) {
        diag_fail(d, ST_INPUT, "plan", "a plan says how much a month, or how long");
        return diag_hint(d, "--monthly AMOUNT or --months N");
    }
    if (q->plan_months == 0 && whole / q->monthly_fen >= SPAN_MONTHS_MAX) {
        return diag_fail(d, ST_INPUT, "plan", "a plan has at most %d months",
                         SPAN_MONTHS_MAX);
    }
    t->monthly_fen = q->monthly_fen > 0 ? q->monthly_fen
                                        : (whole + q->plan_months - 1) / q->plan_months;
    int64_t needed = (whole + t->monthly_fen - 1) / t->monthly_fen;
    t->plan_months = q->plan_months > 0 ? q->plan_months : (uint32_t)needed;
    if (needed == t->plan_months && needed <= SPAN_MONTHS_MAX) {
        return ST_OK;
    }
    money_print(t->monthly_fen, monthly);
    money_print(whole, sum);
    diag_fail(d, ST_INPUT, "plan", "%u months of %s are not %s", t->plan_months,
              monthly, sum);
    return diag_hint(d, "%s in months of %s takes %lld", sum, monthly,
                     (long long)needed);
}

static enum status propose(struct ledger *l, const struct recovery_terms *t,
                           struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    uint64_t months = 0;
    for (size_t i = 0; i < t->months.count; i++) {
        months += (uint64_t)t->months.items[i].months;
    }
    writer_init(&w, bytes, sizeof bytes);
    recovery_terms_write(t, &w);
    must(!w.failed);
    snprintf(subject, sizeof subject, "recovery %u: %s of person %llu, %s", t->number,
             recovery_method_name(t->method), (unsigned long long)t->person,
             t->programme);
    struct act_text text = {
        .subject = subject, .count = months, .total_fen = spans_sum(&t->months)};
    return ledger_act(l, KIND_RECOVERY, writer_str(&w), text, NULL, d);
}

enum status recover_decide(struct ledger *l, const struct recover_request *q,
                           struct recovery_terms *out, struct diag *d)
{
    bool resume;
    memset(out, 0, sizeof *out);
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(check_document(q->document, d));
    TRY(not_after_today(l, q->served, "served", "the day of service", d));
    if (!str_copy(q->programme, out->programme, sizeof out->programme) ||
        !programme_code_valid(q->programme)) {
        return diag_fail(d, ST_INPUT, "programme", "\"%.*s\" is no programme's code",
                         STR_ARG(q->programme));
    }
    out->number = ledger_head(l)->recoveries + 1;
    out->person = q->person;
    out->method = q->method;
    must(str_copy(q->document, out->document, sizeof out->document));
    out->served = q->served;
    out->replaces = q->replaces;
    TRY(find_months(l, q, &out->months, d));
    TRY(check_alive(l, q, d));
    TRY(check_share(l, q, d));
    TRY(fill_plan(q, out, d));
    return propose(l, out, d);
}

/* ---- deciding ---- */

static enum status leaf_of(struct ledger *l, uint64_t sequence, uint8_t out[DIGEST_LEN],
                           struct diag *d)
{
    struct record r;
    struct str bytes;
    struct digest *g;
    TRY(record_get(ledger_txn(l), sequence, &r, &bytes, d));
    TRY(ledger_digest_new(l, &g, d));
    tree_leaf(g, bytes, out);
    digest_free(g);
    return ST_OK;
}

/* The postings of a waiver or write-off are worked out before they are signed. */
static enum status end_postings(struct ledger *l, struct recovery_entry e,
                                struct postings *out, struct diag *d)
{
    struct account *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return diag_memory(d);
    }
    enum status st = recover_account(l, e.terms.person, a, d);
    if (st == ST_OK) {
        st = recovery_end(&e, a, out, d);
    }
    free(a);
    return st;
}

enum status recover_confirm(struct ledger *l, uint32_t number,
                            struct recovery_entry *out, int64_t *moved_fen,
                            struct diag *d)
{
    bool resume;
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    struct recovery_confirm c = {.number = number};
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(recovery_get(ledger_txn(l), number, out, d));
    TRY(leaf_of(l, out->sequence, c.proposal, d));
    if (out->state == RECOVERY_PROPOSED) {
        TRY(end_postings(l, *out, &c.postings, d));
    }
    writer_init(&w, bytes, sizeof bytes);
    recovery_confirm_write(&c, &w);
    must(!w.failed);
    snprintf(subject, sizeof subject, "recovery %u: confirm %s of person %llu, %s",
             number, recovery_method_name(out->terms.method),
             (unsigned long long)out->terms.person, out->terms.programme);
    struct act_text text = {
        .subject = subject, .count = 1, .total_fen = spans_sum(&out->terms.months)};
    TRY(ledger_act(l, KIND_RECOVERY_CONFIRM, writer_str(&w), text, NULL, d));
    *moved_fen = 0;
    for (size_t i = 0; i < c.postings.count; i++) {
        *moved_fen += c.postings.items[i].fen;
    }
    return recovery_get(ledger_txn(l), number, out, d);
}

/* ---- repayments ---- */

struct repaying {
    struct ledger *l;
    const struct recover_payment *p;
    struct recovery_entry e;
    struct account *account;
    struct vault_row row;
    struct person *person;
    struct repayment record;
};

static enum status too_much(const struct repaying *x, int64_t open_fen, struct diag *d)
{
    char wanted[MONEY_TEXT_CAP];
    char open[MONEY_TEXT_CAP];
    money_print(x->p->fen, wanted);
    money_print(open_fen, open);
    diag_fail(d, ST_CONFLICT, "too-much", "%s were paid back, and %s are open", wanted,
              open);
    return diag_hint(d, open_fen > 0 ? "record what is open; give back what is more"
                                     : "almoner correct show says how it came in");
}

static enum status take_open(struct repaying *x, struct diag *d)
{
    struct repayment *r = &x->record;
    int64_t open = recovery_open_fen(&x->e, x->account);
    if (x->e.state != RECOVERY_DECIDED) {
        return recovery_not(&x->e, "decided", d);
    }
    if (x->p->fen > open) {
        return too_much(x, open, d);
    }
    r->recovery = x->p->recovery;
    r->person = x->e.terms.person;
    r->received = x->p->received;
    r->fen = x->p->fen;
    r->payer = x->p->payer;
    r->previous = x->e.last;
    TRY(recovery_take(&x->e, x->account, r->fen, ACCOUNT_RECOVERED, &r->owed,
                      &r->postings, d));
    if (spans_sum(&r->owed) < r->fen) {
        diag_fail(d, ST_INPUT, "too-many-months",
                  "the sum reaches over more months of different amounts than one "
                  "record holds");
        return diag_hint(d, "record it in two parts");
    }
    return ST_OK;
}

/* The name goes into the row as an entry of the record to be written. */
static enum status note_payer(struct repaying *x, struct diag *d)
{
    struct str name = x->p->name;
    uint64_t sequence = ledger_head(x->l)->tree.size;
    TRY(vault_row_read(x->l, x->e.terms.person, &x->row, d));
    TRY(person_read(buf_str(&x->row.plain), UINT64_MAX, x->person, d));
    if (name.n == 0) {
        name = person_value(x->person, "name", ledger_today(x->l));
    }
    char copy[NAME_MAX + 1]; /* the row's bytes move when it grows */
    if (!str_copy(name, copy, sizeof copy)) {
        copy[0] = '\0';
    }
    size_t from = x->row.plain.len;
    person_add_note(&x->row.plain, sequence, str_of(copy));
    TRY(buf_check(&x->row.plain, d));
    struct str added = str_make(x->row.plain.p + from, x->row.plain.len - from);
    vault_commitment(x->l, &x->row, sequence, added, x->record.name);
    return vault_row_write(x->l, &x->row, d);
}

static enum status append_repayment(struct repaying *x, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    TRY(note_payer(x, d));
    writer_init(&w, bytes, sizeof bytes);
    repayment_write(&x->record, &w);
    must(!w.failed);
    snprintf(subject, sizeof subject, "recovery %u: repayment of person %llu, by %s",
             x->p->recovery, (unsigned long long)x->e.terms.person,
             repayment_payer_name(x->p->payer));
    struct act_text text = {.subject = subject, .count = 1, .total_fen = x->p->fen};
    return ledger_append_signed(x->l, KIND_REPAYMENT, writer_str(&w), text, NULL, d);
}

static enum status repay(struct repaying *x, int64_t *left_fen, struct diag *d)
{
    x->account = calloc(1, sizeof *x->account);
    x->person = calloc(1, sizeof *x->person);
    if (x->account == NULL || x->person == NULL) {
        return diag_memory(d);
    }
    TRY(recovery_get(ledger_txn(x->l), x->p->recovery, &x->e, d));
    TRY(recover_account(x->l, x->e.terms.person, x->account, d));
    TRY(take_open(x, d));
    TRY(ledger_begin(x->l, d));
    enum status st = append_repayment(x, d);
    if (st != ST_OK) {
        ledger_abort(x->l);
        return st;
    }
    *left_fen = recovery_open_fen(&x->e, x->account);
    return ledger_commit(x->l, d);
}

static enum status check_payment(struct ledger *l, const struct recover_payment *p,
                                 struct diag *d)
{
    if (p->fen <= 0) {
        return diag_fail(d, ST_INPUT, "amount", "a repayment is above 0.00");
    }
    bool needed = p->payer != PAYER_SELF;
    if (p->name.n > NAME_MAX || text_has_control(p->name) ||
        !text_utf8_valid(p->name, NULL) || (needed && p->name.n == 0)) {
        diag_fail(d, ST_INPUT, "name", "who paid is named in 1 to %d bytes", NAME_MAX);
        return diag_hint(d, "--name TEXT; it is kept sealed");
    }
    return not_after_today(l, p->received, "received", "the day of receipt", d);
}

enum status recover_repay(struct ledger *l, const struct recover_payment *p,
                          int64_t *left_fen, struct diag *d)
{
    bool resume;
    struct repaying x = {.l = l, .p = p};
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(check_payment(l, p, d));
    vault_row_init(&x.row);
    enum status st = repay(&x, left_fen, d);
    vault_row_release(&x.row);
    free(x.account);
    free(x.person);
    return st;
}

/* ---- set-off ---- */

/* One month more; false when the record is full. */
static bool add_due(struct set_off *s, int32_t month, int64_t fen, uint32_t share)
{
    struct set_off_due *last = s->due_count > 0 ? &s->due[s->due_count - 1] : NULL;
    if (last != NULL && last->span.from + last->span.months == month &&
        last->span.fen == fen && last->share == share) {
        last->span.months++;
        return true;
    }
    if (s->due_count == RECOVERY_SPANS_MAX) {
        return false;
    }
    s->due[s->due_count++] = (struct set_off_due){{month, 1, fen}, share};
    return true;
}

/* What the months of one segment give, at most *left. */
static bool segment_gives(const struct entitle *e, const struct recovery_entry *r,
                          const struct segment *g, int64_t *left, struct set_off *out)
{
    struct str code = str_of(r->terms.programme);
    int32_t served = month_of_day(r->terms.served);
    int32_t month = g->from > served ? g->from : served + 1;
    for (; month<g->from + g->months && * left> 0; month++) {
        uint32_t share = entitle_share(e, code, month);
        int64_t fen = set_off_limit(g, share);
        fen = fen < *left ? fen : *left;
        if (fen > 0 && !add_due(out, month, fen, share)) {
            return false;
        }
        *left -= fen;
    }
    return true;
}

bool recover_plan(const struct entitle *e, const struct recovery_entry *r,
                  const struct account *a, struct set_off *out)
{
    struct spans owed;
    const struct account_programme *p = account_find(a, str_of(r->terms.programme));
    memset(out, 0, sizeof *out);
    if (p == NULL || p->set_off != r->terms.number || r->state != RECOVERY_DECIDED ||
        r->terms.method != RECOVERY_SET_OFF) {
        return false;
    }
    out->person = r->terms.person;
    out->recovery = r->terms.number;
    memcpy(out->programme, r->terms.programme, sizeof out->programme);
    recovery_choose(r, a, INT64_MAX, &owed);
    int64_t left = spans_sum(&owed);
    for (size_t i = 0; i < p->count && left > 0; i++) {
        if (p->segments[i].fen[ACCOUNT_DUE] > 0 &&
            !segment_gives(e, r, &p->segments[i], &left, out)) {
            break;
        }
    }
    return out->due_count > 0;
}
