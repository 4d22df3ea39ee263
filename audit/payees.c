/* payees.c - see payees.h. Whose rows to open is known from the records: those that
 * commit to what files of routes brought. So it costs what was ever registered, not the
 * size of the county. */
#include "audit/payees.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "entitle/payee.h"
#include "ledger/body.h"
#include "ledger/erasure.h"
#include "ledger/money.h"

struct reading {
    struct ledger *l;
    const struct progress *progress;
    int32_t today;
    uint64_t people;
    uint8_t *looked; /* bits by person */
    struct vault_row row;
    struct person *person;
    struct digest *g;
    size_t room;
    struct payees_list *out;
};

const char *payees_state_name(enum payees_state s)
{
    switch (s) {
    case PAYEES_IN_FORCE:
        return "in-force";
    case PAYEES_ENDING:
        return "ending";
    case PAYEES_ENDED:
        return "ended";
    }
    return "?";
}

/* ---- whose routes came by files ---- */

static enum status mark_record(struct reading *x, const struct record *rec,
                               struct diag *d)
{
    struct chunk_body c;
    struct reader r;
    bool good = chunk_body_read(rec->body, &c);
    reader_init(&r, c.entries.p, good ? c.entries.n : 0);
    for (uint64_t i = 0; good && i < c.count; i++) {
        cbor_get_array(&r);
        uint64_t person = cbor_get_uint(&r);
        cbor_skip(&r);
        good = !r.failed && person <= x->people;
        if (good) {
            x->looked[person / 8] |= (uint8_t)(1U << person % 8);
        }
    }
    return good ? ST_OK
                : diag_fail(d, ST_INTEGRITY, "facts-record",
                            "record %llu is not in its form",
                            (unsigned long long)rec->sequence);
}

static enum status mark_import(struct reading *x, uint64_t start, struct diag *d)
{
    uint64_t size = ledger_head(x->l)->tree.size;
    for (uint64_t at = start + 1; at < size; at++) {
        struct record rec;
        TRY(record_get(ledger_txn(x->l), at, &rec, NULL, d));
        if (rec.kind != KIND_FACTS) {
            break;
        }
        TRY(mark_record(x, &rec, d));
    }
    return ST_OK;
}

static enum status mark_all(struct reading *x, struct diag *d)
{
    for (uint32_t n = 1; n <= ledger_head(x->l)->imports; n++) {
        struct import_entry e;
        TRY(import_get(ledger_txn(x->l), n, &e, d));
        if (e.what == IMPORT_ROUTES && e.confirmed_at != 0) {
            TRY(mark_import(x, e.confirmed_at, d));
        }
    }
    return ST_OK;
}

/* ---- one person ---- */

static void copy(struct str s, char *out, size_t cap)
{
    if (!str_copy(s, out, cap)) {
        out[0] = '\0'; /* longer than an import takes */
    }
}

static uint64_t payee_key(struct reading *x, const struct route *r)
{
    uint8_t digest[DIGEST_LEN];
    bool id = r->payee_id.n > 0;
    digest_once(x->g, id ? r->payee_id : r->payee_name, id ? str_of("") : r->account,
                digest);
    return get_u64(digest);
}

static enum status add_row(struct reading *x, const struct route *r, int32_t until_day,
                           struct diag *d)
{
    struct payees_list *out = x->out;
    if (out->count == x->room) {
        size_t room = x->room == 0 ? 64 : x->room * 2;
        struct payees_row *rows = realloc(out->rows, room * sizeof *rows);
        if (rows == NULL) {
            return diag_memory(d);
        }
        out->rows = rows;
        x->room = room;
    }
    struct payees_row *row = &out->rows[out->count++];
    memset(row, 0, sizeof *row);
    row->person = x->person->number;
    row->state = until_day < x->today                       ? PAYEES_ENDED
                 : until_day - x->today <= PAYEES_SOON_DAYS ? PAYEES_ENDING
                                                            : PAYEES_IN_FORCE;
    copy(r->programme, row->programme, sizeof row->programme);
    copy(r->relation, row->relation, sizeof row->relation);
    copy(r->payee_name.n > 0 ? r->payee_name : r->account_name, row->name,
         sizeof row->name);
    copy(r->authorisation, row->authorisation, sizeof row->authorisation);
    row->effective = r->effective;
    row->until = r->until;
    row->payee = payee_key(x, r);
    out->ending += row->state == PAYEES_ENDING;
    out->ended += row->state == PAYEES_ENDED;
    return ST_OK;
}

/* A day later than any, and still far from the limits of int32_t. */
static int32_t until_day(const struct route *r)
{
    return r->until == DAY_NEVER ? INT32_MAX / 2 : r->until;
}

static enum status one_person(struct reading *x, uint64_t number, struct diag *d)
{
    struct person *p = x->person;
    enum status st = vault_row_read(x->l, number, &x->row, d);
    if (erasure_failed(st, d)) {
        return ST_OK;
    }
    TRY(st);
    TRY(person_read(buf_str(&x->row.plain), UINT64_MAX, p, d));
    p->number = number;
    bool dead = person_death(p) != DAY_NEVER;
    for (size_t i = 0; i < p->route_count; i++) {
        const struct route *r = &p->routes[i];
        struct payee now;
        payee_route_on(p, r->programme, x->today, &now);
        if (now.route == r && !route_is_own(r) &&
            (!dead || str_is(r->relation, "继承人"))) {
            TRY(add_row(x, r, until_day(r), d));
        }
    }
    return ST_OK;
}

static enum status all_people(struct reading *x, struct diag *d)
{
    for (uint64_t n = 1; n <= x->people; n++) {
        if ((x->looked[n / 8] >> n % 8 & 1) == 0) {
            continue;
        }
        TRY(one_person(x, n, d));
        if (n % 1024 == 0) {
            progress_tick(x->progress, "payees", n, x->people);
        }
    }
    return ST_OK;
}

/* ---- how many people each is paid for ---- */

struct pair {
    uint64_t payee;
    uint64_t person;
};

static int by_payee(const void *a, const void *b)
{
    const struct pair *x = a;
    const struct pair *y = b;
    if (x->payee != y->payee) {
        return x->payee < y->payee ? -1 : 1;
    }
    return (x->person > y->person) - (x->person < y->person);
}

static int find_payee(const void *key, const void *item)
{
    const uint64_t *payee = key;
    const struct pair *x = item;
    return (*payee > x->payee) - (*payee < x->payee);
}

/* pairs: sorted; then one for each payee, its person being the number of people. */
static size_t count_pairs(struct pair *pairs, size_t count)
{
    size_t n = 0;
    uint64_t last = 0;
    for (size_t i = 0; i < count; i++) {
        struct pair at = pairs[i];
        if (n > 0 && pairs[n - 1].payee == at.payee) {
            pairs[n - 1].person += at.person != last ? 1 : 0;
        } else {
            pairs[n++] = (struct pair){at.payee, 1};
        }
        last = at.person;
    }
    return n;
}

static enum status count_people(struct payees_list *out, struct diag *d)
{
    struct pair *pairs = calloc(out->count + 1, sizeof *pairs);
    if (pairs == NULL) {
        return diag_memory(d);
    }
    for (size_t i = 0; i < out->count; i++) {
        pairs[i] = (struct pair){out->rows[i].payee, out->rows[i].person};
    }
    qsort(pairs, out->count, sizeof *pairs, by_payee);
    size_t n = count_pairs(pairs, out->count);
    for (size_t i = 0; i < n; i++) {
        out->many += pairs[i].person >= PAYEES_MANY;
    }
    for (size_t i = 0; i < out->count; i++) {
        const struct pair *found =
            bsearch(&out->rows[i].payee, pairs, n, sizeof *pairs, find_payee);
        must(found != NULL);
        out->rows[i].people = (uint32_t)found->person;
    }
    free(pairs);
    return ST_OK;
}

enum status payees_list_read(struct ledger *l, int32_t today,
                             const struct progress *progress, struct payees_list *out,
                             struct diag *d)
{
    struct reading x = {.l = l,
                        .progress = progress,
                        .today = today,
                        .people = ledger_head(l)->people,
                        .out = out};
    memset(out, 0, sizeof *out);
    vault_row_init(&x.row);
    x.looked = calloc((size_t)(x.people / 8 + 1), 1);
    x.person = calloc(1, sizeof *x.person);
    enum status st =
        x.looked == NULL || x.person == NULL ? diag_memory(d) : digest_new(&x.g, d);
    if (st == ST_OK) {
        st = mark_all(&x, d);
    }
    if (st == ST_OK) {
        st = all_people(&x, d);
    }
    if (st == ST_OK) {
        st = count_people(out, d);
    }
    digest_free(x.g);
    vault_row_release(&x.row);
    free(x.looked);
    free(x.person);
    return st;
}

void payees_list_release(struct payees_list *x)
{
    free(x->rows);
    memset(x, 0, sizeof *x);
}
