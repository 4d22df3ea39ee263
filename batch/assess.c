/* assess.c - the second thread of a run; see assess.h. It never calls the store. */
#include "batch/assess.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "base/relay.h"

#define SLAB_BYTES ((size_t)16 * 1024 * 1024) /* of accounts, and of differences */

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
    struct vault_row row;
    struct person *person;
    struct account *account;
    struct slab *filling; /* by the thread, while it evaluates */
};

/* ---- one person ---- */

/* All months when somebody's facts or the rules changed since the run that assessed
 * them; else those after it. */
static struct entitle_range range_for(const struct assessor *a)
{
    const struct assess_terms *t = &a->terms;
    struct entitle_range range = {policy_set_first_month(entitle_policies(a->e)),
                                  t->period};
    bool known = t->assessed_month > 0 && a->person->newest < t->assessed_size;
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
    if (a->terms.assessed_size == 0 || p->newest < a->terms.assessed_size) {
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

/* Keeps a difference for the caller. Places in the buffer are multiples of 8. */
static enum status keep(void *ctx, const struct difference *x, struct diag *d)
{
    struct assessor *a = ctx;
    struct assessed head = {.person = a->person->number,
                            .span_count = (uint32_t)x->count};
    memcpy(head.code, x->code, sizeof head.code);
    /* Orders are named in every record they bear on, whichever run learned of them. */
    head.fact_count = (uint32_t)x->order_count;
    memcpy(head.facts, x->orders, x->order_count * sizeof head.facts[0]);
    note_new_facts(a, &head);
    buf_add(&a->filling->found, &head, sizeof head);
    buf_add(&a->filling->found, x->spans, x->count * sizeof x->spans[0]);
    return buf_check(&a->filling->found, d);
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
            struct assessed head = {.person = a->person->number,
                                    .recovery = p->set_off};
            memcpy(head.code, p->code, sizeof head.code);
            buf_add(&a->filling->found, &head, sizeof head);
        }
    }
    return buf_check(&a->filling->found, d);
}

static enum status one_person(struct assessor *a, const struct slab_entry *e,
                              struct str account, struct diag *d)
{
    TRY(vault_opener_open(a->opener, e->person, e->sealed, &a->row, d));
    TRY(person_read_some(buf_str(&a->row.plain), a->terms.known_below, a->wants,
                         a->person, d));
    a->person->number = e->person;
    if (person_is_institution(a->person)) {
        a->filling->institutions++;
        return ST_OK;
    }
    struct entitle_range range = range_for(a);
    TRY(account_read(account, a->account, d));
    if (range.first <= range.through) {
        TRY(entitle_differences(a->e, a->person, a->account, range, a->terms.period,
                                keep, a, d));
    }
    return a->account->has_set_off ? keep_set_offs(a, d) : ST_OK;
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
        s->status = one_person(a, e, account, &s->diag);
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
    }
    a->person = calloc(1, sizeof *a->person);
    a->account = calloc(1, sizeof *a->account);
    if (a->person == NULL || a->account == NULL) {
        return diag_memory(d);
    }
    TRY(vault_opener_new(l, &a->opener, d));
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
            free(a->slabs[i]);
        }
    }
    vault_opener_free(a->opener);
    vault_row_release(&a->row);
    free(a->person);
    free(a->account);
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
    return s;
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
    *at += sizeof *x + x->span_count * sizeof(struct entitlement_span);
    return x;
}

const struct entitlement_span *assessed_spans(const struct assessed *x)
{
    const void *p = x + 1;
    return p;
}

const struct assessed *assessed_next(const struct assessed *x)
{
    const void *p = assessed_spans(x) + x->span_count;
    return p;
}
