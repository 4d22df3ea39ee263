/* import_history.c - what was paid before this ledger, month by month, taken over as
 * money and as knowledge: history records move it into the accounts, entries of each
 * person's row say which programme, months, day and document.
 *
 * Rows come in any order and a county's five years have a million of them, so they are
 * kept in 32 bytes each, sorted by person, and taken in person by person. A person's
 * payments go into records in portions, each with the entries it commits to. */
#include "batch/import_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/money.h"
#include "base/must.h"
#include "batch/import_preview.h"
#include "ledger/settled.h"

#define HISTORY_ROWS_MAX 20000000 /* 640 MB */
#define PROGRAMMES_MAX 40         /* of one file: postings of a record */
#define DOCUMENTS_MAX 4000000
#define NAMES_BYTES_MAX ((size_t)512 * 1024 * 1024)
#define MONTH_FIRST (1950 * 12)
/* Of an entry in a record, at most: its head and commitment, a programme, a span. */
#define HEAD_BYTES 50
#define PROGRAMME_BYTES 40
#define SPAN_BYTES 18
#define PORTION_BYTES 1200
#define PORTION_PROGRAMMES 2 /* each has a posting: chunk_fits */

struct payment {
    uint64_t person;
    int64_t fen;
    int32_t month;
    int32_t paid_on;
    uint32_t document;
    uint8_t programme;
};

/* Texts with numbers, found again by their hash. */
struct names {
    struct str *list;
    uint32_t *slots; /* number + 1; 0: free */
    size_t count, room, slot_count;
};

struct import_history {
    struct arena *arena; /* of the texts */
    struct names programmes, documents;
    int32_t settled[PROGRAMMES_MAX]; /* by programme: by an earlier import; -1 */
    struct payment *rows;
    size_t count, room;
    char last_id[ID_NUMBER_LEN + 1]; /* whose row j->person is; "": nobody's */
    uint64_t last_person;
    struct account *account; /* work space */
    struct paid paid[PERSON_PAID_ENTRY];
};

void import_history_free(struct import_history *h)
{
    if (h != NULL) {
        arena_free(h->arena);
        free(h->programmes.list);
        free(h->programmes.slots);
        free(h->documents.list);
        free(h->documents.slots);
        free(h->rows);
        free(h->account);
        free(h);
    }
}

static enum status history_new(struct import_job *j, struct diag *d)
{
    if (j->history != NULL) {
        return ST_OK;
    }
    struct import_history *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return diag_memory(d);
    }
    j->history = h;
    h->account = calloc(1, sizeof *h->account);
    return h->account != NULL ? arena_new(&h->arena, NAMES_BYTES_MAX, d)
                              : diag_memory(d);
}

/* ---- names ---- */

static size_t slot_of(const struct names *n, struct digest *g, struct str name)
{
    size_t at = (size_t)import_seen_key(g, name, str_of("")) & (n->slot_count - 1);
    while (n->slots[at] != 0 && !str_eq(n->list[n->slots[at] - 1], name)) {
        at = (at + 1) & (n->slot_count - 1);
    }
    return at;
}

static enum status names_grow(struct names *n, struct digest *g, struct diag *d)
{
    size_t room = n->room == 0 ? 64 : 2 * n->room;
    struct str *list = realloc(n->list, room * sizeof *list);
    if (list == NULL) {
        return diag_memory(d);
    }
    n->list = list;
    uint32_t *slots = calloc(2 * room, sizeof *slots);
    if (slots == NULL) {
        return diag_memory(d);
    }
    free(n->slots);
    n->slots = slots;
    n->slot_count = 2 * room;
    n->room = room;
    for (size_t i = 0; i < n->count; i++) {
        n->slots[slot_of(n, g, n->list[i])] = (uint32_t)i + 1;
    }
    return ST_OK;
}

static enum status name_number(struct import_job *j, struct names *n, size_t max,
                               struct str name, uint32_t *out, struct diag *d)
{
    if (n->count == n->room) {
        TRY(names_grow(n, j->g, d));
    }
    size_t at = slot_of(n, j->g, name);
    if (n->slots[at] == 0) {
        const char *copy = arena_str(j->history->arena, name);
        if (copy == NULL) {
            return arena_check(j->history->arena, d);
        }
        if (n->count == max) {
            return diag_fail(d, ST_INPUT, "too-many",
                             "more than %zu programmes or documents in one file", max);
        }
        n->list[n->count++] = str_make(copy, name.n);
        n->slots[at] = (uint32_t)n->count;
    }
    *out = n->slots[at] - 1;
    return ST_OK;
}

static enum status programme_number(struct import_job *j, uint32_t *out, struct diag *d)
{
    struct import_history *h = j->history;
    size_t before = h->programmes.count;
    struct str code = j->u.history.programme;
    TRY(name_number(j, &h->programmes, PROGRAMMES_MAX, code, out, d));
    if (h->programmes.count == before) {
        return ST_OK;
    }
    /* What the act in hand settled is not earlier than it. */
    uint64_t below = j->begun_at != 0 ? j->begun_at : UINT64_MAX;
    return settled_through(ledger_txn(j->l), code, below, &h->settled[*out], d);
}

/* ---- the row alone ---- */

static bool read_period(struct import_job *j)
{
    struct import_row *r = &j->row;
    int32_t month = 0;
    int32_t last = month_of_day(j->today) / 12 * 12 + 11;
    if (!month_parse(import_row_field(r, FIELD_PERIOD), &month)) {
        if (!import_row_odd(r, FIELD_PERIOD, "bad-month")) {
            import_row_fault(r, FIELD_PERIOD, "bad-month", "not a month");
            import_row_hint(r, "the month the amount belongs to: YYYY-MM");
        }
        return false;
    }
    j->u.history.month = month;
    if (month >= MONTH_FIRST && month <= last) {
        return true;
    }
    import_row_fault(r, FIELD_PERIOD, "bad-month",
                     "a month before 1950 or after this year");
    return import_row_hint(r, "compare it with the list of payments");
}

static bool read_amount(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct str amount = import_row_field(r, FIELD_AMOUNT);
    bool ok = money_parse_loose(amount, &j->u.history.fen) && j->u.history.fen > 0 &&
              j->u.history.fen <= ACCOUNT_FEN_MAX / 10;
    if (!ok && !import_row_odd(r, FIELD_AMOUNT, "bad-amount")) {
        import_row_fault(r, FIELD_AMOUNT, "bad-amount", "not an amount that was paid");
        import_row_hint(r, "yuan with at most two decimals, above zero: 1200.00; "
                           "leave out months in which nothing was paid");
    }
    return ok;
}

static bool read_history(struct import_job *j)
{
    struct import_row *r = &j->row;
    struct history_row *u = &j->u.history;
    memset(u, 0, sizeof *u);
    u->paid_on = DAY_NEVER;
    bool ok = import_row_id(r, FIELD_ID_NUMBER, j->today, u->id);
    ok = import_row_text(r, FIELD_PROGRAMME, IMPORT_REQUIRED, PROGRAMME_CODE_MAX,
                         &u->programme) &&
         ok;
    ok = import_row_programme(r, &u->programme) && ok;
    ok = read_period(j) && ok;
    ok = read_amount(j) && ok;
    ok = import_row_day(r, FIELD_PAID_ON, false, &u->paid_on) && ok;
    if (u->paid_on != DAY_NEVER && u->paid_on > j->today) {
        import_row_fault(r, FIELD_PAID_ON, "bad-date", "a day after today");
        ok = import_row_hint(r, "history is what was paid already");
    }
    return import_row_text(r, FIELD_DOCUMENT, IMPORT_OPTIONAL, IMPORT_TEXT_CHARS,
                           &u->document) &&
           ok;
}

/* ---- against the ledger and the other rows ---- */

/* The person, whose row is not opened again for the next payment in the file. */
static enum status find_person(struct import_job *j, uint64_t *person, struct diag *d)
{
    struct import_history *h = j->history;
    if (memcmp(h->last_id, j->u.history.id, sizeof h->last_id) == 0) {
        *person = h->last_person;
        return ST_OK;
    }
    h->last_id[0] = '\0';
    TRY(import_person_known(j, j->u.history.id, person, d));
    if (*person != 0) {
        memcpy(h->last_id, j->u.history.id, sizeof h->last_id);
        h->last_person = *person;
    }
    return ST_OK;
}

/* What an earlier import said; of the act in hand nothing is read here. */
static bool month_known(const struct import_job *j)
{
    const struct history_row *u = &j->u.history;
    const struct person *p = j->person;
    for (size_t i = 0; i < p->paid_count; i++) {
        const struct paid *at = &p->paid[i];
        bool earlier = j->begun_at == 0 || at->recorded < j->begun_at;
        if (earlier && u->month >= at->from && u->month < at->from + at->months &&
            str_eq(at->programme, u->programme)) {
            return true;
        }
    }
    return false;
}

static enum status check_twice(struct import_job *j, const struct payment *p,
                               struct diag *d)
{
    uint8_t bytes[40];
    struct writer w;
    bool again;
    writer_init(&w, bytes, sizeof bytes);
    writer_u64(&w, p->person);
    writer_varint(&w, (uint64_t)p->month);
    writer_varint(&w, p->programme);
    writer_varint(&w, p->document);
    uint64_t key = import_seen_key(j->g, writer_str(&w), str_of("history"));
    TRY(import_seen_add(&j->seen, key, &again, d));
    if (again) {
        import_row_fault(&j->row, FIELD_PERIOD, "duplicate-row",
                         "a second row for this person, programme, month and document");
        import_row_hint(&j->row, "keep one of the rows, or give each its document: "
                                 "then they are added up");
    }
    return ST_OK;
}

static enum status keep_row(struct import_history *h, const struct payment *p,
                            struct diag *d)
{
    if (h->count == HISTORY_ROWS_MAX) {
        diag_fail(d, ST_INPUT, "too-many", "more than %d rows in one file",
                  HISTORY_ROWS_MAX);
        return diag_hint(d, "split it by programme");
    }
    if (h->count == h->room) {
        size_t room = h->room == 0 ? 4096 : 2 * h->room;
        struct payment *rows = realloc(h->rows, room * sizeof *rows);
        if (rows == NULL) {
            return diag_memory(d);
        }
        h->rows = rows;
        h->room = room;
    }
    h->rows[h->count++] = *p;
    return ST_OK;
}

static enum status check_history(struct import_job *j, struct diag *d)
{
    const struct history_row *u = &j->u.history;
    struct payment p = {.fen = u->fen, .month = u->month, .paid_on = u->paid_on};
    uint32_t programme;
    TRY(history_new(j, d));
    TRY(find_person(j, &p.person, d));
    if (p.person == 0) {
        return ST_OK;
    }
    TRY(programme_number(j, &programme, d));
    TRY(name_number(j, &j->history->documents, DOCUMENTS_MAX, u->document, &p.document,
                    d));
    p.programme = (uint8_t)programme;
    if (u->month <= j->history->settled[programme]) {
        import_row_fault(&j->row, FIELD_PERIOD, "settled-month",
                         "an earlier history import settled this month");
        import_row_hint(&j->row, "a settled month is not changed by more history: "
                                 "almoner correct post");
        return ST_OK;
    }
    if (month_known(j)) {
        import_row_fault(&j->row, FIELD_PERIOD, "history-known",
                         "an earlier history import has this month of the person");
        import_row_hint(&j->row, "leave out what was taken over already");
        return ST_OK;
    }
    TRY(check_twice(j, &p, d));
    return j->row.bad ? ST_OK : keep_row(j->history, &p, d);
}

/* ---- all rows ---- */

static int by_person(const void *a, const void *b)
{
    const struct payment *x = a;
    const struct payment *y = b;
    if (x->person != y->person) {
        return x->person < y->person ? -1 : 1;
    }
    if (x->programme != y->programme) {
        return x->programme < y->programme ? -1 : 1;
    }
    if (x->month != y->month) {
        return x->month < y->month ? -1 : 1;
    }
    return (x->document > y->document) - (x->document < y->document);
}

/* The end of the person's rows that begin at `at`. */
static size_t person_end(const struct import_history *h, size_t at)
{
    size_t end = at;
    while (end < h->count && h->rows[end].person == h->rows[at].person) {
        end++;
    }
    return end;
}

/* The end of the rows of a programme, from `at` on, before `end`. */
static size_t programme_end(const struct import_history *h, size_t at, size_t end)
{
    size_t i = at;
    while (i < end && h->rows[i].programme == h->rows[at].programme) {
        i++;
    }
    return i;
}

/* How far the person's rows from `at` on go into one entry of a record: by months. */
static size_t portion_end(const struct import_history *h, size_t at, size_t end)
{
    size_t bytes = HEAD_BYTES;
    size_t programmes = 0;
    size_t i = at;
    while (i < end) {
        const struct payment *p = &h->rows[i];
        bool other = i == at || p->programme != h->rows[i - 1].programme;
        bool month = other || p->month != h->rows[i - 1].month;
        bytes += other ? PROGRAMME_BYTES : 0U;
        bytes += month ? SPAN_BYTES : 0U;
        programmes += other ? 1 : 0;
        if (bytes > PORTION_BYTES || programmes > PORTION_PROGRAMMES) {
            break;
        }
        i++;
    }
    return i;
}

/* The sums of the months of one programme's rows, equal neighbours in one span. */
static size_t spans_of(const struct import_history *h, size_t at, size_t end,
                       struct span *out)
{
    size_t n = 0;
    for (size_t i = at; i < end;) {
        int32_t month = h->rows[i].month;
        int64_t fen = 0;
        for (; i < end && h->rows[i].month == month; i++) {
            fen += h->rows[i].fen; /* at most 2^32 times ACCOUNT_FEN_MAX / 10 */
        }
        struct span *last = n > 0 ? &out[n - 1] : NULL;
        if (last != NULL && last->from + last->months == month && last->fen == fen) {
            last->months++;
        } else {
            out[n++] = (struct span){.from = month, .months = 1, .fen = fen};
        }
    }
    return n;
}

/* The rows of one programme and document from `at` on, as entries' spans. */
static size_t paid_of(struct import_history *h, size_t at, size_t end, size_t *n)
{
    const struct payment *first = &h->rows[at];
    size_t i = at;
    *n = 0;
    for (; i < end; i++) {
        const struct payment *p = &h->rows[i];
        struct paid *last = *n > 0 ? &h->paid[*n - 1] : NULL;
        if (p->programme != first->programme || p->document != first->document) {
            break;
        }
        if (last != NULL && last->from + last->months == p->month &&
            last->fen == p->fen && last->paid_on == p->paid_on) {
            last->months++;
            continue;
        }
        if (*n == PERSON_PAID_ENTRY) {
            break;
        }
        h->paid[(*n)++] = (struct paid){
            .programme = h->programmes.list[p->programme],
            .document = h->documents.list[p->document],
            .from = p->month,
            .months = 1,
            .fen = p->fen,
            .paid_on = p->paid_on,
        };
    }
    return i;
}

/* Adds the entries of rows at..end to the row; counts their spans into *spans. */
static void add_entries(struct import_history *h, size_t at, size_t end,
                        uint64_t recorded, struct buf *row, size_t *spans)
{
    while (at < end) {
        size_t n;
        at = paid_of(h, at, end, &n);
        h->paid[0].recorded = recorded;
        person_add_paid(row, h->paid, n);
        *spans += n;
    }
}

static enum status read_account(struct import_job *j, uint64_t person, struct diag *d)
{
    uint8_t key[8];
    struct str row;
    put_u64(key, person);
    TRY(store_get(ledger_txn(j->l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    return account_read(row, j->history->account, d);
}

static enum status too_much(uint64_t person, struct diag *d)
{
    diag_fail(d, ST_INPUT, "person-full", "too much history of person %llu",
              (unsigned long long)person);
    return diag_hint(d, "at most %d programmes and some 2,000 payments of one person",
                     ACCOUNT_PROGRAMMES_MAX);
}

/* Is there room for a person's payments in the account and in the row? Tried in
 * memory, so that taking in cannot fail half-way. */
static enum status try_person(struct import_job *j, size_t at, size_t end,
                              struct diag *d)
{
    struct import_history *h = j->history;
    uint64_t person = h->rows[at].person;
    struct span spans[HISTORY_SPANS_MAX];
    struct diag inner = {.status = ST_OK};
    TRY(import_person_read(j, person, d));
    TRY(read_account(j, person, d));
    size_t paid = j->person->paid_count;
    size_t months = 0;
    for (size_t i = 0; i < paid; i++) {
        months += (size_t)j->person->paid[i].months;
    }
    for (size_t i = at; i < end;) {
        size_t stop = portion_end(h, i, end);
        struct postings p = {.count = 0};
        add_entries(h, i, stop, UINT64_MAX / 2, &j->row_of.plain, &paid);
        while (i < stop) {
            size_t next = programme_end(h, i, stop);
            size_t n = spans_of(h, i, next, spans);
            struct str code = h->programmes.list[h->rows[i].programme];
            for (size_t k = 0; k < n; k++) {
                if (account_taken_over(h->account, code, spans[k], &p, &inner) !=
                    ST_OK) {
                    return too_much(person, d);
                }
            }
            i = next;
        }
    }
    return paid > PERSON_PAID_MAX || months + (end - at) > PERSON_HISTORY_MONTHS_MAX ||
                   j->row_of.plain.failed ||
                   j->row_of.plain.len > PERSON_ROW_MAX * 3 / 4
               ? too_much(person, d)
               : ST_OK;
}

/* ---- what runs granted in the months that are settled ---- */

static int64_t granted_within(const struct account_programme *p, int32_t after,
                              int32_t through)
{
    int64_t fen = 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct segment *s = &p->segments[i];
        int32_t from = s->from > after ? s->from : after + 1;
        int32_t end = s->from + s->months - 1;
        end = end < through ? end : through;
        if (end >= from) {
            fen += s->fen[ACCOUNT_GRANTED] * (end - from + 1);
        }
    }
    return fen;
}

static enum status add_overruled(struct import_job *j, struct str row, struct diag *d)
{
    struct import_history *h = j->history;
    int64_t fen = 0;
    TRY(account_read(row, h->account, d));
    for (size_t i = 0; i < h->programmes.count; i++) {
        const struct account_programme *p =
            account_find(h->account, h->programmes.list[i]);
        fen += p == NULL ? 0 : granted_within(p, h->settled[i], j->list.month);
    }
    j->report->overruled_people += fen > 0;
    j->report->overruled_fen += fen;
    return ST_OK;
}

/* All of it gives way to what the history says, of people who are not in it as well:
 * the maker must have meant that. */
static enum status find_overruled(struct import_job *j, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str row;
    TRY(store_cursor_open(ledger_txn(j->l), TABLE_ACCOUNTS, &c, d));
    enum status st = store_cursor_next(c, &key, &row, d);
    while (st == ST_OK && key.p != NULL) {
        st = add_overruled(j, row, d);
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &row, d);
        }
    }
    store_cursor_close(c);
    return st;
}

static enum status after_history(struct import_job *j, struct diag *d)
{
    struct import_history *h = j->history;
    must(h != NULL); /* a file has a row at least */
    qsort(h->rows, h->count, sizeof *h->rows, by_person);
    h->last_id[0] = '\0'; /* rows of people are read here */
    if (j->begun_at != 0) {
        return ST_OK;
    }
    for (size_t at = 0; at < h->count;) {
        size_t end = person_end(h, at);
        TRY(try_person(j, at, end, d));
        at = end;
    }
    return find_overruled(j, d);
}

enum status import_history_sums(const struct import_job *j,
                                enum status (*each)(void *ctx,
                                                    const struct preview_history *x,
                                                    struct diag *d),
                                void *ctx, struct diag *d)
{
    const struct import_history *h = j->history;
    for (size_t at = 0; at < h->count;) {
        size_t end = programme_end(h, at, person_end(h, at));
        struct str code = h->programmes.list[h->rows[at].programme];
        struct preview_history x = {.people = 1, .rows = end - at};
        must(str_copy(code, x.code, sizeof x.code)); /* import_row_programme */
        x.first = h->rows[at].month;
        x.last = h->rows[end - 1].month;
        for (; at < end; at++) {
            x.fen += h->rows[at].fen; /* the account took them: far below the limit */
        }
        TRY(each(ctx, &x, d));
    }
    return ST_OK;
}

/* ---- taking in ---- */

/* The entry's programmes into the record in the making; moves their money. */
static enum status put_programmes(struct import_job *j, size_t at, size_t end,
                                  struct diag *d)
{
    struct import_history *h = j->history;
    struct chunk *c = &j->take.chunk;
    struct span spans[HISTORY_SPANS_MAX];
    size_t programmes = 0;
    for (size_t i = at; i < end; i = programme_end(h, i, end)) {
        programmes++;
    }
    cbor_put_array(&c->entries, programmes);
    while (at < end) {
        size_t next = programme_end(h, at, end);
        size_t n = spans_of(h, at, next, spans);
        struct str code = h->programmes.list[h->rows[at].programme];
        cbor_put_array(&c->entries, 2);
        cbor_put_text(&c->entries, code);
        cbor_put_array(&c->entries, n);
        for (size_t k = 0; k < n; k++) {
            cbor_put_array(&c->entries, 3);
            span_write(&spans[k], &c->entries);
        }
        TRY(fold_history(ledger_fold(j->l), h->rows[at].person, code, spans, n,
                         &c->postings, d));
        at = next;
    }
    must(!c->entries.failed);
    return ST_OK;
}

static enum status take_portion(struct import_job *j, size_t at, size_t end,
                                bool continued, struct diag *d)
{
    struct import_history *h = j->history;
    struct import_take *t = &j->take;
    uint8_t commitment[DIGEST_LEN];
    size_t spans = 0;
    if (continued || !chunk_fits(&t->chunk, PORTION_BYTES)) {
        TRY(import_take_flush(j, d)); /* a person is in a record once */
    }
    uint64_t recorded = ledger_head(j->l)->tree.size;
    size_t from = j->row_of.plain.len;
    add_entries(h, at, end, recorded, &j->row_of.plain, &spans);
    TRY(buf_check(&j->row_of.plain, d));
    struct str row = buf_str(&j->row_of.plain);
    vault_commitment(j->l, &j->row_of, recorded, str_make(row.p + from, row.n - from),
                     commitment);
    cbor_put_array(&t->chunk.entries, 3);
    cbor_put_uint(&t->chunk.entries, j->row_of.person);
    cbor_put_bytes(&t->chunk.entries, commitment, DIGEST_LEN);
    TRY(put_programmes(j, at, end, d));
    t->chunk.count++;
    TRY(vault_row_write(j->l, &j->row_of, d));
    t->row_bytes += row.n;
    t->people++;
    return ST_OK;
}

static enum status take_person(struct import_job *j, size_t at, size_t end,
                               struct diag *d)
{
    const struct import_history *h = j->history;
    bool continued = false;
    TRY(vault_row_read(j->l, h->rows[at].person, &j->row_of, d));
    while (at < end) {
        size_t stop = portion_end(h, at, end);
        TRY(take_portion(j, at, stop, continued, d));
        continued = true;
        at = stop;
    }
    return ST_OK;
}

static enum status take_history(struct import_job *j, struct diag *d)
{
    struct import_history *h = j->history;
    bool due = false;
    j->take.kind = KIND_HISTORY;
    for (size_t at = 0; at < h->count;) {
        size_t end = person_end(h, at);
        uint64_t person = h->rows[at].person;
        if (person > j->skip) {
            TRY(take_person(j, at, end, d));
            import_take_done(j, person, &due);
        }
        at = end;
        if (due) {
            due = false;
            TRY(import_take_border(j, d));
        }
    }
    return ST_OK;
}

const struct import_kind import_history_kind = {
    .what = IMPORT_HISTORY,
    .name = "history",
    .read = read_history,
    .check = check_history,
    .after = after_history,
    .whole = take_history,
};
