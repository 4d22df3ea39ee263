/* import_preview.c - gathers what checked rows would change, and reckons the money of
 * the people in them twice, as they are and as they would be. It must never write. */
#include "batch/import_preview.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/must.h"
#include "batch/import_private.h"
#include "entitle/entitle.h"

#define SLOTS ((size_t)2 * 65536) /* above PREVIEW_PEOPLE_MAX, a power of two */
#define RECORDED (UINT64_MAX / 2) /* of entries that are only tried */

struct tried { /* what would be added to a person's row */
    uint64_t person;
    struct buf bytes;
};

struct previewing {
    struct import_preview *out;
    uint32_t *slots; /* number of the tried + 1; 0: free */
    struct tried *people;
    size_t count, room;
    bool full;
};

static const char *const NAMES[PREVIEW_KINDS] = {
    [PREVIEW_DEATH] = "death", [PREVIEW_DECISION] = "decision",
    [PREVIEW_ROUTE] = "route", [PREVIEW_VOID] = "void",
    [PREVIEW_ORDER] = "order", [PREVIEW_BEGUN] = "begun",
    [PREVIEW_ENDED] = "ended", [PREVIEW_MERGE] = "merge",
    [PREVIEW_FACT] = "fact",
};

const char *preview_what_name(enum preview_what w)
{
    return NAMES[w];
}

void import_preview_release(struct import_preview *p)
{
    free(p->changes);
    p->changes = NULL;
    p->kept = 0;
}

/* ---- people tried ---- */

static enum status tried_of(struct previewing *v, uint64_t person, struct buf **out,
                            struct diag *d)
{
    size_t at = (size_t)(person * UINT64_C(0x9e3779b97f4a7c15) >> 40) & (SLOTS - 1);
    while (v->slots[at] != 0 && v->people[v->slots[at] - 1].person != person) {
        at = (at + 1) & (SLOTS - 1);
    }
    *out = NULL;
    if (v->slots[at] == 0 && v->count == PREVIEW_PEOPLE_MAX) {
        v->full = true;
        return ST_OK;
    }
    if (v->slots[at] == 0) {
        if (v->count == v->room) {
            size_t room = v->room == 0 ? 256 : 2 * v->room;
            struct tried *people = realloc(v->people, room * sizeof *people);
            if (people == NULL) {
                return diag_memory(d);
            }
            v->people = people;
            v->room = room;
        }
        v->people[v->count].person = person;
        buf_init(&v->people[v->count].bytes, PERSON_ROW_MAX);
        v->slots[at] = (uint32_t)++v->count;
    }
    *out = &v->people[v->slots[at] - 1].bytes;
    return ST_OK;
}

/* ---- changes ---- */

static void put(char *out, size_t cap, struct str s)
{
    size_t n = s.n < cap ? s.n : cap - 1;
    while (n < s.n && n > 0 && ((uint8_t)s.p[n] & 0xc0) == 0x80) {
        n--; /* whole characters */
    }
    memcpy(out, s.n > 0 ? s.p : "", n);
    out[n] = '\0';
}

static enum status note(struct import_job *j, enum preview_what what,
                        struct preview_change **out, struct diag *d)
{
    struct import_preview *p = j->preview->out;
    static _Thread_local struct preview_change spare;
    p->counts[what]++;
    if (p->changes == NULL) {
        p->changes = calloc(PREVIEW_CHANGES_MAX, sizeof *p->changes);
        if (p->changes == NULL) {
            return diag_memory(d);
        }
    }
    bool keep = p->kept < PREVIEW_CHANGES_MAX &&
                (what != PREVIEW_FACT || p->counts[what] <= PREVIEW_FACTS_KEPT);
    struct preview_change *c = keep ? &p->changes[p->kept++] : &spare;
    memset(c, 0, sizeof *c);
    c->what = what;
    c->person = j->row_of.person;
    c->effective = DAY_NEVER;
    *out = c;
    return ST_OK;
}

static void count_attribute(struct import_preview *p, struct str name)
{
    size_t i = 0;
    while (i < p->attribute_count && !str_is(name, p->attributes[i].name)) {
        i++;
    }
    if (i == PREVIEW_ATTRIBUTES_MAX) {
        return;
    }
    if (i == p->attribute_count) {
        p->attributes[i].rows = 0;
        put(p->attributes[i].name, sizeof p->attributes[i].name, name);
        p->attribute_count++;
    }
    p->attributes[i].rows++;
}

static void put_before(const struct import_job *j, const struct fact *f,
                       struct preview_change *c)
{
    int32_t day = f->effective == DAY_ALWAYS ? j->today : f->effective;
    if (c->what == PREVIEW_DEATH) {
        day = DAY_NEVER - 1; /* also one that is dated later */
    }
    const struct fact *had = person_fact(j->person, c->attribute, f->programme, day);
    put(c->before, sizeof c->before, had != NULL ? had->value : str_of(""));
}

/* A fact that j->person would get. */
static enum status preview_fact(struct import_job *j, struct fact f, struct diag *d)
{
    struct preview_change *c;
    struct buf *row;
    enum preview_what what = str_is(f.attribute, "death")      ? PREVIEW_DEATH
                             : str_is(f.attribute, "decision") ? PREVIEW_DECISION
                                                               : PREVIEW_FACT;
    TRY(note(j, what, &c, d));
    c->line = j->row.csv->line;
    put(c->attribute, sizeof c->attribute, f.attribute);
    put(c->programme, sizeof c->programme, f.programme);
    put_before(j, &f, c);
    put(c->after, sizeof c->after, f.value);
    put(c->document, sizeof c->document, f.document.n > 0 ? f.document : f.source);
    c->effective = f.effective;
    if (what == PREVIEW_FACT) {
        count_attribute(j->preview->out, f.attribute);
    }
    TRY(tried_of(j->preview, j->row_of.person, &row, d));
    f.recorded = RECORDED;
    if (row != NULL) {
        person_add_fact(row, &f);
    }
    return ST_OK;
}

static enum status preview_order(struct import_job *j, struct diag *d)
{
    struct fact f = j->u.order.fact;
    struct preview_change *c;
    struct buf *row;
    char amount[MONEY_TEXT_CAP];
    TRY(note(j, PREVIEW_ORDER, &c, d));
    c->line = j->row.csv->line;
    money_print(f.amount_fen, amount);
    put(c->attribute, sizeof c->attribute, f.value);
    put(c->programme, sizeof c->programme, f.programme);
    put(c->after, sizeof c->after, str_of(amount));
    put(c->document, sizeof c->document, f.document);
    c->effective = f.effective;
    TRY(tried_of(j->preview, j->row_of.person, &row, d));
    f.recorded = RECORDED;
    if (row != NULL) {
        person_add_fact(row, &f);
    }
    return ST_OK;
}

static enum status preview_route(struct import_job *j, struct diag *d)
{
    const struct route *r = &j->u.route.route;
    int32_t day = r->effective > j->today ? r->effective : j->today;
    const struct route *had = person_route(j->person, r->programme, day);
    struct preview_change *c;
    TRY(note(j, PREVIEW_ROUTE, &c, d));
    c->line = j->row.csv->line;
    put(c->attribute, sizeof c->attribute,
        r->relation.n > 0 ? r->relation : str_of("account"));
    put(c->programme, sizeof c->programme, r->programme);
    put(c->before, sizeof c->before, had != NULL ? had->account : str_of(""));
    put(c->after, sizeof c->after, r->account);
    put(c->document, sizeof c->document, r->authorisation);
    c->effective = r->effective;
    return ST_OK;
}

static enum status preview_void(struct import_job *j, struct diag *d)
{
    const struct void_row *u = &j->u.voiding;
    struct voiding v = {.recorded = RECORDED};
    struct preview_change *c;
    struct buf *row;
    TRY(note(j, PREVIEW_VOID, &c, d));
    c->line = j->row.csv->line;
    v.entry = import_void_entry(j);
    for (size_t i = 0; i < j->person->fact_count; i++) {
        const struct fact *f = &j->person->facts[i];
        if (f->ordinal == v.entry) {
            put(c->attribute, sizeof c->attribute, f->attribute);
            put(c->programme, sizeof c->programme, f->programme);
            put(c->before, sizeof c->before, f->value);
            c->effective = f->effective;
        }
    }
    for (size_t i = 0; i < j->person->route_count; i++) {
        const struct route *r = &j->person->routes[i];
        if (r->ordinal == v.entry) {
            put(c->attribute, sizeof c->attribute, str_of("account"));
            put(c->before, sizeof c->before, r->account);
            c->effective = r->effective;
        }
    }
    put(c->document, sizeof c->document, u->document.n > 0 ? u->document : u->reason);
    TRY(tried_of(j->preview, j->row_of.person, &row, d));
    if (row != NULL) {
        person_add_void(row, &v);
    }
    return ST_OK;
}

enum status import_preview_row(struct import_job *j, struct diag *d)
{
    switch (j->kind->what) {
    case IMPORT_FACTS:
        return preview_fact(j, j->u.fact.fact, d);
    case IMPORT_ROUTES:
        return preview_route(j, d);
    case IMPORT_VOIDS:
        return preview_void(j, d);
    case IMPORT_ORDERS:
        return preview_order(j, d);
    case IMPORT_MERGES: {
        struct preview_change *c;
        uint64_t into;
        TRY(vault_find(j->l, j->u.merge.into, &into, d));
        TRY(note(j, PREVIEW_MERGE, &c, d));
        c->line = j->row.csv->line;
        snprintf(c->after, sizeof c->after, "%" PRIu64, into);
        put(c->document, sizeof c->document, j->u.merge.document);
        return ST_OK;
    }
    case IMPORT_PEOPLE: /* of who is new, the report's count says it */
        return import_people_new_facts(j, preview_fact, d);
    case IMPORT_SNAPSHOT: /* import_preview_list */
    case IMPORT_INSTITUTIONS:
    case IMPORT_UNITS:
    case IMPORT_HISTORY: /* import_history_sums */
        break;
    }
    return ST_OK;
}

enum status import_preview_list(struct import_job *j, bool on, const struct mark *marks,
                                size_t count, struct diag *d)
{
    struct preview_change *c;
    struct buf *row;
    TRY(note(j, on ? PREVIEW_BEGUN : PREVIEW_ENDED, &c, d));
    put(c->attribute, sizeof c->attribute, str_of(j->list.attribute));
    put(on ? c->after : c->before, sizeof c->after, str_of(j->list.value));
    c->effective = month_first_day(j->list.month);
    TRY(tried_of(j->preview, j->row_of.person, &row, d));
    for (size_t i = 0; i < count && row != NULL; i++) {
        struct mark m = marks[i];
        m.recorded = RECORDED;
        person_add_mark(row, &m);
    }
    return ST_OK;
}

/* ---- the money ---- */

struct reckoning {
    struct entitle *e;
    int32_t first, through;
    int64_t *fen; /* by month and programme, as the person is */
    size_t programmes;
};

static struct preview_programme *sums_of(struct import_preview *p, const char *code)
{
    for (size_t i = 0; i < p->programme_count; i++) {
        if (strcmp(p->programmes[i].code, code) == 0) {
            return &p->programmes[i];
        }
    }
    if (p->programme_count == PREVIEW_PROGRAMMES_MAX) {
        return NULL;
    }
    struct preview_programme *x = &p->programmes[p->programme_count++];
    memset(x, 0, sizeof *x);
    return str_copy(str_of(code), x->code, sizeof x->code) ? x : NULL;
}

static void amounts(struct reckoning *r, const struct person *p, int64_t *out)
{
    size_t months = (size_t)(r->through - r->first + 1);
    memset(out, 0, months * r->programmes * sizeof *out);
    if (!entitle_take(r->e, p)) {
        return;
    }
    for (int32_t m = r->first; m <= r->through; m++) {
        const struct eval_result *x = entitle_amounts(r->e, m);
        for (size_t i = 0; i < r->programmes; i++) {
            out[(size_t)(m - r->first) * r->programmes + i] = x[i].amount_fen;
        }
    }
}

static bool add_sums(const struct reckoning *r, const int64_t *after,
                     struct import_preview *out)
{
    bool fits = true;
    size_t months = (size_t)(r->through - r->first + 1);
    for (size_t i = 0; i < r->programmes; i++) {
        struct preview_programme *s = NULL;
        for (size_t m = 0; m < months; m++) {
            int64_t fen = after[m * r->programmes + i] - r->fen[m * r->programmes + i];
            if (fen == 0) {
                continue;
            }
            if (s == NULL) {
                s = sums_of(out, policy_set_programme_code(entitle_policies(r->e), i));
                if (s == NULL) {
                    return false;
                }
                s->people++;
            }
            fits = money_add(fen > 0 ? s->more_fen : s->less_fen, fen,
                             fen > 0 ? &s->more_fen : &s->less_fen) &&
                   fits;
        }
    }
    return fits;
}

static enum status reckon_person(struct import_job *j, struct reckoning *r,
                                 const struct tried *t, int64_t *after, struct diag *d)
{
    TRY(import_person_read(j, t->person, d));
    amounts(r, j->person, r->fen);
    buf_add(&j->row_of.plain, t->bytes.p, t->bytes.len);
    TRY(buf_check(&j->row_of.plain, d));
    TRY(person_read(buf_str(&j->row_of.plain), UINT64_MAX, j->person, d));
    amounts(r, j->person, after);
    j->preview->out->reckoned =
        add_sums(r, after, j->preview->out) && j->preview->out->reckoned;
    return ST_OK;
}

static enum status reckon_all(struct import_job *j, struct reckoning *r, struct diag *d)
{
    struct previewing *v = j->preview;
    size_t cells = (size_t)(r->through - r->first + 1) * r->programmes;
    int64_t *after = calloc(cells, sizeof *after);
    r->fen = calloc(cells, sizeof *r->fen);
    enum status st = after == NULL || r->fen == NULL ? diag_memory(d) : ST_OK;
    for (size_t i = 0; i < v->count && st == ST_OK; i++) {
        st = reckon_person(j, r, &v->people[i], after, d);
    }
    free(after);
    free(r->fen);
    return st;
}

/* Up to the furthest run, or this month when there was none. */
static enum status reckon(struct import_job *j, struct diag *d)
{
    struct previewing *v = j->preview;
    struct reckoning r = {.e = NULL};
    const struct head *h = ledger_head(j->l);
    if (h->confirmed == 0 || v->count == 0) {
        return ST_OK;
    }
    TRY(entitle_open(&r.e, j->l, UINT32_MAX, d));
    r.first = policy_set_first_month(entitle_policies(r.e));
    r.through = h->assessed_month > 0 ? h->assessed_month : month_of_day(j->today);
    r.programmes = policy_set_programme_count(entitle_policies(r.e));
    v->out->through = r.through;
    v->out->reckoned = !v->full;
    enum status st = ST_OK;
    if (r.through >= r.first && r.programmes > 0) {
        st = reckon_all(j, &r, d);
    }
    entitle_close(r.e);
    return st;
}

/* ---- life ---- */

static enum status begin(struct import_job *j, struct import_preview *out,
                         struct diag *d)
{
    struct previewing *v = calloc(1, sizeof *v);
    if (v == NULL) {
        return diag_memory(d);
    }
    j->preview = v;
    v->out = out;
    v->slots = calloc(SLOTS, sizeof *v->slots);
    return v->slots != NULL ? ST_OK : diag_memory(d);
}

void import_preview_free(struct previewing *v)
{
    if (v == NULL) {
        return;
    }
    for (size_t i = 0; i < v->count; i++) {
        buf_release(&v->people[i].bytes);
    }
    free(v->people);
    free(v->slots);
    free(v);
}

static enum status add_history(void *ctx, const struct preview_history *x,
                               struct diag *d)
{
    struct import_preview *p = ctx;
    size_t i = 0;
    while (i < p->history_count && strcmp(p->history[i].code, x->code) != 0) {
        i++;
    }
    must(i < PREVIEW_PROGRAMMES_MAX); /* a file has fewer programmes */
    struct preview_history *sum = &p->history[i];
    if (i == p->history_count) {
        p->history_count++;
        *sum = *x;
        return ST_OK;
    }
    sum->rows += x->rows;
    sum->people += x->people;
    sum->first = x->first < sum->first ? x->first : sum->first;
    sum->last = x->last > sum->last ? x->last : sum->last;
    return money_add(sum->fen, x->fen, &sum->fen)
               ? ST_OK
               : diag_fail(d, ST_INPUT, "amount", "a sum of the file is out of range");
}

static enum status preview_rows(struct import_job *j, const struct import_entry *e,
                                const struct import_file *f, void *ctx, struct diag *d)
{
    struct import_scan scan;
    struct import_preview *out = ctx;
    j->report->rows = e->rows;
    j->report->accepted = e->rows;
    j->report->confirmed = e->state == ENTRY_ACTIVE;
    if (e->confirmed_at != 0 || e->state == ENTRY_REFUSED) {
        return ST_OK;
    }
    TRY(begin(j, out, d));
    TRY(import_file_scan(f, &scan, d));
    j->rows_total = e->rows;
    if (e->what == IMPORT_SNAPSHOT) {
        TRY(import_list_place(j, d));
    }
    TRY(import_check_rows(j, f, scan.charset, ST_CONFLICT, d));
    if (e->what == IMPORT_SNAPSHOT) {
        TRY(import_list_count(j, d));
    }
    if (e->what == IMPORT_HISTORY) {
        TRY(import_history_sums(j, add_history, out, d));
    }
    return reckon(j, d);
}

enum status import_preview(struct ledger *l, uint32_t number,
                           const struct progress *progress, struct import_report *r,
                           struct import_preview *out, struct diag *d)
{
    memset(out, 0, sizeof *out);
    return import_with_stored(l, number, progress, r, preview_rows, out, d);
}
