/* verify_grants.c - what was granted is what the rules give (correctness).
 *
 * Which facts and rules count for a month is said by the newest run whose period is not
 * before it: a later run of an earlier period has looked at its months again, and only
 * at those. So the months fall into a few spans, each with the facts and rules of one
 * run. Outside of them, and in programmes that no policy knows, nothing may be granted.
 * */
#include <stdlib.h>
#include <string.h>

#include "audit/verify_grants.h"
#include "base/must.h"

#define SPANS_MAX 32

struct grants {
    struct verify *v;
    size_t count;
    struct grants_span spans[SPANS_MAX]; /* by month */
    bool differs;                        /* in the person in hand */
    char code[PROGRAMME_CODE_MAX + 1];
    struct person *person;
    struct account *account;
    struct grants_taken *taken;
};

/* ---- the spans ---- */

static enum status add_span(struct grants *g, const struct run_entry *run,
                            int32_t covered, struct diag *d)
{
    struct grants_span *s = &g->spans[g->count];
    if (g->count == SPANS_MAX) {
        return diag_fail(d, ST_CONFLICT, "runs",
                         "too many runs went back to earlier periods");
    }
    TRY(entitle_open(&s->e, g->v->l, run->rules, d));
    g->count++;
    int32_t first = policy_set_first_month(entitle_policies(s->e));
    s->range.first = covered >= first ? covered + 1 : first;
    s->range.through = run->period;
    s->known_below = run->facts_size;
    entitle_known_below(s->e, run->facts_size);
    return ST_OK;
}

/* From the newest run back; each covers the months behind those of the newer ones. All
 * runs are asked: since a history was taken over, the months that the head calls
 * assessed may end before those of older runs. */
static enum status find_spans(struct grants *g, struct diag *d)
{
    struct ledger *l = g->v->l;
    int32_t covered = INT32_MIN;
    for (uint32_t n = ledger_head(l)->runs; n > 0; n--) {
        struct run_entry run;
        TRY(run_get(ledger_txn(l), n, &run, d));
        if (run.period > covered) {
            TRY(add_span(g, &run, covered, d));
            covered = run.period;
        }
    }
    return ST_OK;
}

enum status grants_open(struct grants **out, struct verify *v, struct diag *d)
{
    const struct head *h = ledger_head(v->l);
    *out = NULL;
    if (h->runs == 0 || h->open.kind != 0) {
        return ST_OK;
    }
    struct grants *g = calloc(1, sizeof *g);
    if (g == NULL) {
        return diag_memory(d);
    }
    g->v = v;
    g->person = calloc(1, sizeof *g->person);
    g->account = calloc(1, sizeof *g->account);
    enum status st =
        g->person == NULL || g->account == NULL ? diag_memory(d) : find_spans(g, d);
    if (st == ST_OK) {
        st = grants_taken_new(&g->taken, v, d);
    }
    if (st != ST_OK) {
        grants_close(g);
        return st == ST_CONFLICT ? ST_OK : st;
    }
    *out = g;
    return ST_OK;
}

void grants_close(struct grants *g)
{
    if (g == NULL) {
        return;
    }
    for (size_t i = 0; i < g->count; i++) {
        entitle_close(g->spans[i].e);
    }
    grants_taken_free(g->taken);
    free(g->person);
    free(g->account);
    free(g);
}

/* ---- one person ---- */

static enum status note_difference(void *ctx, const struct difference *x,
                                   struct diag *d)
{
    struct grants *g = ctx;
    (void)d;
    g->differs = true;
    memcpy(g->code, x->code, sizeof g->code);
    return ST_OK;
}

static bool programme_known(const struct grants *g, const char *code)
{
    for (size_t i = 0; i < g->count; i++) {
        if (policy_set_programme_find(entitle_policies(g->spans[i].e), str_of(code)) >=
            0) {
            return true;
        }
    }
    return false;
}

/* Anything granted in a programme nobody knows, or outside the months of the runs. */
static void check_outside(struct grants *g)
{
    int32_t first = g->spans[0].range.first;
    int32_t last = g->spans[g->count - 1].range.through;
    for (size_t i = 0; i < g->account->count; i++) {
        const struct account_programme *p = &g->account->programmes[i];
        bool known = programme_known(g, p->code);
        for (size_t k = 0; k < p->count; k++) {
            const struct segment *s = &p->segments[k];
            bool inside = known && s->from >= first && s->from + s->months - 1 <= last;
            if (!inside && s->fen[ACCOUNT_GRANTED] != 0) {
                g->differs = true;
                memcpy(g->code, p->code, sizeof g->code);
            }
        }
    }
}

/* Of whom nothing is evaluated (an institution, somebody the run did not know yet)
 * nothing may be granted. */
static void check_nothing(struct grants *g, struct entitle_range range)
{
    for (size_t i = 0; i < g->account->count; i++) {
        const struct account_programme *p = &g->account->programmes[i];
        for (size_t k = 0; k < p->count; k++) {
            const struct segment *s = &p->segments[k];
            if (s->fen[ACCOUNT_GRANTED] != 0 && s->from <= range.through &&
                s->from + s->months > range.first) {
                g->differs = true;
                memcpy(g->code, p->code, sizeof g->code);
            }
        }
    }
}

static enum status check_spans(struct grants *g, const struct person *now,
                               struct str plain, struct diag *d)
{
    for (size_t i = 0; i < g->count; i++) {
        struct grants_span *s = &g->spans[i];
        const struct person *then = now;
        if (now->newest >= s->known_below) {
            TRY(person_read_some(plain, s->known_below, entitle_wants(s->e), g->person,
                                 d));
            then = g->person;
        }
        if (!entitle_take(s->e, then)) {
            check_nothing(g, s->range);
            continue;
        }
        TRY(entitle_differences(s->e, then, g->account, s->range, s->range.through,
                                note_difference, g, d));
    }
    return ST_OK;
}

/* Of a duplicate nothing is asked: its account is a part of another's. */
static enum status check_taken(struct grants *g, const struct person *now,
                               struct diag *d)
{
    const char *code;
    if (now->merged_into != 0) {
        return ST_OK;
    }
    TRY(grants_taken_check(g->taken, now->number, g->spans, g->count, g->account, &code,
                           d));
    if (code != NULL) {
        g->differs = true;
        must(str_copy(str_of(code), g->code, sizeof g->code));
    }
    return ST_OK;
}

enum status grants_person(struct grants *g, const struct person *now, struct str plain,
                          struct diag *d)
{
    struct verify *v = g->v;
    uint8_t key[8];
    struct str row;
    put_u64(key, now->number);
    TRY(store_get(ledger_txn(v->l), TABLE_ACCOUNTS, str_make(key, 8), &row, d));
    TRY(account_read(row, g->account, d));
    g->differs = false;
    if (now->paid_count + now->merge_count > 0) {
        TRY(check_taken(g, now, d));
    } else {
        check_outside(g);
        TRY(check_spans(g, now, plain, d));
    }
    if (g->differs) {
        verify_bad(v, &v->r->correctness, NO_SEQUENCE,
                   "person %llu was not granted what the rules give for %s",
                   (unsigned long long)now->number, g->code);
    }
    return ST_OK;
}
