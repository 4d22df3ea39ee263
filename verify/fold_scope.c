/* fold_scope.c - whether each record is one that the bundle's scope has:
 * docs/formats/bundle.md section 5. What is there and should not be is told once, of
 * the first such record. */
#include <stdlib.h>

#include "verify/fold_private.h"

/* Judged at the end: whether its act, import or batch has to do with the persons. */
struct waiting {
    uint64_t sequence;
    uint64_t act;
    uint64_t number; /* key 1 */
    unsigned kind;
};

static bool in_register(unsigned kind)
{
    return kind < K_IMPORT || (kind >= K_HOLD && kind <= K_ERASED) ||
           (kind >= K_WITNESS && kind < 80) ||
           (kind >= K_NOTICE && kind <= K_NOTICE_CLOSED);
}

static void add_number(struct fold *f, struct list *l, uint64_t number)
{
    const uint64_t *last = l->count == 0 ? NULL : list_at(l, l->count - 1);
    if (last != NULL && *last == number) {
        return;
    }
    uint64_t *row = list_add(l, sizeof *row);
    if (row == NULL) {
        f->no_memory = true;
        return;
    }
    *row = number;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool has_number(const struct list *l, uint64_t number)
{
    return l->count > 0 &&
           bsearch(&number, l->rows, l->count, sizeof number, compare) != NULL;
}

bool scope_person(struct fold *f, uint64_t person)
{
    const struct claims *c = f->o.claims;
    bool named = c->scope == SCOPE_PERSON && claims_person(c, person);
    f->scope.named = f->scope.named || named;
    return named;
}

static void stray(struct fold *f, uint64_t sequence)
{
    if (!f->scope.has_stray || sequence < f->scope.stray) {
        f->scope.stray = sequence;
        f->scope.has_stray = true;
    }
}

/* ---- one record ---- */

static void in_period(struct fold *f, uint64_t sequence)
{
    if (f->scope.end == 0) {
        f->scope.first = sequence;
    }
    f->scope.end = sequence + 1;
}

/* Those of a batch that come with any line of it; what leaves it comes whole. */
static bool of_batch(unsigned kind)
{
    return kind == K_BATCH_START || kind == K_BATCH_END || kind == K_BATCH_SIGN ||
           kind == K_EXPORT || (kind >= K_WITHDRAW_START && kind <= K_BATCH_STEP);
}

static void of_person(struct fold *f, const struct act *a)
{
    const struct record *r = a->r;
    unsigned kind = r->kind->number;
    if (f->scope.named) {
        add_number(f, &f->scope.acts, r->act);
        if (r->kind->in == K_IMPORT_START) {
            add_number(f, &f->scope.imports, a->b.v[1].u);
        }
        if (kind == K_LINES) {
            add_number(f, &f->scope.batches, a->b.v[1].u);
        }
        return;
    }
    if (kind != K_IMPORT && !of_batch(kind) && !r->kind->starts && !r->kind->ends) {
        stray(f, r->sequence);
        return;
    }
    struct waiting *w = list_add(&f->scope.waiting, sizeof *w);
    if (w == NULL) {
        f->no_memory = true;
        return;
    }
    *w = (struct waiting){r->sequence, r->act, a->b.v[1].u, kind};
}

void scope_record(struct fold *f, const struct act *a)
{
    unsigned kind = a->r->kind->number;
    const struct claims *c = f->o.claims;
    if (f->stopped || in_register(kind)) {
        return;
    }
    switch (c->scope) {
    case SCOPE_ALL:
        break;
    case SCOPE_PERIOD:
        in_period(f, a->r->sequence);
        break;
    case SCOPE_BATCH:
        if (kind < K_BATCH_START || kind > K_BATCH_STEP || a->b.v[1].u != c->number) {
            stray(f, a->r->sequence);
        }
        break;
    case SCOPE_PERSON:
        of_person(f, a);
        break;
    }
}

/* ---- all of them ---- */

static bool belongs(const struct fold *f, const struct waiting *w)
{
    const struct scope_state *s = &f->scope;
    if (w->kind == K_IMPORT) {
        return has_number(&s->imports, w->number);
    }
    return has_number(&s->acts, w->act) ||
           (of_batch(w->kind) && has_number(&s->batches, w->number));
}

static void sort(struct list *l)
{
    if (l->count > 0) {
        qsort(l->rows, l->count, sizeof(uint64_t), compare);
    }
}

void scope_end(struct fold *f)
{
    struct scope_state *s = &f->scope;
    const struct claims *c = f->o.claims;
    const struct waiting *w = s->waiting.rows;
    if (f->stopped) {
        return;
    }
    if (s->end != 0 && (c->range_end == 0 || s->first < c->range_first)) {
        stray(f, s->first);
    } else if (s->end > c->range_end) {
        stray(f, s->end - 1);
    }
    sort(&s->acts);
    sort(&s->imports);
    sort(&s->batches);
    for (size_t i = 0; i < s->waiting.count; i++) {
        if (!belongs(f, &w[i])) {
            stray(f, w[i].sequence);
        }
    }
    if (s->has_stray) {
        report_fail(f->report, GROUP_COMPLETENESS, s->stray, "scope-record",
                    "it is there, and is none of the records of the bundle's scope",
                    "本包范围不含此记录，却列入包内");
    }
}

void scope_release(struct fold *f)
{
    list_release(&f->scope.acts);
    list_release(&f->scope.imports);
    list_release(&f->scope.batches);
    list_release(&f->scope.waiting);
}
