/* import_merges.c - one person who was entered twice (合并): what counts of the
 * duplicate goes to the kept one, as new entries; both rows say so; the duplicate's ID
 * numbers, and those of who was merged into it before, lead to the kept one; its money
 * follows in the fold. Who somebody is (ID number, name, birth) stays the kept one's,
 * and where both say something of one day the kept one is believed. */
#include "batch/import_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

/* ---- the row alone ---- */

static bool read_merge(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct merge_row *u = &j->u.merge;
    memset(u, 0, sizeof *u);
    bool ok = import_row_id(r, FIELD_ID_NUMBER, j->today, u->id);
    ok = import_row_id(r, FIELD_INTO, j->today, u->into) && ok;
    return import_row_text(r, FIELD_DOCUMENT, IMPORT_REQUIRED, IMPORT_TEXT_CHARS,
                           &u->document) &&
           ok;
}

/* ---- both people ---- */

struct pair {
    struct vault_row from_row, into_row;
    struct person *from, *into;
};

static void pair_release(struct pair *p)
{
    vault_row_release(&p->from_row);
    vault_row_release(&p->into_row);
    free(p->from);
    free(p->into);
}

static enum status read_one(struct import_job *j, uint64_t number,
                            struct vault_row *row, struct person *p, struct diag *d)
{
    TRY(vault_row_read(j->l, number, row, d));
    TRY(person_read(buf_str(&row->plain), UINT64_MAX, p, d));
    p->number = number;
    return ST_OK;
}

static enum status pair_read(struct import_job *j, uint64_t from, uint64_t into,
                             struct pair *p, struct diag *d)
{
    vault_row_init(&p->from_row);
    vault_row_init(&p->into_row);
    p->from = calloc(1, sizeof *p->from);
    p->into = calloc(1, sizeof *p->into);
    if (p->from == NULL || p->into == NULL) {
        return diag_memory(d);
    }
    TRY(read_one(j, from, &p->from_row, p->from, d));
    return read_one(j, into, &p->into_row, p->into, d);
}

/* ---- what is copied ---- */

static bool says_who(const struct fact *f)
{
    return f->code == FACT_ID_NUMBER || f->code == FACT_NAME || f->code == FACT_BIRTH;
}

/* Facts that stand beside each other, whatever their day. */
static bool adds_up(const struct fact *f)
{
    return f->code == FACT_ORDER || f->code == FACT_DEATH;
}

/* One order under two numbers is one order. */
static bool same_order(const struct fact *a, const struct fact *b)
{
    return a->until == b->until && a->amount_fen == b->amount_fen &&
           str_eq(a->value, b->value) && str_eq(a->document, b->document);
}

static bool into_says(const struct person *into, const struct fact *f)
{
    for (size_t i = 0; i < into->fact_count; i++) {
        const struct fact *x = &into->facts[i];
        if (x->effective == f->effective && str_eq(x->attribute, f->attribute) &&
            str_eq(x->programme, f->programme) &&
            (!adds_up(f) || (f->code == FACT_ORDER && same_order(x, f)))) {
            return true;
        }
    }
    return false;
}

static bool is_of_mark(const struct person *p, const struct fact *f)
{
    for (size_t i = 0; i < p->mark_count; i++) {
        if (p->marks[i].ordinal == f->ordinal) {
            return true;
        }
    }
    return false;
}

static void copy_facts(const struct pair *p, uint64_t recorded, struct buf *row)
{
    for (size_t i = 0; i < p->from->fact_count; i++) {
        struct fact f = p->from->facts[i];
        if (says_who(&f) || is_of_mark(p->from, &f) || into_says(p->into, &f)) {
            continue;
        }
        f.recorded = recorded;
        person_add_fact(row, &f);
    }
}

static void copy_routes(const struct pair *p, uint64_t recorded, struct buf *row)
{
    for (size_t i = 0; i < p->from->route_count; i++) {
        struct route r = p->from->routes[i];
        bool said = false;
        for (size_t k = 0; k < p->into->route_count; k++) {
            said = said || (p->into->routes[k].effective == r.effective &&
                            str_eq(p->into->routes[k].programme, r.programme));
        }
        if (!said) {
            r.recorded = recorded;
            person_add_route(row, &r);
        }
    }
}

/* Entries of history are written whole: their spans ascend and are adjacent. */
static void copy_paid(const struct pair *p, uint64_t recorded, struct buf *row)
{
    for (size_t i = 0; i < p->from->paid_count;) {
        struct paid list[PERSON_PAID_ENTRY];
        size_t n = 0;
        uint32_t entry = p->from->paid[i].ordinal;
        while (i < p->from->paid_count && p->from->paid[i].ordinal == entry &&
               n < PERSON_PAID_ENTRY) {
            list[n] = p->from->paid[i++];
            list[n++].recorded = recorded;
        }
        person_add_paid(row, list, n);
    }
}

static bool same_list(const struct mark *a, const struct mark *b)
{
    return str_eq(a->attribute, b->attribute) && str_eq(a->value, b->value) &&
           str_eq(a->unit, b->unit);
}

static bool on_at(const struct person *p, const struct mark *list, int32_t month)
{
    return person_on_list(p, list->attribute, list->value, list->unit, month);
}

static int by_month(const void *a, const void *b)
{
    const int32_t *x = a;
    const int32_t *y = b;
    return (*x > *y) - (*x < *y);
}

/* The months in which either has a mark of the list, in order. */
static size_t months_of(const struct pair *p, const struct mark *list,
                        int32_t out[2 * PERSON_MARKS_MAX])
{
    const struct person *both[2] = {p->from, p->into};
    size_t n = 0;
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < both[k]->mark_count; i++) {
            if (same_list(&both[k]->marks[i], list)) {
                out[n++] = both[k]->marks[i].month;
            }
        }
    }
    qsort(out, n, sizeof out[0], by_month);
    return n;
}

/* Who is on a list under either number is on it. A mark is written where the kept one's
 * own marks and those written here say otherwise. */
static void copy_list(const struct pair *p, const struct mark *list, uint64_t recorded,
                      struct buf *row)
{
    int32_t months[2 * PERSON_MARKS_MAX];
    size_t n = months_of(p, list, months);
    bool written = false; /* the mark written last says `on` */
    bool on = false;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && months[i] == months[i - 1]) {
            continue;
        }
        bool either =
            on_at(p->from, list, months[i]) || on_at(p->into, list, months[i]);
        bool own = false; /* has the kept one a mark of this month? */
        for (size_t k = 0; k < p->into->mark_count; k++) {
            own = own || (p->into->marks[k].month == months[i] &&
                          same_list(&p->into->marks[k], list));
        }
        bool said = own || !written ? on_at(p->into, list, months[i]) : on;
        if (said == either) {
            written = own ? false : written;
            continue;
        }
        struct mark m = *list;
        m.recorded = recorded;
        m.month = months[i];
        m.on = either;
        person_add_mark(row, &m);
        written = true;
        on = either;
    }
}

static void copy_marks(const struct pair *p, uint64_t recorded, struct buf *row)
{
    for (size_t i = 0; i < p->from->mark_count; i++) {
        bool first = true;
        for (size_t k = 0; k < i; k++) {
            first = first && !same_list(&p->from->marks[k], &p->from->marks[i]);
        }
        if (first) {
            copy_list(p, &p->from->marks[i], recorded, row);
        }
    }
}

static void add_copies(const struct pair *p, uint64_t recorded, struct str document,
                       struct buf *row)
{
    struct merging m = {
        .recorded = recorded, .other = p->from->number, .document = document};
    person_add_merge(row, &m);
    copy_facts(p, recorded, row);
    copy_routes(p, recorded, row);
    copy_marks(p, recorded, row);
    copy_paid(p, recorded, row);
}

/* Texts of p->into borrow from its row, which moves when it grows: so the copies are
 * made beside it. False: no room. */
static bool copy_into(struct pair *p, uint64_t recorded, struct str document)
{
    struct buf copies;
    buf_init(&copies, PERSON_ROW_MAX);
    add_copies(p, recorded, document, &copies);
    buf_add(&p->into_row.plain, copies.p, copies.len);
    bool fits = !copies.failed && !p->into_row.plain.failed;
    buf_release(&copies);
    return fits;
}

/* ---- against the ledger ---- */

static enum status waits(struct import_job *j, uint64_t from, struct diag *d)
{
    uint32_t batch;
    uint32_t recovery;
    TRY(fold_line_waiting(ledger_txn(j->l), ledger_head(j->l)->batches, from, &batch,
                          d));
    if (batch != 0) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "line-waiting",
                         "the duplicate has a line in batch %u, which is not exported",
                         batch);
        import_row_hint(&j->row, "export or drop the line first");
    }
    TRY(fold_recovery_open(ledger_txn(j->l), from, &recovery, d));
    if (recovery != 0) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "recovery-open",
                         "recovery %u of the duplicate is open", recovery);
        import_row_hint(&j->row, "finish it first, or decide it anew for the one who "
                                 "is kept");
    }
    return ST_OK;
}

/* Would all of it fit into the kept one's row and account? Tried in memory. */
static void try_pair(struct import_job *j, struct pair *p)
{
    struct buf *row = &p->into_row.plain;
    struct diag inner = {.status = ST_OK};
    size_t months = 0;
    bool fits = copy_into(p, UINT64_MAX / 2, j->u.merge.document) &&
                row->len <= PERSON_ROW_MAX * 3 / 4 &&
                person_read(buf_str(row), UINT64_MAX, p->into, &inner) == ST_OK &&
                p->into->fact_count <= PERSON_FACTS_MAX / 2 + 200;
    for (size_t i = 0; fits && i < p->into->paid_count; i++) {
        months += (size_t)p->into->paid[i].months;
    }
    if (!fits || months > PERSON_HISTORY_MONTHS_MAX) {
        import_row_fault(&j->row, FIELD_INTO, "person-full",
                         "too much is recorded of the two to be one");
    }
}

static enum status fit_accounts(struct import_job *j, uint64_t from, uint64_t into,
                                struct diag *d)
{
    struct diag inner = {.status = ST_OK};
    const uint64_t who[2] = {from, into};
    struct account *both = calloc(2, sizeof *both);
    enum status st = both != NULL ? ST_OK : diag_memory(d);
    for (int i = 0; i < 2 && st == ST_OK; i++) {
        uint8_t key[8];
        struct str row;
        put_u64(key, who[i]);
        st = store_get(ledger_txn(j->l), TABLE_ACCOUNTS, str_make(key, 8), &row, d);
        if (st == ST_OK) {
            st = account_read(row, &both[i], d);
        }
    }
    if (st == ST_OK && account_absorb(&both[1], &both[0], &inner) != ST_OK) {
        import_row_fault(&j->row, FIELD_INTO, "person-full",
                         "the two have too many programmes to be one");
    }
    free(both);
    return st;
}

static enum status check_pair(struct import_job *j, uint64_t from, uint64_t into,
                              struct diag *d)
{
    struct pair p = {.from = NULL};
    enum status st = pair_read(j, from, into, &p, d);
    if (st == ST_OK && p.into->merge_count >= PERSON_MERGES_MAX - 2) {
        import_row_fault(&j->row, FIELD_INTO, "person-full", "merged too often");
    } else if (st == ST_OK) {
        try_pair(j, &p);
    }
    pair_release(&p);
    return st;
}

static enum status check_merge(struct import_job *j, struct diag *d)
{
    struct merge_row *u = &j->u.merge;
    uint64_t from;
    uint64_t into;
    TRY(import_person_known(j, u->id, &from, d));
    TRY(vault_find(j->l, u->into, &into, d));
    if (into == 0) {
        import_row_fault(&j->row, FIELD_INTO, "unknown-person",
                         "nobody is known with this ID number");
        import_row_hint(&j->row, "check the number of the person who is kept");
    }
    if (from == 0 || into == 0) {
        return ST_OK;
    }
    if (from == into) {
        import_row_fault(&j->row, FIELD_INTO, "same-person",
                         "both numbers lead to one person already");
        return ST_OK;
    }
    /* A row must not depend on another of the file. */
    unsigned earlier = import_seen_person(&j->seen, from);
    earlier += import_seen_person(&j->seen, into);
    if (earlier > 0) {
        import_row_fault(&j->row, FIELD_ID_NUMBER, "duplicate-row",
                         "another row merges one of the two");
        import_row_hint(&j->row, "merge chains one by one, each in a file of its own");
        return ST_OK;
    }
    TRY(waits(j, from, d));
    TRY(fit_accounts(j, from, into, d));
    return check_pair(j, from, into, d);
}

/* ---- taking in ---- */

/* All numbers that lead to `from` lead to `into`: its own, and those of who was merged
 * into it before, a chain in the order of merges. */
static enum status lead_ids(struct import_job *j, uint64_t from, uint64_t into,
                            struct diag *d)
{
    uint64_t todo[PERSON_MERGES_MAX * 4];
    size_t count = 1;
    todo[0] = from;
    while (count > 0) {
        TRY(import_person_read(j, todo[--count], d));
        const struct person *p = j->person;
        for (size_t i = 0; i < p->fact_count; i++) {
            char id[ID_NUMBER_LEN + 1];
            if (p->facts[i].code == FACT_ID_NUMBER &&
                id_number_normal(p->facts[i].value, id) == ID_OK) {
                TRY(vault_index(j->l, id, into, d));
            }
        }
        for (size_t i = 0; i < p->merge_count; i++) {
            if (!p->merges[i].into && count < sizeof todo / sizeof todo[0]) {
                todo[count++] = p->merges[i].other;
            }
        }
    }
    return ST_OK;
}

static void commit_to(struct import_job *j, const struct vault_row *row, size_t from,
                      uint64_t recorded, uint8_t out[DIGEST_LEN])
{
    vault_commitment(j->l, row, recorded,
                     str_make(row->plain.p + from, row->plain.len - from), out);
}

/* Body {1: import, 2: row, 3: duplicate, 4: kept, 5, 6: commitments}. */
static enum status append_merge(struct import_job *j, const struct pair *p,
                                const uint8_t from[DIGEST_LEN],
                                const uint8_t into[DIGEST_LEN], struct diag *d)
{
    uint8_t bytes[160];
    struct writer w;
    const uint64_t values[4] = {j->number, j->row.ordinal, p->from->number,
                                p->into->number};
    writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 6);
    for (uint64_t key = 1; key <= 4; key++) {
        cbor_pair_uint(&w, key, values[key - 1]);
    }
    cbor_pair_bytes(&w, 5, from, DIGEST_LEN);
    cbor_pair_bytes(&w, 6, into, DIGEST_LEN);
    must(!w.failed);
    return ledger_append(j->l, KIND_MERGE, writer_str(&w), NULL, d);
}

static enum status write_pair(struct import_job *j, struct pair *p, struct diag *d)
{
    uint64_t recorded = ledger_head(j->l)->tree.size;
    struct str document = j->u.merge.document;
    struct merging into = {.recorded = recorded,
                           .into = true,
                           .other = p->into->number,
                           .document = document};
    uint8_t from_commitment[DIGEST_LEN];
    uint8_t into_commitment[DIGEST_LEN];
    size_t from_at = p->from_row.plain.len;
    size_t into_at = p->into_row.plain.len;
    bool fits = copy_into(p, recorded, document);
    person_add_merge(&p->from_row.plain, &into);
    if (!fits) {
        return diag_memory(d);
    }
    TRY(buf_check(&p->into_row.plain, d));
    TRY(buf_check(&p->from_row.plain, d));
    commit_to(j, &p->from_row, from_at, recorded, from_commitment);
    commit_to(j, &p->into_row, into_at, recorded, into_commitment);
    TRY(vault_row_write(j->l, &p->from_row, d));
    TRY(vault_row_write(j->l, &p->into_row, d));
    j->take.people += 2;
    j->take.row_bytes += p->from_row.plain.len + p->into_row.plain.len;
    return append_merge(j, p, from_commitment, into_commitment, d);
}

static enum status take_merge(struct import_job *j, struct diag *d)
{
    struct merge_row *u = &j->u.merge;
    struct pair p = {.from = NULL};
    uint64_t from;
    uint64_t into;
    TRY(vault_find(j->l, u->id, &from, d));
    TRY(vault_find(j->l, u->into, &into, d));
    must(from != 0 && into != 0 && from != into);
    enum status st = pair_read(j, from, into, &p, d);
    if (st == ST_OK) {
        st = write_pair(j, &p, d);
    }
    pair_release(&p);
    return st == ST_OK ? lead_ids(j, from, into, d) : st;
}

const struct import_kind import_merges_kind = {
    .what = IMPORT_MERGES,
    .name = "merges",
    .read = read_merge,
    .check = check_merge,
    .take = take_merge,
};
