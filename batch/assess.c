/* assess.c - the second thread of a run; see assess.h. It never calls the store. */
#include "batch/assess.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/prefetch.h"
#include "base/relay.h"

#define SLAB_BYTES ((size_t)16 * 1024 * 1024) /* of accounts, and of differences */

/* Some 10 us, of which memory takes a tenth; fewer where tests have small slabs. */
#define PEOPLE_AHEAD (SLAB_PEOPLE > 8 ? 8 : 2)

/* Of people who stand far apart, when most were erased. */
#define SLAB_BLOCKS 512
#define BLOCKS_BYTES ((size_t)(SLAB_BLOCKS + 2) * STEADY_BYTES_MAX)

struct slab_entry {
    uint64_t person;
    struct str sealed; /* in the store */
    size_t at;         /* of the account, in accounts */
    size_t account_n;
};

struct slab {
    size_t count;
    size_t institutions; /* of them, as the second thread finds: no beneficiaries */
    struct slab_entry entries[SLAB_PEOPLE];
    struct buf accounts;
    struct buf found;
    size_t blocks;
    struct buf blocks_in; /* sealed, with the people; and for the next run */
    struct buf blocks_out;
    size_t in_at; /* how far the second thread has read them */
    bool end;     /* nobody comes after */
    enum status status;
    struct diag diag;
};

struct assessor {
    struct relay *relay;
    unsigned given; /* slabs handed to the caller so far */
    struct slab *slabs[RELAY_PIECES];
    struct entitle *e;
    struct vault_opener *opener;
    struct assess_terms terms;
    uint32_t wants; /* of a person: entitle_wants */
    struct carry *carry;
    struct vault_row row;
    uint64_t number;       /* of the person in hand */
    struct person *person; /* when opened, else nobody */
    bool opened;
    struct account *account; /* as it stands */
    struct account *after;   /* of the person changed, with the differences so far */
    uint64_t changed;
    struct entitlement entitlement; /* of a difference, as it will be recorded */
    struct postings postings;
    struct writer months;
    struct writer rest;
    uint8_t months_bytes[ACCOUNT_ROW_MAX];
    uint8_t rest_bytes[BODY_BYTES_MAX];
    struct slab *filling; /* by the thread, while it evaluates */
};

/* ---- one person ---- */

/* All months when somebody's facts or the rules changed since the run that assessed
 * them; else those after it. */
static struct entitle_range range_for(const struct assessor *a, bool known)
{
    const struct assess_terms *t = &a->terms;
    struct entitle_range range = {policy_set_first_month(entitle_policies(a->e)),
                                  t->period};
    if (known && t->assessed_month + 1 > range.first) {
        range.first = t->assessed_month + 1;
    }
    return range;
}

static void note_fact(const struct assessor *a, uint64_t recorded, struct assessed *x)
{
    bool known =
        recorded < a->terms.assessed_size || x->fact_count == ENTITLEMENT_FACTS_MAX;
    for (size_t k = 0; k < x->fact_count && !known; k++) {
        known = x->facts[k] == recorded;
    }
    if (!known) {
        x->facts[x->fact_count++] = recorded;
    }
}

/* Records with facts of this person that no run has seen, newest first; then those with
 * lists the person came off, which make no fact of their own. */
static void note_new_facts(const struct assessor *a, struct assessed *x)
{
    const struct person *p = a->person;
    if (!a->opened || a->terms.assessed_size == 0 ||
        p->newest < a->terms.assessed_size) {
        return;
    }
    for (size_t i = p->fact_count; i > 0; i--) {
        note_fact(a, p->facts[i - 1].recorded, x);
    }
    for (size_t i = p->mark_count; i > 0; i--) {
        note_fact(a, p->marks[i - 1].recorded, x);
    }
    for (size_t i = p->void_count; i > 0; i--) {
        note_fact(a, p->voids[i - 1].recorded, x);
    }
    for (size_t i = p->merge_count; i > 0; i--) {
        note_fact(a, p->merges[i - 1].recorded, x);
    }
    for (size_t i = p->paid_count; i > 0; i--) {
        note_fact(a, p->paid[i - 1].recorded, x);
    }
}

/* Where the parts behind an assessed lie; all but the last two are multiples of 8. */
static size_t parts_n(const struct assessed *x)
{
    size_t n = sizeof *x + x->span_count * sizeof(struct entitlement_span) +
               x->posting_count * sizeof(struct posting);
    return (n + x->months_n + x->rest_n + 7) / 8 * 8;
}

/* Works out what the difference makes of the account in hand. */
static enum status apply(struct assessor *a, const struct difference *x,
                         struct entitlement *e, struct diag *d)
{
    if (a->changed != a->number) {
        account_copy(a->account, a->after);
        a->changed = a->number;
    }
    a->postings.count = 0;
    e->programme = str_of(x->code);
    e->span_count = x->count;
    memcpy(e->spans, x->spans, x->count * sizeof x->spans[0]);
    for (size_t i = 0; i < x->count; i++) {
        TRY(account_grant(a->after, e->programme, x->spans[i].span, &a->postings, d));
    }
    writer_init(&a->months, a->months_bytes, sizeof a->months_bytes);
    account_write_months(a->after, &a->months);
    writer_init(&a->rest, a->rest_bytes, sizeof a->rest_bytes);
    entitlement_write_rest(e, &a->postings, &a->rest);
    if (a->months.failed || a->rest.failed) {
        return diag_fail(d, ST_INTERNAL, "record-size", "an entitlement is too long");
    }
    return ST_OK;
}

/* Keeps a difference for the caller. Places in the buffer are multiples of 8. */
static enum status keep(void *ctx, const struct difference *x, struct diag *d)
{
    static const uint8_t zeros[8];
    struct assessor *a = ctx;
    struct buf *found = &a->filling->found;
    struct assessed head = {.person = a->number, .span_count = (uint32_t)x->count};
    memcpy(head.code, x->code, sizeof head.code);
    /* Orders are named in every record they bear on, whichever run learned of them. */
    head.fact_count = (uint32_t)x->order_count;
    memcpy(head.facts, x->orders, x->order_count * sizeof head.facts[0]);
    note_new_facts(a, &head);
    if (a->account->forward == 0 && !a->account->has_set_off) {
        struct entitlement *e = &a->entitlement;
        e->fact_count = head.fact_count;
        memcpy(e->facts, head.facts, sizeof e->facts);
        TRY(apply(a, x, e, d));
        head.months_n = (uint32_t)a->months.len;
        head.rest_n = (uint32_t)a->rest.len;
        head.posting_count = (uint32_t)a->postings.count;
        head.last = a->account->last;
    }
    buf_add(found, &head, sizeof head);
    buf_add(found, x->spans, x->count * sizeof x->spans[0]);
    if (head.months_n > 0) {
        buf_add(found, a->postings.items,
                head.posting_count * sizeof a->postings.items[0]);
        buf_add(found, a->months_bytes, head.months_n);
        buf_add(found, a->rest_bytes, head.rest_n);
    }
    buf_add(found, zeros, (8 - found->len % 8) % 8);
    return buf_check(found, d);
}

/* Says that dues may be set off: whether there are any is known when the differences
 * are posted. The dead give nothing. */
static enum status keep_set_offs(struct assessor *a, struct diag *d)
{
    if (person_death(a->person) != DAY_NEVER) {
        return ST_OK;
    }
    for (size_t i = 0; i < a->account->count; i++) {
        const struct account_programme *p = &a->account->programmes[i];
        if (p->set_off != 0) {
            struct assessed head = {.person = a->number, .recovery = p->set_off};
            memcpy(head.code, p->code, sizeof head.code);
            buf_add(&a->filling->found, &head, sizeof head);
        }
    }
    return buf_check(&a->filling->found, d);
}

/* What this run's last month gave, for the next. */
static void remember(struct assessor *a, struct entitle_range range)
{
    uint8_t outcome[STEADY_OUTCOME_BYTES_MAX];
    struct writer w;
    int32_t until = a->terms.period;
    writer_init(&w, outcome, sizeof outcome);
    if (range.first <= range.through) {
        until = entitle_steady(a->e, range.through, &w);
    }
    must(!w.failed);
    carry_found(a->carry, until, writer_str(&w));
}

static enum status open_person(struct assessor *a, const struct slab_entry *e,
                               struct diag *d)
{
    TRY(vault_opener_open(a->opener, e->person, e->sealed, &a->row, d));
    TRY(person_read_some(buf_str(&a->row.plain), a->terms.known_below, a->wants,
                         a->person, d));
    a->opened = true;
    a->person->number = e->person;
    if (person_is_institution(a->person)) {
        a->filling->institutions++;
        carry_institution(a->carry);
        return ST_OK;
    }
    bool known =
        a->terms.assessed_month > 0 && a->person->newest < a->terms.assessed_size;
    struct entitle_range range = range_for(a, known);
    if (range.first <= range.through) {
        TRY(entitle_differences(a->e, a->person, a->account, range, a->terms.period,
                                keep, a, d));
    }
    remember(a, range);
    return a->account->has_set_off ? keep_set_offs(a, d) : ST_OK;
}

/* Is everything known of the person without opening the row? A set-off depends on a
 * death, which is not. */
static bool needs_no_opening(const struct assessor *a, const struct carried *x,
                             struct entitle_range range)
{
    return x->known && !a->account->has_set_off &&
           (x->institution || x->steady || range.first > range.through);
}

static enum status one_person(struct assessor *a, const struct slab_entry *e,
                              struct str account, struct diag *d)
{
    struct slab *s = a->filling;
    a->number = e->person;
    a->opened = false;
    a->changed = 0;
    TRY(account_read(account, a->account, d));
    struct entitle_range range = range_for(a, true);
    struct carried x = carry_person(a->carry, e->person, e->sealed,
                                    buf_str(&s->blocks_in), &s->in_at, &s->blocks_out);
    if (!needs_no_opening(a, &x, range)) {
        return open_person(a, e, d);
    }
    carry_same(a->carry);
    if (x.institution) {
        s->institutions++;
        return ST_OK;
    }
    return range.first > range.through
               ? ST_OK
               : entitle_steady_differences(a->e, x.outcome, a->account, range,
                                            a->terms.period, keep, a, d);
}

/* The end of a row some people ahead, which steady_mark will look at. */
static void look_ahead(const struct slab *s, size_t i)
{
    if (i + PEOPLE_AHEAD < s->count) {
        struct str sealed = s->entries[i + PEOPLE_AHEAD].sealed;
        prefetch((uintptr_t)sealed.p + sealed.n - 1, 1);
    }
}

/* On the second thread. */
static void assess(void *ctx, void *piece)
{
    struct assessor *a = ctx;
    struct slab *s = piece;
    a->filling = s;
    s->status = ST_OK;
    for (size_t i = 0; i < s->count && s->status == ST_OK; i++) {
        const struct slab_entry *e = &s->entries[i];
        struct str account = str_make(s->accounts.p + e->at, e->account_n);
        look_ahead(s, i);
        s->status = one_person(a, e, account, &s->diag);
    }
    if (s->status == ST_OK && s->end) {
        carry_finish(a->carry, &s->blocks_out);
    }
}

/* ---- life ---- */

static enum status make_parts(struct assessor *a, struct ledger *l, struct diag *d)
{
    for (int i = 0; i < RELAY_PIECES; i++) {
        a->slabs[i] = calloc(1, sizeof *a->slabs[i]);
        if (a->slabs[i] == NULL) {
            return diag_memory(d);
        }
        buf_init(&a->slabs[i]->accounts, SLAB_BYTES);
        buf_init(&a->slabs[i]->found, 4 * SLAB_BYTES);
        buf_init(&a->slabs[i]->blocks_in, BLOCKS_BYTES);
        buf_init(&a->slabs[i]->blocks_out, BLOCKS_BYTES);
    }
    a->person = calloc(1, sizeof *a->person);
    a->account = calloc(1, sizeof *a->account);
    a->after = calloc(1, sizeof *a->after);
    if (a->person == NULL || a->account == NULL || a->after == NULL) {
        return diag_memory(d);
    }
    TRY(vault_opener_new(l, &a->opener, d));
    const struct assess_terms *t = &a->terms;
    struct carry_terms carries = {
        .period = t->period,
        .first = range_for(a, true).first,
        .known_below = t->known_below,
        .assessed_size = t->assessed_month > 0 ? t->assessed_size : 0,
    };
    TRY(carry_new(&a->carry, a->opener, a->e, carries, d));
    return relay_new(&a->relay, assess, a, d);
}

enum status assessor_new(struct assessor **out, struct ledger *l, struct entitle *e,
                         struct assess_terms terms, struct diag *d)
{
    struct assessor *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return diag_memory(d);
    }
    a->e = e;
    a->wants = entitle_wants(e) | UINT32_C(1) << FACT_DEATH;
    a->terms = terms;
    vault_row_init(&a->row);
    enum status st = make_parts(a, l, d);
    if (st != ST_OK) {
        assessor_free(a);
        return st;
    }
    *out = a;
    return ST_OK;
}

void assessor_free(struct assessor *a)
{
    if (a == NULL) {
        return;
    }
    relay_free(a->relay);
    for (int i = 0; i < RELAY_PIECES; i++) {
        if (a->slabs[i] != NULL) {
            buf_release(&a->slabs[i]->accounts);
            buf_release(&a->slabs[i]->found);
            buf_release(&a->slabs[i]->blocks_in);
            buf_release(&a->slabs[i]->blocks_out);
            free(a->slabs[i]);
        }
    }
    carry_free(a->carry);
    vault_opener_free(a->opener);
    vault_row_release(&a->row);
    free(a->person);
    free(a->account);
    free(a->after);
    free(a);
}

/* ---- the caller's side ---- */

struct slab *assessor_slab(struct assessor *a)
{
    struct slab *s = a->slabs[a->given++ % RELAY_PIECES];
    s->count = 0;
    s->institutions = 0;
    buf_clear(&s->accounts);
    buf_clear(&s->found);
    buf_clear(&s->blocks_in);
    buf_clear(&s->blocks_out);
    s->blocks = 0;
    s->in_at = 0;
    s->end = false;
    return s;
}

void assessor_restart(struct assessor *a)
{
    relay_rest(a->relay);
    carry_restart(a->carry);
}

bool slab_add_block(struct slab *s, uint64_t number, struct str sealed)
{
    if (s->blocks == SLAB_BLOCKS) {
        return false;
    }
    s->blocks++;
    carry_add(&s->blocks_in, number, sealed);
    return true;
}

void slab_end(struct slab *s)
{
    s->end = true;
}

struct str slab_blocks(const struct slab *s)
{
    return buf_str(&s->blocks_out);
}

bool slab_add(struct slab *s, uint64_t person, struct str sealed, struct str account)
{
    if (s->count == SLAB_PEOPLE || s->accounts.len + account.n > SLAB_BYTES) {
        return false;
    }
    struct slab_entry *e = &s->entries[s->count++];
    e->person = person;
    e->sealed = sealed;
    e->at = s->accounts.len;
    e->account_n = account.n;
    buf_add(&s->accounts, account.p, account.n);
    return true;
}

uint64_t slab_count(const struct slab *s)
{
    return s->count - s->institutions;
}

uint64_t slab_next(const struct slab *s)
{
    return s->count == 0 ? 1 : s->entries[s->count - 1].person + 1;
}

void assessor_start(struct assessor *a, struct slab *s)
{
    relay_start(a->relay, s);
}

void assessor_rest(struct assessor *a)
{
    relay_rest(a->relay);
}

enum status assessor_finish(struct assessor *a, struct slab *s, struct diag *d)
{
    must(relay_finish(a->relay) == s);
    TRY(buf_check(&s->accounts, d));
    TRY(buf_check(&s->blocks_in, d));
    TRY(buf_check(&s->blocks_out, d));
    if (s->status != ST_OK) {
        *d = s->diag;
    }
    return s->status;
}

const struct assessed *slab_found(const struct slab *s, size_t *at)
{
    if (*at >= s->found.len) {
        return NULL;
    }
    const void *p = s->found.p + *at;
    const struct assessed *x = p;
    *at += parts_n(x);
    return x;
}

const struct entitlement_span *assessed_spans(const struct assessed *x)
{
    const void *p = x + 1;
    return p;
}

const struct posting *assessed_postings(const struct assessed *x)
{
    const void *p = assessed_spans(x) + x->span_count;
    return p;
}

struct str assessed_months(const struct assessed *x)
{
    return str_make(assessed_postings(x) + x->posting_count, x->months_n);
}

struct str assessed_rest(const struct assessed *x)
{
    return str_make(assessed_months(x).p + x->months_n, x->rest_n);
}

const struct assessed *assessed_next(const struct assessed *x)
{
    const void *p = (const uint8_t *)x + parts_n(x);
    return p;
}
