/* unclaimed.c - the pass over everybody: each row is opened, evaluated for one month
 * and forgotten; what is missed stays as a small row, sorted at the end. It reads only.
 */
#include "audit/unclaimed.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

#define TICK_PEOPLE 4096
#define UNIT_TEXT_MAX 400
#define ROWS_FIRST 1024

struct unclaimed {
    struct unclaimed_row *rows;
    size_t count;
    size_t cap;
    char **units;     /* by number, in the order they appeared */
    uint32_t *sorted; /* their numbers by text */
    uint32_t *ranks;  /* the place of each by text, once all are known */
    uint32_t unit_count;
    uint64_t people;
};

struct pass {
    struct ledger *l;
    struct entitle *e;
    const struct unclaimed_terms *terms;
    struct unclaimed *u;
    uint32_t wants;
    int32_t day; /* whose unit counts */
    struct vault_row row;
    struct person *person;
    struct omitted omitted[EVAL_PROGRAMMES_MAX];
};

/* ---- units ---- */

static uint32_t find_place(const struct unclaimed *u, struct str text, bool *found)
{
    uint32_t low = 0;
    uint32_t high = u->unit_count;
    *found = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct str other = str_of(u->units[u->sorted[middle]]);
        size_t n = text.n < other.n ? text.n : other.n;
        int order = memcmp(text.p, other.p, n);
        order = order != 0 ? order : (text.n > other.n) - (text.n < other.n);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static enum status add_unit(struct unclaimed *u, struct str text, uint32_t *out,
                            struct diag *d)
{
    bool found;
    text.n = text.n < UNIT_TEXT_MAX ? text.n : UNIT_TEXT_MAX;
    uint32_t at = find_place(u, text, &found);
    if (found) {
        *out = u->sorted[at];
        return ST_OK;
    }
    if (u->unit_count == UNCLAIMED_UNITS_MAX) {
        return diag_fail(d, ST_CONFLICT, "units", "more than %d units",
                         UNCLAIMED_UNITS_MAX);
    }
    char *copy = calloc(text.n + 1, 1);
    if (copy == NULL) {
        return diag_memory(d);
    }
    memcpy(copy, text.n > 0 ? text.p : "", text.n);
    memmove(&u->sorted[at + 1], &u->sorted[at],
            (u->unit_count - at) * sizeof u->sorted[0]);
    u->sorted[at] = u->unit_count;
    u->units[u->unit_count] = copy;
    *out = u->unit_count++;
    return ST_OK;
}

/* ---- one person ---- */

static enum status add_row(struct unclaimed *u, const struct unclaimed_row *row,
                           struct diag *d)
{
    if (u->count == UNCLAIMED_ROWS_MAX) {
        diag_fail(d, ST_CONFLICT, "too-many", "more than %d cases", UNCLAIMED_ROWS_MAX);
        return diag_hint(d, "ask for one programme: --programme CODE");
    }
    if (u->count == u->cap) {
        size_t cap = u->cap == 0 ? ROWS_FIRST : u->cap * 2;
        struct unclaimed_row *rows = realloc(u->rows, cap * sizeof *rows);
        if (rows == NULL) {
            return diag_memory(d);
        }
        u->rows = rows;
        u->cap = cap;
    }
    u->rows[u->count++] = *row;
    return ST_OK;
}

static bool wanted(const struct unclaimed_terms *t, size_t programme,
                   const struct omitted *o)
{
    if (t->programme >= 0 && (size_t)t->programme != programme) {
        return false;
    }
    return t->warned ? o->warning != WHY_SOUND : o->why != OMISSION_NONE;
}

static enum status take_person(struct pass *p, struct diag *d)
{
    size_t programmes = policy_set_programme_count(entitle_policies(p->e));
    struct unclaimed_row row = {.person = p->person->number};
    bool known = false;
    if (!entitle_omitted(p->e, p->person, p->terms->month, p->omitted)) {
        return ST_OK;
    }
    for (size_t i = 0; i < programmes; i++) {
        const struct omitted *o = &p->omitted[i];
        if (!wanted(p->terms, i, o)) {
            continue;
        }
        if (!known) {
            struct str unit = person_value(p->person, "unit", p->day);
            TRY(add_unit(p->u, unit, &row.unit, d));
            known = true;
        }
        row.programme = (uint16_t)i;
        row.why = (uint8_t)o->why;
        row.warning = (uint8_t)o->warning;
        row.tier = o->tier;
        row.attribute = o->attribute;
        row.fen = o->fen;
        TRY(add_row(p->u, &row, d));
    }
    return ST_OK;
}

static enum status open_person(struct pass *p, struct str key, struct str sealed,
                               struct diag *d)
{
    struct reader r;
    reader_init(&r, key.p, key.n);
    uint64_t number = reader_u64(&r);
    if (r.failed) {
        return diag_fail(d, ST_INTEGRITY, "vault", "a person's key is not a number");
    }
    TRY(vault_row_open(p->l, number, sealed, &p->row, d));
    TRY(person_read_some(buf_str(&p->row.plain), UINT64_MAX, p->wants, p->person, d));
    p->person->number = number;
    p->u->people++;
    return take_person(p, d);
}

static enum status walk(struct pass *p, const struct progress *progress, struct diag *d)
{
    struct cursor *c;
    struct str key;
    struct str sealed;
    TRY(store_cursor_open(ledger_txn(p->l), TABLE_PEOPLE, &c, d));
    enum status st = store_cursor_next(c, &key, &sealed, d);
    while (st == ST_OK && key.p != NULL) {
        st = open_person(p, key, sealed, d);
        if (st == ST_OK && p->u->people % TICK_PEOPLE == 0) {
            progress_tick(progress, "unclaimed", p->u->people,
                          ledger_head(p->l)->people);
            if (progress_stop(progress)) {
                st = diag_fail(d, ST_INTERRUPTED, "interrupted", "stopped");
            }
        }
        if (st == ST_OK) {
            st = store_cursor_next(c, &key, &sealed, d);
        }
    }
    store_cursor_close(c);
    return st;
}

/* ---- the whole ---- */

/* Units become places in the order of their texts. */
static int compare_rows(const void *a, const void *b)
{
    const struct unclaimed_row *x = a;
    const struct unclaimed_row *y = b;
    if (x->unit != y->unit) {
        return x->unit < y->unit ? -1 : 1;
    }
    if (x->person != y->person) {
        return x->person < y->person ? -1 : 1;
    }
    return (x->programme > y->programme) - (x->programme < y->programme);
}

static void sort_rows(struct unclaimed *u)
{
    for (uint32_t i = 0; i < u->unit_count; i++) {
        u->ranks[u->sorted[i]] = i;
    }
    for (size_t i = 0; i < u->count; i++) {
        u->rows[i].unit = u->ranks[u->rows[i].unit];
    }
    if (u->count > 0) {
        qsort(u->rows, u->count, sizeof u->rows[0], compare_rows);
    }
}

static enum status make(struct unclaimed **out, struct diag *d)
{
    struct unclaimed *u = calloc(1, sizeof *u);
    if (u == NULL) {
        return diag_memory(d);
    }
    u->units = calloc(UNCLAIMED_UNITS_MAX, sizeof *u->units);
    u->sorted = calloc(UNCLAIMED_UNITS_MAX, sizeof *u->sorted);
    u->ranks = calloc(UNCLAIMED_UNITS_MAX, sizeof *u->ranks);
    if (u->units == NULL || u->sorted == NULL || u->ranks == NULL) {
        unclaimed_free(u);
        return diag_memory(d);
    }
    *out = u;
    return ST_OK;
}

enum status unclaimed_find(struct ledger *l, struct entitle *e,
                           const struct unclaimed_terms *terms,
                           const struct progress *progress, struct unclaimed **out,
                           struct diag *d)
{
    struct unclaimed *u = NULL;
    TRY(make(&u, d));
    struct pass *p = calloc(1, sizeof *p);
    struct person *person = calloc(1, sizeof *person);
    enum status st = ST_OK;
    if (p == NULL || person == NULL) {
        st = diag_memory(d);
    } else {
        p->l = l;
        p->e = e;
        p->terms = terms;
        p->u = u;
        p->wants = entitle_wants(e) | UINT32_C(1) << FACT_UNIT;
        p->day = month_last_day(terms->month);
        p->person = person;
        vault_row_init(&p->row);
        st = walk(p, progress, d);
        vault_row_release(&p->row);
    }
    free(person);
    free(p);
    if (st != ST_OK) {
        unclaimed_free(u);
        return st;
    }
    sort_rows(u);
    *out = u;
    return ST_OK;
}

void unclaimed_free(struct unclaimed *u)
{
    if (u == NULL) {
        return;
    }
    for (uint32_t i = 0; u->units != NULL && i < u->unit_count; i++) {
        free(u->units[i]);
    }
    free(u->units);
    free(u->sorted);
    free(u->ranks);
    free(u->rows);
    free(u);
}

size_t unclaimed_count(const struct unclaimed *u)
{
    return u->count;
}

const struct unclaimed_row *unclaimed_at(const struct unclaimed *u, size_t i)
{
    must(i < u->count);
    return &u->rows[i];
}

const char *unclaimed_unit(const struct unclaimed *u, uint32_t unit)
{
    must(unit < u->unit_count);
    return u->units[u->sorted[unit]];
}

uint64_t unclaimed_people(const struct unclaimed *u)
{
    return u->people;
}
