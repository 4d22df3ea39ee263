/* erase.c - see erase.h. What a rule of the fold refuses is asked before, where the
 * answer can be told to a clerk; what only facts, files and policies know (days,
 * entitlement, whose files hold the person) is found here. */
#include "batch/erase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/text.h"
#include "entitle/entitle.h"
#include "ledger/body.h"
#include "ledger/line.h"
#include "ledger/refusal.h"

#define SUBJECT_CAP 200

static bool printable(struct str s, size_t min, size_t max)
{
    return s.n >= min && s.n <= max && text_utf8_valid(s, NULL) && !text_has_control(s);
}

/* A text that goes into a record, into out[cap]. */
static enum status take_text(struct str s, const char *what, char *out, size_t cap,
                             struct diag *d)
{
    if (!printable(s, 1, cap - 1) || !str_copy(s, out, cap)) {
        return diag_fail(d, ST_INPUT, what, "the %s is no text of 1 to %zu bytes", what,
                         cap - 1);
    }
    return ST_OK;
}

static enum status act(struct ledger *l, enum record_kind kind, const struct writer *w,
                       const char *subject, struct diag *d)
{
    bool resume;
    must(!w->failed);
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    struct act_text text = {.subject = subject, .count = 1};
    return ledger_act(l, kind, writer_str(w), text, NULL, d);
}

/* ---- retention and holds ---- */

enum status retention_set(struct ledger *l, enum retention_class c, uint32_t years,
                          struct str document, uint32_t *number, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    struct retention_entry e = {
        .number = ledger_head(l)->retentions + 1, .class = c, .years = years};
    TRY(take_text(document, "document", e.document, sizeof e.document, d));
    must(years <= RETENTION_YEARS_MAX);
    writer_init(&w, bytes, sizeof bytes);
    retention_write(&e, &w);
    snprintf(subject, sizeof subject, "retention %u: %s, %u years", e.number,
             retention_class_name(c), years);
    TRY(act(l, KIND_RETENTION, &w, subject, d));
    *number = e.number;
    return ST_OK;
}

enum status hold_change(struct ledger *l, const struct hold_request *q, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    struct hold_terms h = {.person = q->person, .set = q->set};
    TRY(take_text(q->reason, "reason", h.reason, sizeof h.reason, d));
    TRY(take_text(q->document, "document", h.document, sizeof h.document, d));
    writer_init(&w, bytes, sizeof bytes);
    hold_write(&h, &w);
    snprintf(subject, sizeof subject, "person %llu: %s", (unsigned long long)q->person,
             q->set ? "legal hold" : "legal hold lifted");
    return act(l, KIND_HOLD, &w, subject, d);
}

/* ---- what is known of the person ---- */

struct erasing {
    struct ledger *l;
    struct vault_row row;
    struct person *person;
    struct account *account;
    uint8_t *imports; /* bits by number */
    uint8_t *batches;
    struct erased_terms terms;
    int64_t today_fen; /* what the rules give for this month */
    char differs[PROGRAMME_CODE_MAX + 1];
};

static enum status erasing_new(struct erasing *x, struct ledger *l, uint64_t person,
                               struct diag *d)
{
    const struct head *h = ledger_head(l);
    memset(x, 0, sizeof *x);
    vault_row_init(&x->row);
    x->l = l;
    x->terms.person = person;
    x->terms.payments = DAY_ALWAYS;
    x->terms.applications = DAY_ALWAYS;
    x->person = calloc(1, sizeof *x->person);
    x->account = calloc(1, sizeof *x->account);
    x->imports = calloc(1, h->imports / 8 + 1);
    x->batches = calloc(1, h->batches / 8 + 1);
    bool whole = x->person != NULL && x->account != NULL && x->imports != NULL &&
                 x->batches != NULL;
    return whole ? ST_OK : diag_memory(d);
}

static void erasing_free(struct erasing *x)
{
    vault_row_release(&x->row);
    free(x->person);
    free(x->account);
    free(x->imports);
    free(x->batches);
}

static void set_bit(uint8_t *bits, uint64_t n)
{
    bits[n / 8] |= (uint8_t)(1U << n % 8);
}

static void later(int32_t *day, int32_t other)
{
    *day = other > *day ? other : *day;
}

static enum status day_of_record(struct erasing *x, uint64_t sequence, int32_t *day,
                                 struct diag *d)
{
    struct record rec;
    TRY(record_get(ledger_txn(x->l), sequence, &rec, NULL, d));
    later(day, day_of_time(rec.time_us, ledger_info(x->l)->offset_minutes));
    return ST_OK;
}

/* ---- files that hold the person ---- */

/* Keys 1 of facts, history and merge records are the import's number. */
static enum status mark_import(struct erasing *x, uint64_t sequence, struct diag *d)
{
    struct record rec;
    struct body b;
    TRY(record_get(ledger_txn(x->l), sequence, &rec, NULL, d));
    if (rec.kind == KIND_FACTS || rec.kind == KIND_HISTORY || rec.kind == KIND_MERGE) {
        body_start(&b, rec.body);
        uint64_t number = body_uint(&b, 1, ledger_head(x->l)->imports);
        if (b.ok) {
            set_bit(x->imports, number);
        }
    }
    return ST_OK;
}

static enum status mark_recorded(struct erasing *x, struct diag *d)
{
    struct reader r;
    uint64_t last = UINT64_MAX;
    reader_init(&r, x->row.plain.p, x->row.plain.len);
    while (r.at < r.len && !r.failed) {
        struct reader e;
        reader_u8(&r);
        struct str bytes = reader_text(&r);
        reader_init(&e, bytes.p, bytes.n);
        uint64_t recorded = reader_varint(&e);
        if (recorded != last && !r.failed && !e.failed) {
            TRY(mark_import(x, recorded, d));
            last = recorded;
        }
    }
    return ST_OK;
}

static bool on_such_list(const struct person *p, const struct import_entry *e)
{
    for (size_t i = 0; i < p->mark_count; i++) {
        const struct mark *m = &p->marks[i];
        if (str_is(m->attribute, e->attribute) && str_is(m->value, e->value)) {
            return true;
        }
    }
    return false;
}

/* A monthly list leaves an entry only where it changes something: every list of a kind
 * the person was ever on may name them. */
static enum status mark_lists(struct erasing *x, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(x->l)->imports && x->person->mark_count > 0;
         n++) {
        struct import_entry e;
        TRY(import_get(ledger_txn(x->l), n, &e, d));
        if (e.what == IMPORT_SNAPSHOT && on_such_list(x->person, &e)) {
            set_bit(x->imports, n);
        }
    }
    return ST_OK;
}

static enum status mark_batches(struct erasing *x, uint64_t number, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(x->l)->batches; n++) {
        struct batch_entry b;
        struct line_entry line;
        uint32_t at;
        TRY(batch_get(ledger_txn(x->l), n, &b, d));
        TRY(line_first(ledger_txn(x->l), &b, number, &at, d));
        if (at > b.lines) {
            continue;
        }
        TRY(line_get(ledger_txn(x->l), n, at, &line, d));
        if (line.person == number) {
            set_bit(x->batches, n);
            later(&x->terms.payments, b.pay_day);
        }
    }
    return ST_OK;
}

/* ---- days from which periods run ---- */

static enum status note_recoveries(struct erasing *x, uint64_t number, struct diag *d)
{
    uint32_t n;
    TRY(recovery_newest(ledger_txn(x->l), number, &n, d));
    while (n != 0) {
        struct recovery_entry e;
        TRY(recovery_get(ledger_txn(x->l), n, &e, d));
        TRY(day_of_record(x, e.last != 0 ? e.last - 1 : e.sequence, &x->terms.payments,
                          d));
        n = e.before;
    }
    return ST_OK;
}

static enum status note_days(struct erasing *x, struct diag *d)
{
    const struct person *p = x->person;
    int32_t death = person_death(p);
    for (size_t i = 0; i < p->paid_count; i++) {
        const struct paid *paid = &p->paid[i];
        later(&x->terms.payments, month_last_day(paid->from + paid->months - 1));
        if (paid->paid_on != DAY_NEVER) {
            later(&x->terms.payments, paid->paid_on);
        }
    }
    if (death != DAY_NEVER) {
        later(&x->terms.applications, death);
    }
    return day_of_record(x, p->newest, &x->terms.applications, d);
}

static void note_account_days(struct erasing *x)
{
    for (size_t i = 0; i < x->account->count; i++) {
        const struct account_programme *p = &x->account->programmes[i];
        const struct segment *s = &p->segments[p->count - 1];
        later(&x->terms.payments, month_last_day(s->from + s->months - 1));
    }
}

/* ---- rows: the person, and who was merged into it ---- */

static bool row_known(const struct erased_terms *t, uint64_t number)
{
    for (size_t i = 0; i < t->row_count; i++) {
        if (t->rows[i].person == number) {
            return true;
        }
    }
    return false;
}

static enum status add_duplicates(struct erasing *x, struct diag *d)
{
    struct erased_terms *t = &x->terms;
    for (size_t i = 0; i < x->person->merge_count; i++) {
        const struct merging *m = &x->person->merges[i];
        if (m->into || row_known(t, m->other)) {
            continue;
        }
        if (t->row_count == ERASED_ROWS_MAX) {
            return diag_fail(d, ST_CONFLICT, "too-many-duplicates",
                             "more than %d numbers were merged into person %llu",
                             ERASED_ROWS_MAX - 1, (unsigned long long)t->person);
        }
        t->rows[t->row_count++].person = m->other;
    }
    return ST_OK;
}

static enum status look_at_row(struct erasing *x, uint64_t number, struct diag *d)
{
    TRY(vault_row_read(x->l, number, &x->row, d));
    TRY(person_read_some(buf_str(&x->row.plain), UINT64_MAX, UINT32_MAX, x->person, d));
    TRY(add_duplicates(x, d));
    TRY(mark_recorded(x, d));
    TRY(mark_lists(x, d));
    TRY(mark_batches(x, number, d));
    TRY(note_recoveries(x, number, d));
    return note_days(x, d);
}

static int by_person(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void sort_duplicates(struct erased_terms *t)
{
    uint64_t numbers[ERASED_ROWS_MAX];
    for (size_t i = 1; i < t->row_count; i++) {
        numbers[i - 1] = t->rows[i].person;
    }
    qsort(numbers, t->row_count - 1, sizeof numbers[0], by_person);
    for (size_t i = 1; i < t->row_count; i++) {
        t->rows[i].person = numbers[i - 1];
    }
}

static enum status look_at_rows(struct erasing *x, struct diag *d)
{
    const struct head *h = ledger_head(x->l);
    struct erased_terms *t = &x->terms;
    t->rows[0].person = t->person;
    t->row_count = 1;
    for (size_t i = 0; i < t->row_count; i++) { /* grows as duplicates are found */
        TRY(look_at_row(x, t->rows[i].person, d));
    }
    sort_duplicates(t);
    erased_cover(x->imports, h->imports, &t->imports);
    erased_cover(x->batches, h->batches, &t->batches);
    return ST_OK;
}

/* ---- may the person be erased? ---- */

static enum status not_a_person(struct erasing *x, struct diag *d)
{
    uint64_t number = x->terms.person;
    TRY(vault_row_read(x->l, number, &x->row, d));
    TRY(person_read(buf_str(&x->row.plain), UINT64_MAX, x->person, d));
    if (x->person->merged_into != 0) {
        diag_fail(d, ST_CONFLICT, "merged", "person %llu was merged into person %llu",
                  (unsigned long long)number,
                  (unsigned long long)x->person->merged_into);
        return diag_hint(d, "erase that one: its duplicates go with it");
    }
    if (person_is_institution(x->person)) {
        return diag_fail(d, ST_CONFLICT, "institution",
                         "number %llu is an institution: it is no personal data",
                         (unsigned long long)number);
    }
    return ST_OK;
}

static enum status note_difference(void *ctx, const struct difference *x,
                                   struct diag *d)
{
    struct erasing *e = ctx;
    (void)d;
    memcpy(e->differs, x->code, sizeof e->differs);
    return ST_OK;
}

/* What a run of this month would find. */
static enum status assess(struct erasing *x, struct entitle *e, struct diag *d)
{
    int32_t month = month_of_day(ledger_today(x->l));
    const struct policy_set *set = entitle_policies(e);
    struct entitle_range range = {policy_set_first_month(set), month};
    TRY(vault_row_read(x->l, x->terms.person, &x->row, d));
    TRY(person_read_some(buf_str(&x->row.plain), UINT64_MAX, entitle_wants(e),
                         x->person, d));
    x->person->number = x->terms.person;
    if (range.first > month || !entitle_take(e, x->person)) {
        return ST_OK;
    }
    const struct eval_result *now = entitle_amounts(e, month);
    for (size_t i = 0; i < policy_set_programme_count(set); i++) {
        x->today_fen += now[i].amount_fen;
    }
    return entitle_differences(e, x->person, x->account, range, month, note_difference,
                               x, d);
}

static enum status check_entitled(struct erasing *x, struct diag *d)
{
    struct entitle *e;
    char number[32];
    snprintf(number, sizeof number, "%llu", (unsigned long long)x->terms.person);
    if (ledger_head(x->l)->confirmed == 0) {
        return ST_OK;
    }
    TRY(entitle_open(&e, x->l, UINT32_MAX, d));
    enum status st = assess(x, e, d);
    entitle_close(e);
    TRY(st);
    if (x->today_fen > 0) {
        diag_fail(d, ST_CONFLICT, "still-entitled",
                  "person %s is still entitled by the policies", number);
        return diag_hint(d, "almoner explain %s says to what", number);
    }
    if (x->differs[0] != '\0') {
        diag_fail(d, ST_CONFLICT, "not-settled",
                  "a run would still grant or take back something of person %s (%s)",
                  number, x->differs);
        return diag_hint(d, "almoner run first, and pay or recover what it finds");
    }
    return ST_OK;
}

static enum status read_account(struct erasing *x, struct diag *d)
{
    uint8_t key[8];
    struct str row;
    put_u64(key, x->terms.person);
    TRY(store_get(ledger_txn(x->l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    TRY(account_read(row, x->account, d));
    note_account_days(x);
    return ST_OK;
}

static enum status check_all(struct erasing *x, struct diag *d)
{
    struct ledger *l = x->l;
    uint32_t count = ledger_head(l)->retentions;
    TRY(not_a_person(x, d));
    TRY(read_account(x, d));
    TRY(look_at_rows(x, d));
    for (size_t i = 0; i < x->terms.row_count; i++) {
        TRY(hold_refuse(ledger_txn(l), x->terms.rows[i].person, d));
    }
    TRY(money_refuse(x->account, x->terms.person, d));
    TRY(check_entitled(x, d));
    TRY(retention_refuse(ledger_txn(l), count, RETENTION_PAYMENTS, x->terms.payments,
                         ledger_today(l), d));
    return retention_refuse(ledger_txn(l), count, RETENTION_APPLICATIONS,
                            x->terms.applications, ledger_today(l), d);
}

/* ---- acts ---- */

enum status erase_propose(struct ledger *l, uint64_t person, struct str reason,
                          struct str document, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    struct erasing x;
    struct erasure_terms t = {.person = person};
    TRY(take_text(reason, "reason", t.reason, sizeof t.reason, d));
    TRY(take_text(document, "document", t.document, sizeof t.document, d));
    enum status st = erasing_new(&x, l, person, d);
    if (st == ST_OK) {
        st = check_all(&x, d);
    }
    erasing_free(&x);
    TRY(st);
    writer_init(&w, bytes, sizeof bytes);
    erasure_terms_write(&t, &w);
    snprintf(subject, sizeof subject, "person %llu: erase", (unsigned long long)person);
    return act(l, KIND_ERASE, &w, subject, d);
}

static enum status name_proposal(struct erasing *x, struct diag *d)
{
    struct erasure_entry e;
    struct record rec;
    struct str bytes;
    struct digest *g;
    TRY(erasure_get(ledger_txn(x->l), x->terms.person, &e, d));
    if (e.state == ERASURE_REFUSED) {
        TRY(refusal_none(ledger_txn(x->l), REGISTER_ERASURE, x->terms.person, d));
    }
    if (e.state != ERASURE_PROPOSED) {
        diag_fail(d, ST_CONFLICT, "not-proposed",
                  "nobody has proposed to erase person %llu",
                  (unsigned long long)x->terms.person);
        return diag_hint(d, "a maker or an admin proposes: almoner person erase %llu",
                         (unsigned long long)x->terms.person);
    }
    x->terms.proposal = e.sequence;
    TRY(record_get(ledger_txn(x->l), e.sequence, &rec, &bytes, d));
    TRY(ledger_digest_new(x->l, &g, d));
    tree_leaf(g, bytes, x->terms.proposal_leaf);
    digest_free(g);
    return ST_OK;
}

/* Everything goes, and the certificate comes, in one transaction. */
static enum status erase_rows(struct erasing *x, struct diag *d)
{
    uint8_t bytes[BODY_BYTES_MAX];
    char subject[SUBJECT_CAP];
    struct writer w;
    struct erased_terms *t = &x->terms;
    for (size_t i = 0; i < t->row_count; i++) {
        TRY(vault_erase(x->l, t->rows[i].person, t->person, &x->row, x->person,
                        t->rows[i].sha256, &t->lookups, d));
    }
    writer_init(&w, bytes, sizeof bytes);
    erased_write(t, &w);
    must(!w.failed);
    snprintf(subject, sizeof subject, "person %llu: erased, %zu rows",
             (unsigned long long)t->person, t->row_count);
    struct act_text text = {.subject = subject, .count = t->row_count};
    return ledger_append_signed(x->l, KIND_ERASED, writer_str(&w), text, NULL, d);
}

static enum status erase(struct erasing *x, struct diag *d)
{
    TRY(name_proposal(x, d));
    TRY(check_all(x, d));
    TRY(ledger_begin(x->l, d));
    enum status st = erase_rows(x, d);
    if (st != ST_OK) {
        ledger_abort(x->l);
        return st;
    }
    return ledger_commit(x->l, d);
}

enum status erase_confirm(struct ledger *l, uint64_t person, struct str copies,
                          struct erased_terms *out, struct diag *d)
{
    bool resume;
    struct erasing x;
    TRY(ledger_may_write(l, 0, 0, &resume, d));
    TRY(erasure_refuse(ledger_txn(l), person, d));
    enum status st = erasing_new(&x, l, person, d);
    if (st == ST_OK && copies.n > 0) {
        st = take_text(copies, "copies", x.terms.copies, sizeof x.terms.copies, d);
    }
    if (st == ST_OK) {
        st = erase(&x, d);
    }
    if (st == ST_OK) {
        *out = x.terms;
    }
    erasing_free(&x);
    return st;
}
